//! Timers: when a conversation wants to be looked at again. A row says only when: what is due then is decided by the
//! conversation's own turn, whose revision fences it, so that several nodes that look at once do it once.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::id::ConversationId,
    store::{
        batch::Batch,
        db::Tx,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

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
pub(in crate::store) async fn write(tx: &mut Tx, rows: impl Iterator<Item = &TimerRow>) -> Result<(), StoreError> {
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

/// The same, as a part of one statement.
pub(in crate::store) fn write_at_once<'a>(
    batch: &mut Batch<'a>,
    rows: impl Iterator<Item = &'a TimerRow> + Clone,
) -> Result<(), StoreError> {
    batch.insert(&SET_TIMER, rows.clone().filter(|row| row.due_at.is_some()))?;
    let gone = rows.filter(|row| row.due_at.is_none());
    batch.delete("timer", "conversation", gone.map(|row| row.conversation.to_string()));
    Ok(())
}
