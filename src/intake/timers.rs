//! The one task that wakes conversations when their timers are due. It sleeps until the next timer. In memory it holds
//! only the time of that one; the timers are in the store, so that after a restart each overdue one is done, once.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use jiff::{Timestamp, ToSpan};
use tokio::sync::Notify;

use super::{Intake, IntakeError};
use crate::conversation::Input;

/// How many conversations are woken by one claim.
const AT_ONCE: usize = 64;
/// A node that claimed timers and died leaves them to the others after this long.
const LEASE_MINUTES: i64 = 5;
/// How often the store is asked although no timer of this node is due: another node's claim may have run out.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// The time of the next timer that this node knows of.
#[derive(Debug)]
pub(super) struct Timers {
    /// Unix milliseconds.
    next: AtomicI64,
    changed: Notify,
}

impl Default for Timers {
    fn default() -> Self {
        Self { next: AtomicI64::new(i64::MAX), changed: Notify::new() }
    }
}

impl Timers {
    /// Notes a timer that was stored, and wakes the task when it is due sooner than the next one.
    pub(super) fn set(&self, due_at: Timestamp) {
        let due_at = due_at.as_millisecond();
        if self.next.fetch_min(due_at, Ordering::Relaxed) > due_at {
            self.changed.notify_one();
        }
    }
}

impl Intake {
    /// Wakes conversations when their timers are due, for as long as the service runs.
    pub async fn keep_time(self) {
        loop {
            let pause = match self.wake_due().await {
                Ok(AT_ONCE..) => Duration::ZERO,
                Ok(_) => self.until_next().await,
                Err(error) => {
                    tracing::warn!(%error, "what time brings about cannot be done at the moment");
                    LOOK_AGAIN
                }
            };
            // In one order, so that the simulation plays the same twice.
            tokio::select! {
                biased;
                () = tokio::time::sleep(pause) => {}
                () = self.0.timers.changed.notified() => {}
            }
        }
    }

    /// Wakes the conversations whose timers are due, at most [`AT_ONCE`]: for reminders, for albums to be answered.
    /// Returns how many it woke.
    ///
    /// # Errors
    ///
    /// When the timers cannot be claimed. A conversation whose turn fails is logged, and tried again when its claim
    /// runs out.
    pub async fn wake_due(&self) -> Result<usize, IntakeError> {
        let now = self.0.clock.now();
        self.0.timers.next.store(i64::MAX, Ordering::Relaxed);
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let due = self.0.store.claim_timers(now, now + LEASE_MINUTES.minutes(), limit).await?;
        let done = join_all(due.iter().map(|conversation| self.take_turn(*conversation, &Input::Wake))).await;
        for (conversation, outcome) in due.iter().zip(&done) {
            if let Err(error) = outcome {
                // Its claim runs out, and then it is tried again.
                tracing::error!(%conversation, %error, "a conversation could not be looked at when its time came");
            }
        }
        Ok(due.len())
    }

    async fn until_next(&self) -> Duration {
        let Ok(next) = self.0.store.next_timer().await else { return LOOK_AGAIN };
        let Some(next) = next else { return LOOK_AGAIN };
        self.0.timers.next.fetch_min(next.as_millisecond(), Ordering::Relaxed);
        let wait = next.duration_since(self.0.clock.now());
        Duration::try_from(wait).unwrap_or_default().min(LOOK_AGAIN)
    }
}
