//! Deletes rows that nobody asks for any more, and files that no row names.
//!
//! One of several nodes does it, under a lease. When it is done, the lease is kept until the next time: so it is done once an
//! interval however often processes start, and also where none lives as long as an interval. A process that dies in the middle
//! leaves the rest to the next one.
//!
//! Nobody waits for it: each transaction is small, and after each the store has several times as long for others.
//!
//! # What this room refuses to do
//!
//! It deletes nothing that was said to people or that decides anything: messages, facts, decisions, documents of a dossier.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    document::{DocumentError, Documents},
    domain::{clock::Clock, id::NodeId, jitter::Jitter},
    store::{Engine, Expired, StoreError},
};

/// Rows that one statement deletes or asks for.
const BATCH: usize = 500;
/// The pause after a batch: so many times as long as the batch took, and this at least.
const REST_FACTOR: u32 = 4;
const LEAST_REST: Duration = Duration::from_millis(50);
/// From the start to the first look: a process that soon ends does its part too.
const SOON: Duration = Duration::from_secs(10);
/// How often a node looks whether a chore is due.
const LOOK_AGAIN: Duration = Duration::from_mins(5);
/// The lease of a chore that is under way. It is extended in time; one that a dead process leaves runs out.
const WORKING: SignedDuration = SignedDuration::from_mins(5);
/// Rows of the outbox are kept for so long, and for so long after the last change of a dossier that is over.
const SENT_KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);
/// A file without a row is kept for so long: its row is written after it.
const ORPHANS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What is done, each at its own interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chore {
    /// Deletes rows whose time is over.
    Rows,
    /// Deletes files that no row names.
    Files,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Rows that were deleted.
    pub rows: u64,
    /// Files that no row named, deleted.
    pub orphans: u64,
    /// Uploads that broke off when a process died, deleted.
    pub unfinished: u64,
}

/// Why a chore was not finished. The next look tries again.
#[derive(Debug, thiserror::Error)]
pub enum HousekeepingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error("another node took it over")]
    TakenOver,
}

/// What the chores work on.
#[derive(Clone, Debug)]
pub struct Housekeeping {
    pub store: Engine,
    pub documents: Documents,
    pub clock: Clock,
}

/// The lease under which a chore is done.
struct Lease<'h> {
    house: &'h Housekeeping,
    chore: Chore,
    /// Names this run alone: the next one of the same process must acquire the lease as any other.
    holder: String,
    until: Timestamp,
}

impl Chore {
    pub const ALL: [Self; 2] = [Self::Rows, Self::Files];

    /// The name of its lease.
    fn lease(self) -> &'static str {
        match self {
            Self::Rows => "housekeeping|rows",
            Self::Files => "housekeeping|files",
        }
    }

    /// From the end of one time to the beginning of the next.
    pub fn interval(self) -> SignedDuration {
        match self {
            Self::Rows => SignedDuration::from_hours(1),
            Self::Files => SignedDuration::from_hours(24),
        }
    }
}

impl Housekeeping {
    /// Does what is due, for as long as the service runs.
    pub async fn run(self) {
        let (mut wait, jitter) = (SOON, Jitter::system());
        loop {
            // Nodes that start together do not all look at once.
            tokio::time::sleep(jitter.spread(wait)).await;
            for chore in Chore::ALL {
                match self.do_if_due(chore).await {
                    Ok(Some(done)) if done != Done::default() => {
                        let Done { rows, orphans, unfinished } = done;
                        tracing::info!(rows, orphans, unfinished, "rows and files whose time is over were deleted");
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "rows and files whose time is over could not all be deleted"),
                }
            }
            wait = LOOK_AGAIN;
        }
    }

    /// Does a chore, unless it was done within its interval or another node is at it.
    pub async fn do_if_due(&self, chore: Chore) -> Result<Option<Done>, HousekeepingError> {
        let Some(mut lease) = Lease::acquire(self, chore).await? else { return Ok(None) };
        let done = match chore {
            Chore::Rows => self.forget_rows(&mut lease).await,
            Chore::Files => self.sweep_files(&mut lease).await,
        };
        match done {
            Ok(done) => {
                lease.done().await?;
                Ok(Some(done))
            }
            Err(error) => {
                // The first error is the one to tell; the lease runs out where it cannot be given back.
                let _ = lease.give_back().await;
                Err(error)
            }
        }
    }

    async fn forget_rows(&self, lease: &mut Lease<'_>) -> Result<Done, HousekeepingError> {
        let (now, limit) = (self.clock.now(), i64::try_from(BATCH).unwrap_or(i64::MAX));
        let mut rows = 0;
        for expired in Expired::ALL {
            loop {
                let began = Instant::now();
                let gone = self.store.prune(expired, now, limit).await?;
                rows += gone;
                lease.rest_after(began).await?;
                if usize::try_from(gone).is_ok_and(|gone| gone < BATCH) {
                    break;
                }
            }
        }
        let mut after = None;
        loop {
            let began = Instant::now();
            let page = self.store.prune_outbox(after, now - SENT_KEPT, limit).await?;
            rows += page.gone;
            lease.rest_after(began).await?;
            if page.last.is_none() {
                break;
            }
            after = page.last;
        }
        Ok(Done { rows, ..Done::default() })
    }

    async fn sweep_files(&self, lease: &mut Lease<'_>) -> Result<Done, HousekeepingError> {
        let older_than = self.clock.now() - ORPHANS_KEPT;
        let unfinished = self.documents.sweep_staging(older_than).await?;
        let mut orphans = 0;
        // The first folder is random: processes that never live to the end look at other folders each time.
        let first = getrandom::u32().unwrap_or(0).to_le_bytes()[0];
        for folder in (first..=u8::MAX).chain(0..first) {
            let began = Instant::now();
            let files = self.documents.originals(folder, older_than).await?;
            lease.rest_after(began).await?;
            for page in files.chunks(BATCH) {
                let began = Instant::now();
                orphans += self.sweep_page(page, older_than).await?;
                lease.rest_after(began).await?;
            }
        }
        Ok(Done { orphans, unfinished, ..Done::default() })
    }

    /// Deletes those of these files that no row names.
    async fn sweep_page(&self, files: &[String], older_than: Timestamp) -> Result<u64, HousekeepingError> {
        let known: HashSet<String> = self.store.files_with_a_row(files).await?.into_iter().collect();
        let mut swept = 0;
        for orphan in files.iter().filter(|file| !known.contains(*file)) {
            if self.documents.remove(orphan, older_than).await? {
                swept += 1;
            }
        }
        Ok(swept)
    }
}

impl<'h> Lease<'h> {
    async fn acquire(house: &'h Housekeeping, chore: Chore) -> Result<Option<Self>, StoreError> {
        let now = house.clock.now();
        let mut lease = Self { house, chore, holder: NodeId::new(now).to_string(), until: now };
        Ok(lease.extend(WORKING).await?.then_some(lease))
    }

    async fn extend(&mut self, by: SignedDuration) -> Result<bool, StoreError> {
        let now = self.house.clock.now();
        let until = now.checked_add(by).unwrap_or(now);
        // It is kept from the end of one time to the beginning of the next.
        let furthest = now.checked_add(self.chore.interval() * 2).unwrap_or(now);
        let is_ours = self.house.store.acquire_lease(self.chore.lease(), &self.holder, now, until, furthest).await?;
        self.until = until;
        Ok(is_ours)
    }

    /// Leaves the store to others after a batch, and keeps the lease.
    async fn rest_after(&mut self, began: Instant) -> Result<(), HousekeepingError> {
        tokio::time::sleep((began.elapsed() * REST_FACTOR).max(LEAST_REST)).await;
        let left = self.until.duration_since(self.house.clock.now());
        if left < WORKING / 2 && !self.extend(WORKING).await? {
            return Err(HousekeepingError::TakenOver);
        }
        Ok(())
    }

    /// Keeps it until the next time.
    async fn done(mut self) -> Result<(), StoreError> {
        self.extend(self.chore.interval()).await.map(drop)
    }

    async fn give_back(self) -> Result<(), StoreError> {
        self.house.store.release(self.chore.lease(), &self.holder).await
    }
}
