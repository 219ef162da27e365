//! The only room that speaks SQL: one contract, two engines. `sqlite:PATH` is the embedded default, `postgres://…` serves
//! several nodes.
//!
//! Messages and everything that they change go through [`Store::commit`], which shares one flush among all that wait for
//! it. What a file here names is a subject (policies, documents, handlers), not an engine: a query is written once where
//! both engines accept it.
//!
//! Architecture invariant: no other room names `sqlx`, and no transaction here waits for a network but the database's own.

mod checkpoint;
mod column;
mod commit;
mod contact;
mod conversation;
mod db;
mod document;
mod dossier;
mod error;
mod handler;
mod inbox;
mod lease;
mod mailbox;
mod notify;
mod opt_out;
mod outbox;
mod planning;
mod policy;
mod request;
mod revision;
mod schema;
mod sms_part;
mod table;
mod timer;

use std::sync::Arc;

pub use commit::{Commit, CommitError, FiledDocument, Key, TurnRows};
pub use contact::{Absorbed, Binding, ChannelSwitchRow, DuplicateCandidate, MatchReason, ProvenRow};
pub use conversation::{ConversationRow, EndpointRow, MessageRow};
pub use db::Synchronous;
pub use document::DocumentRow;
pub use dossier::{DecisionRow, FactRow};
pub use error::StoreError;
pub use handler::{HandlerRow, SessionRow};
pub use inbox::{InboxCount, InboxFilter, InboxSort, Oriented};
pub use mailbox::MailboxRow;
pub use notify::{ChangeFeed, Changes};
pub use opt_out::OptOut;
pub use outbox::{Delivery, EarlyReport, OutboxRow, Said, Settled, Undelivered};
pub use planning::{AppointmentRow, AppointmentState, Mission, MissionRow, MissionState, Planning};
pub use policy::PolicyRow;
pub use request::{Acknowledgement, Completion, DeskCount, MissedRow, RequestRow, Requests};
pub use sms_part::SmsPart;
pub use timer::TimerRow;

use db::Db;

/// A handle on the database. Cheap to clone; all clones share one writer.
#[derive(Clone, Debug)]
pub struct Store {
    db: Arc<Db>,
    commits: commit::Queue,
}

impl Store {
    /// Opens the database at `url`, refuses a newer schema, and applies the migrations that are missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, Synchronous::Full).await
    }

    /// As [`Store::open`], with another flush than `FULL`: for the test that proves that power cuts are seen.
    pub async fn open_with(url: &str, synchronous: Synchronous) -> Result<Self, StoreError> {
        let db = Arc::new(Db::open(url, synchronous).await?);
        schema::migrate(&db).await?;
        checkpoint::start(&db);
        let commits = commit::Queue::start(Arc::clone(&db));
        Ok(Self { db, commits })
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
    pub fn engine(&self) -> &'static str {
        self.db.dialect().name()
    }

    /// Finishes what is queued and closes the connections.
    pub async fn close(&self) {
        self.commits.close().await;
        self.db.close().await;
    }
}
