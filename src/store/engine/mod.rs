//! The machines' face of the store: everything, for whoever receives, sends, times, polls and operates. It asks for no
//! scope; what shows or changes cases for a user goes through [`super::Cases`], and what a policyholder reaches through
//! [`super::OneConversation`].

mod contact;
mod conversation;
mod document;
mod dossier;
mod due;
mod housekeeping;
mod inspection;
mod lease;
mod log;
mod mailbox;
mod opt_out;
mod outbox;
mod placing;
mod planning;
mod policy;
mod request;
mod revision;
mod search;
mod sms_part;
mod watch;

#[cfg(test)]
use std::path::Path;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[cfg(test)]
use crate::store::testing::faults::Faults;
use crate::{
    domain::id::{ConversationId, Ids},
    identity::Scope,
    store::{
        access_log::AccessLog,
        cases::{CaseAccess, Cases},
        changed::Changed,
        checkpoint,
        commit::{Commit, CommitError, Queue},
        db::Db,
        error::StoreError,
        notify::ChangeFeed,
        one_conversation::{Doors, OneConversation},
        refold, relog, schema,
        users::Users,
        writer::Synchronous,
    },
};

/// A handle on the database. Cheap to clone; all clones share one writer.
#[derive(Clone, Debug)]
pub struct Engine {
    db: Arc<Db>,
    commits: Queue,
    /// Where the identifiers of turns come from.
    ids: Ids,
    /// Whether a turn was refused for a full disk since a row found room.
    was_full: Arc<AtomicBool>,
    /// How many transactions that were durable once are not in SQLite's file.
    lost: i64,
    /// What this node stored since it was indexed.
    changed: Arc<Changed>,
}

impl Engine {
    /// Opens the database at `url`, refuses a newer schema, and applies the migrations that are missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, Synchronous::Full).await
    }

    /// As [`Engine::open`], with another flush than `FULL`: for the test that proves that power cuts are seen.
    pub async fn open_with(url: &str, synchronous: Synchronous) -> Result<Self, StoreError> {
        let db = Arc::new(Db::open(url, synchronous).await?);
        schema::migrate(&db).await?;
        relog::run(&db).await?;
        refold::run(&db).await?;
        let lost = db.count_transactions().await?;
        checkpoint::start(&db);
        let commits = Queue::start(Arc::clone(&db))?;
        Ok(Self { db, commits, ids: Ids::default(), was_full: Arc::default(), lost, changed: Arc::default() })
    }

    /// The same with counted identifiers: for the test that makes two of them alike.
    pub fn with_ids(self, ids: Ids) -> Self {
        Self { ids, ..self }
    }

    /// Where the identifiers of turns come from.
    pub fn ids(&self) -> Ids {
        self.ids.clone()
    }

    /// The database of an SQLite file that has today's schema, as one node of the simulation has it. Its log is not copied: what
    /// is played is short.
    #[cfg(test)]
    #[cfg_attr(not(feature = "simulation"), expect(dead_code, reason = "only the simulation opens it"))]
    pub(crate) fn open_simulated(file: &Path, faults: Arc<dyn Faults>) -> Result<Self, StoreError> {
        let db = Arc::new(Db::open_simulated(file.to_owned(), faults)?);
        let commits = Queue::start(Arc::clone(&db))?;
        Ok(Self { db, commits, ids: Ids::default(), was_full: Arc::default(), lost: 0, changed: Arc::default() })
    }

    /// Stores a turn durably; returns it when it is on disk.
    ///
    /// # Errors
    ///
    /// [`CommitError::Duplicate`] for what was received before, [`CommitError::Conflict`] when another node was first:
    /// nothing is stored then.
    pub async fn commit(&self, commit: Commit) -> Result<Commit, CommitError> {
        let stored = self.commits.store(commit).await;
        if let Err(CommitError::Store(error)) = &stored
            && matches!(**error, StoreError::DiskFull)
        {
            self.was_full.store(true, Ordering::Relaxed);
        }
        if let Ok(commit) = &stored {
            self.changed.note(commit.conversation.id);
        }
        stored
    }

    /// What all nodes change. None on SQLite, where there is one node.
    pub async fn change_feed(&self) -> Result<Option<ChangeFeed>, StoreError> {
        ChangeFeed::open(&self.db).await
    }

    /// The cases that a user sees.
    pub fn cases<'s>(&'s self, scope: &'s Scope) -> Cases<'s> {
        Cases::new(&self.db, scope)
    }

    /// What opens cases to whoever brings a scope, and nothing else.
    pub fn case_access(&self) -> CaseAccess {
        CaseAccess::new(Arc::clone(&self.db))
    }

    /// Who may log in.
    pub fn users(&self) -> Users {
        Users::new(Arc::clone(&self.db))
    }

    /// Where it is written who read what.
    pub fn access_log(&self) -> AccessLog {
        AccessLog::new(Arc::clone(&self.db))
    }

    /// What opens a person's own conversation, and nothing else.
    pub fn doors(&self) -> Doors {
        Doors::new(Arc::clone(&self.db))
    }

    /// One conversation, as its person has it.
    pub fn one_conversation(&self, id: ConversationId) -> OneConversation {
        OneConversation::new(Arc::clone(&self.db), id)
    }

    /// Whether the database can be written: a row is really written and rolled back.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.fetch("UPDATE schema_version SET version = version WHERE version < 0 RETURNING version", &[]).await?;
        tx.rollback().await
    }

    /// The schema's version, for the doctor.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        schema::version(&self.db).await
    }

    /// The engine's name: `sqlite` or `postgres`.
    pub fn name(&self) -> &'static str {
        self.db.dialect().name()
    }

    /// For how long the oldest turn waits that is not stored yet; none while nothing waits.
    pub fn oldest_commit(&self) -> Option<Duration> {
        self.commits.oldest()
    }

    /// Finishes what is queued and closes the connections. It ends also where the database does not answer.
    pub async fn close(&self) {
        self.commits.close().await;
        self.db.close().await;
    }
}
