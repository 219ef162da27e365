//! Timers: when a conversation wants to be looked at again. A row says only when: what is due then is decided by the
//! conversation's own turn, whose revision fences it, so that several nodes that look at once do it once.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::id::ConversationId,
    store::{
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
