//! Time is a parameter: whoever needs it is handed a [`Clock`].

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rustix::time::{ClockId, clock_gettime};

/// Where the time comes from: the system in production, a fixed or scripted instant in tests and transcripts.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    steady: Arc<dyn Fn() -> SignedDuration + Send + Sync>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
        Self::adjusted(Timestamp::now, || {
            // Not `Instant`, which stands still while the machine is suspended.
            let since_boot = clock_gettime(ClockId::Boottime);
            SignedDuration::new(since_boot.tv_sec, i32::try_from(since_boot.tv_nsec).unwrap_or_default())
        })
    }

    /// A clock that always answers `at`.
    pub fn fixed(at: Timestamp) -> Self {
        Self::new(move || at)
    }

    /// A clock that asks `read` each time, and that nobody puts forward or back.
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let read = Arc::new(read);
        let steady = Arc::clone(&read);
        Self { read, steady: Arc::new(move || steady().duration_since(Timestamp::UNIX_EPOCH)) }
    }

    /// A clock that asks `read` each time, and may be put forward or back: `steady` tells how much time really passed.
    pub fn adjusted(
        read: impl Fn() -> Timestamp + Send + Sync + 'static,
        steady: impl Fn() -> SignedDuration + Send + Sync + 'static,
    ) -> Self {
        Self { read: Arc::new(read), steady: Arc::new(steady) }
    }

    /// The time that has passed since some instant, whatever was done to the clock.
    pub fn steady(&self) -> SignedDuration {
        (self.steady)()
    }

    /// The present instant, cut to milliseconds: what the store keeps.
    pub fn now(&self) -> Timestamp {
        let now = (self.read)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// The zone in which insurers of this release count their days.
pub fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}
