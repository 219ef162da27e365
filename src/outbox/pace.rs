//! An account's pace: at most so many messages in any stretch of so much time.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use crate::channel::Pace;

/// Remembers when the last messages went, as many as the pace allows at most.
#[derive(Debug)]
pub(super) struct Window {
    pace: Pace,
    sent: VecDeque<Instant>,
}

impl Window {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, sent: VecDeque::new() }
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
        let mut window = Window::new(Pace { messages: 3, per: Duration::from_secs(1), at_once: 9 });
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
}
