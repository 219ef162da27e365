//! What is owed by a time: a task, a call back, a deadline that a rule of `flows/clocks.yaml` sets.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::{
        clock_kind::ClockKind,
        id::{ConversationId, DossierId},
    },
    store::{
        column::by_name,
        db::Db,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// The most of one conversation that are read at once.
const MAX_OF_ONE: i64 = 200;

/// Something that is owed by a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRow {
    /// Of a task its own; of a rule the dossier's with the rule's code, so that a rule has one clock in a dossier.
    pub id: String,
    pub kind: ClockKind,
    /// Of `flows/clocks.yaml`; empty for a task.
    pub rule: String,
    pub dossier: DossierId,
    pub conversation: ConversationId,
    pub insurer: String,
    /// Who owes it, as the rule's code says: `insurer`, `insured`, …
    pub owner: String,
    /// The login of whoever is to do it.
    pub assignee: Option<String>,
    /// What is to be done, as a handler wrote it.
    pub text: String,
    pub started_at: Timestamp,
    pub due_at: Timestamp,
    /// A login, or `guichet`.
    pub made_by: String,
    pub ended: Option<ClockEnd>,
}

/// When something was done that was owed, or was owed no more, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockEnd {
    pub at: Timestamp,
    pub by: String,
}

by_name!(ClockKind);

table! { ClockRow in "clock" {
    id,
    kind,
    rule,
    dossier,
    conversation,
    insurer,
    owner,
    assignee,
    text,
    started_at,
    due_at,
    made_by,
    ended?: ClockEnd { at as ended_at, by as ended_by },
} }

pub(in crate::store) static PUT_CLOCK: LazyLock<Insert<ClockRow>> =
    LazyLock::new(|| Insert::upsert(&["id"], &["kind", "rule", "dossier", "conversation", "insurer"], ""));

/// All that is or was owed in a conversation's dossier, the earliest first.
pub(in crate::store) async fn of_conversation(
    db: &Db,
    conversation: ConversationId,
) -> Result<Vec<ClockRow>, StoreError> {
    let rest = format!("WHERE conversation = $1 ORDER BY due_at, id LIMIT {MAX_OF_ONE}");
    db.rows(&rest, &args![conversation.to_string()]).await
}
