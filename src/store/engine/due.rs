//! What is due.

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::id::ConversationId,
    store::{
        error::StoreError,
        table::Table as _,
        tables::{
            clock::{self, ClockRow},
            due::{self, DueRow},
        },
        value::args,
    },
};

impl Engine {
    /// What is due, the longest overdue first, at most `limit`. It is this node's until `until`; if it does not get to it, it
    /// is due again then.
    pub async fn claim_due(&self, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<DueRow>, StoreError> {
        let mut tx = self.db.begin().await?;
        // SQLite has one writer: nobody else looks meanwhile.
        let skip = if tx.is_sqlite() { "" } else { "FOR UPDATE SKIP LOCKED" };
        let sql = format!(
            "UPDATE due SET at = $2 WHERE subject IN \
             (SELECT subject FROM due WHERE at <= $1 ORDER BY at LIMIT $3 {skip}) RETURNING {}",
            DueRow::schema().selected()
        );
        let rows = tx.fetch(&sql, &args![now, until, limit]).await?;
        tx.commit().await?;
        rows.iter().map(DueRow::read).collect()
    }

    /// When something is due next.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = self.db.fetch_one("SELECT at FROM due ORDER BY at LIMIT 1", &[]).await?;
        row.map(|row| row.time(0)).transpose()
    }

    /// What is due of one thing.
    pub async fn due(&self, subject: &str) -> Result<Option<DueRow>, StoreError> {
        self.db.row("WHERE subject = $1", &args![subject]).await
    }

    /// What is due of a conversation beside its own timer.
    pub async fn due_of(&self, conversation: ConversationId) -> Result<Vec<DueRow>, StoreError> {
        due::of_conversation(&self.db, conversation).await
    }

    /// All that is or was owed in a conversation's dossier, the earliest first.
    pub async fn clocks(&self, conversation: ConversationId) -> Result<Vec<ClockRow>, StoreError> {
        clock::of_conversation(&self.db, conversation).await
    }
}
