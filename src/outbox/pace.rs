//! An account's pace: at most `messages` in any stretch of `per`, and those to one address at least `apart`.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use crate::channel::Pace;

/// Remembers when the last messages went: no more of them than the pace allows.
#[derive(Debug)]
pub(super) struct Window {
    pace: Pace,
    sent: VecDeque<Instant>,
    /// When the last message to each address went or may go.
    last: HashMap<String, Instant>,
}

/// How many addresses are remembered before those are dropped to which a message may go at once.
const MANY: usize = 1000;

impl Window {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, sent: VecDeque::new(), last: HashMap::new() }
    }

    /// How many may go now.
    pub(super) fn free(&mut self, now: Instant) -> usize {
        while self.sent.front().is_some_and(|sent| now.duration_since(*sent) >= self.pace.per) {
            self.sent.pop_front();
        }
        self.most().saturating_sub(self.sent.len())
    }

    /// How long until one more may go.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        if self.free(now) > 0 {
            return Duration::ZERO;
        }
        self.sent.front().map_or(Duration::ZERO, |first| (*first + self.pace.per).saturating_duration_since(now))
    }

    /// Notes that so many go now.
    pub(super) fn take(&mut self, count: usize, now: Instant) {
        self.sent.extend(std::iter::repeat_n(now, count));
    }

    /// When a message to `address` may go: now, or far enough behind the one before.
    pub(super) fn turn_of(&mut self, address: &str, now: Instant) -> Instant {
        if self.pace.apart.is_zero() {
            return now;
        }
        if self.last.len() >= MANY {
            self.last.retain(|_, last| *last + self.pace.apart > now);
        }
        let turn = self.last.get(address).map_or(now, |last| now.max(*last + self.pace.apart));
        self.last.insert(address.to_owned(), turn);
        turn
    }

    /// The messages of the pace, at least one: an account that takes none would wait for ever.
    fn most(&self) -> usize {
        usize::try_from(self.pace.messages).unwrap_or(usize::MAX).max(1)
    }
}

#[cfg(test)]
mod tests;
