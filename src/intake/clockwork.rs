//! The one task that does what is due: it wakes conversations, brings cases back, sends what was to be sent later, warns of
//! deadlines. It sleeps until something is due. In memory it holds only the time of that; what is due is in the store, so
//! that after a restart each overdue thing is done, once.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use jiff::{Timestamp, ToSpan};
use tokio::sync::Notify;

use super::{Intake, IntakeError};
use crate::{
    conversation::Input,
    store::{DueKind, DueRow},
};

/// How much is done by one claim.
const AT_ONCE: usize = 64;
/// A node that claimed what is due and died leaves it to the others after this long.
const LEASE_MINUTES: i64 = 5;
/// How often the store is asked although nothing of this node is due: another node's claim may have run out.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// When something is due next, as far as this node knows.
#[derive(Debug)]
pub(super) struct Clockwork {
    /// Unix milliseconds.
    next: AtomicI64,
    changed: Notify,
}

impl Default for Clockwork {
    fn default() -> Self {
        Self { next: AtomicI64::new(i64::MAX), changed: Notify::new() }
    }
}

impl Clockwork {
    /// Notes a time that was stored, and wakes the task when that is sooner than the next one.
    pub(super) fn set(&self, due_at: Timestamp) {
        let due_at = due_at.as_millisecond();
        if self.next.fetch_min(due_at, Ordering::Relaxed) > due_at {
            self.changed.notify_one();
        }
    }
}

impl Intake {
    /// Does what is due when it is, for as long as the service runs.
    pub async fn keep_time(self) {
        loop {
            let pause = match self.do_due().await {
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
                () = self.0.clockwork.changed.notified() => {}
            }
        }
    }

    /// Does what is due, at most [`AT_ONCE`], each in its conversation's turn. Returns how much it was.
    ///
    /// # Errors
    ///
    /// When what is due cannot be claimed. What fails is logged, and tried again when its claim runs out.
    pub async fn do_due(&self) -> Result<usize, IntakeError> {
        let now = self.0.clock.now();
        self.0.clockwork.next.store(i64::MAX, Ordering::Relaxed);
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let due = self.0.store.claim_due(now, now + LEASE_MINUTES.minutes(), limit).await?;
        let done = join_all(due.iter().map(|row| self.come_due(row))).await;
        for (row, outcome) in due.iter().zip(&done) {
            if let Err(error) = outcome {
                // Its claim runs out, and then it is tried again.
                let (kind, subject) = (row.kind.name(), &row.subject);
                tracing::error!(kind, subject, %error, "what was due could not be done when its time came");
            }
        }
        Ok(due.len())
    }

    async fn come_due(&self, row: &DueRow) -> Result<(), IntakeError> {
        let (conversation, input) = match (row.kind, row.conversation) {
            (DueKind::Wake, _) => (row.subject.parse().map_err(|_| IntakeError::NotFound)?, Input::Wake),
            (kind, Some(conversation)) => (conversation, Input::Due(kind, row.subject.clone())),
            (_, None) => return Err(IntakeError::NotFound),
        };
        self.take_turn(conversation, &input).await.map(drop)
    }

    async fn until_next(&self) -> Duration {
        let Ok(next) = self.0.store.next_due().await else { return LOOK_AGAIN };
        let Some(next) = next else { return LOOK_AGAIN };
        self.0.clockwork.next.fetch_min(next.as_millisecond(), Ordering::Relaxed);
        let wait = next.duration_since(self.0.clock.now());
        Duration::try_from(wait).unwrap_or_default().min(LOOK_AGAIN)
    }
}
