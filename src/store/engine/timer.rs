//! Which conversations want to be looked at.

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::id::ConversationId,
    store::{error::StoreError, value::args},
};

impl Engine {
    /// The conversations whose time has come, the longest overdue first, at most `limit`. They are this node's until
    /// `until`; if it does not get to them, they are due again then.
    pub async fn claim_timers(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let mut tx = self.db.begin().await?;
        // SQLite has one writer: nobody else looks meanwhile.
        let skip = if tx.is_sqlite() { "" } else { "FOR UPDATE SKIP LOCKED" };
        let sql = format!(
            "UPDATE timer SET due_at = $2 WHERE conversation IN \
             (SELECT conversation FROM timer WHERE due_at <= $1 ORDER BY due_at LIMIT $3 {skip}) RETURNING conversation"
        );
        let rows = tx.fetch(&sql, &args![now, until, limit]).await?;
        tx.commit().await?;
        rows.iter().map(|row| row.parse(0)).collect()
    }

    /// When the next timer goes off.
    pub async fn next_timer(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = self.db.fetch_one("SELECT due_at FROM timer ORDER BY due_at LIMIT 1", &[]).await?;
        row.map(|row| row.time(0)).transpose()
    }
}
