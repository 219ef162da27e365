//! An account's pace: at most so many messages in any stretch of so much time, and so far apart to one address.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use crate::channel::Pace;

/// Remembers when the last messages went, as many as the pace allows at most.
#[derive(Debug)]
pub(super) struct Window {
    pace: Pace,
    sent: VecDeque<Instant>,
    /// When the last message to an address may go or went. What is over is forgotten.
    last: HashMap<String, Instant>,
}

/// How many addresses are remembered before those that are over are looked for.
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

    /// When a message to `address` that is at hand may go: now, or far enough behind the one before.
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

    /// An account that takes nothing at all would wait for ever.
    fn most(&self) -> usize {
        usize::try_from(self.pace.messages).unwrap_or(usize::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stretch_of_time_sees_more_than_the_pace() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut window =
            Window::new(Pace { messages: 3, per: Duration::from_secs(1), at_once: 9, apart: Duration::ZERO });
        assert_eq!(window.free(at(0)), 3);
        window.take(2, at(0));
        window.take(1, at(600));
        assert_eq!((window.free(at(999)), window.wait(at(999))), (0, Duration::from_millis(1)));
        assert_eq!((window.free(at(1000)), window.wait(at(1000))), (2, Duration::ZERO));
        window.take(2, at(1000));
        assert_eq!((window.free(at(1599)), window.wait(at(1599))), (0, Duration::from_millis(1)));
        assert_eq!(window.free(at(1600)), 1);
        assert_eq!(window.free(at(9000)), 3);
    }

    #[test]
    fn two_messages_to_one_address_are_apart() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let apart = Duration::from_secs(1);
        let mut window = Window::new(Pace { messages: 30, per: apart, at_once: 30, apart });
        assert_eq!(window.turn_of("a", at(0)), at(0));
        assert_eq!(window.turn_of("b", at(10)), at(10));
        assert_eq!(window.turn_of("a", at(300)), at(1000));
        assert_eq!(window.turn_of("a", at(1100)), at(2000));
        assert_eq!(window.turn_of("a", at(3500)), at(3500));
        for other in 0..5000_u32 {
            window.turn_of(&other.to_string(), at(10_000 + u64::from(other)));
        }
        assert!(window.last.len() <= 1001 + 1000, "who wrote long ago is forgotten");
        let mut free = Window::new(Pace { messages: 30, per: apart, at_once: 30, apart: Duration::ZERO });
        assert_eq!([free.turn_of("a", at(5)), free.turn_of("a", at(5))], [at(5), at(5)]);
    }
}
