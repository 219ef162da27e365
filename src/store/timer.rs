//! Timers: when a conversation wants to be looked at again. A row says only when: what is due then is decided by the
//! conversation's own turn, whose revision fences it, so that several nodes that look at once do it once.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    db::{Tx, args},
    table::{Insert, table},
};
use crate::domain::id::ConversationId;

/// A conversation's one timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerRow {
    pub conversation: ConversationId,
    /// None takes the timer away.
    pub due_at: Option<Timestamp>,
}

table! { TimerRow in "timer" { conversation, due_at } }

static SET_TIMER: LazyLock<Insert<TimerRow>> = LazyLock::new(|| Insert::upsert(&["conversation"], &[], ""));

/// Sets and takes away the timers of a group's turns.
pub(super) async fn write(tx: &mut Tx, rows: impl Iterator<Item = &TimerRow>) -> Result<(), StoreError> {
    let mut set = Vec::new();
    for row in rows {
        if row.due_at.is_some() {
            set.push(row);
        } else {
            let gone = args![row.conversation.to_string()];
            tx.fetch("DELETE FROM timer WHERE conversation = $1", &gone).await?;
        }
    }
    SET_TIMER.run(tx, set).await.map(drop)
}

impl Store {
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
