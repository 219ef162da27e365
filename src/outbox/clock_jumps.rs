//! How far the clock was put forward or back while this program ran: no message is older for it.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::domain::clock::Clock;

/// What the clock may gain or lose between two looks without anybody having put it.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);
/// How many jumps are remembered: a clock that jumps more often has no time to tell.
const REMEMBERED: usize = 16;

/// The jumps of a clock.
#[derive(Debug)]
pub(super) struct ClockJumps {
    clock: Clock,
    /// When it was last looked at, by the clock and by the time that really passed.
    last: (Timestamp, SignedDuration),
    /// The time after each jump, and by how much it went forward.
    jumps: VecDeque<(Timestamp, SignedDuration)>,
    went_back: bool,
}

impl ClockJumps {
    pub(super) fn of(clock: Clock) -> Self {
        let last = (clock.now(), clock.steady());
        Self { clock, last, jumps: VecDeque::new(), went_back: false }
    }

    /// The time now. Looks whether the clock was put since it was last asked for.
    pub(super) fn now(&mut self) -> Timestamp {
        let (now, steady) = (self.clock.now(), self.clock.steady());
        let ahead = now.duration_since(self.last.0).saturating_sub(steady.saturating_sub(self.last.1));
        if ahead.abs() > TOLERANCE {
            tracing::warn!(
                seconds = ahead.as_secs(),
                "the clock was put forward or back: messages are no older for it"
            );
            self.went_back |= ahead.is_negative();
            self.jumps.push_back((now, ahead));
            if self.jumps.len() > REMEMBERED {
                self.jumps.pop_front();
            }
        }
        self.last = (now, steady);
        now
    }

    /// Whether the clock was put back, and nobody has done yet what follows from it.
    pub(super) fn went_back(&self) -> bool {
        self.went_back
    }

    /// What follows from a clock that was put back is done.
    pub(super) fn followed_back(&mut self) {
        self.went_back = false;
    }

    /// For how long a message has waited that was written at `said`, as far as this program saw the clock jump.
    pub(super) fn age(&self, said: Timestamp, now: Timestamp) -> SignedDuration {
        let since = self.jumps.iter().filter(|(at, _)| *at > said).map(|(_, ahead)| *ahead);
        since.fold(now.duration_since(said), SignedDuration::saturating_sub)
    }
}

#[cfg(test)]
mod tests;
