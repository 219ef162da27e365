//! What is due and when. A row says only that, and in whose turn it is looked at: what is done then is decided by the
//! conversation's own turn, whose revision fences it, so that several nodes that look at once do it once.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::Timestamp;

use crate::{
    domain::id::ConversationId,
    store::{
        batch::Batch,
        column::by_name,
        db::{Db, Tx},
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// The most that is due of one conversation and read at once.
const MAX_OF_ONE: i64 = 200;

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// Its identifier: no two kinds share one.
    pub subject: String,
    pub kind: DueKind,
    /// None takes it away.
    pub at: Option<Timestamp>,
    /// In whose turn it is done. None where the subject is the conversation.
    pub conversation: Option<ConversationId>,
    /// What a kind keeps here, as JSON.
    pub payload: Option<String>,
}

/// What becomes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueKind {
    /// The conversation wants to be looked at: an album to be answered, a reminder.
    Wake,
    /// A dossier comes back into the list.
    Snooze,
    /// A handler's reply that is sent later.
    Reply,
    /// A deadline or a task of the table `clock`.
    Clock,
    /// What a person asked for beside the claim.
    Request,
    /// An alert that nobody has taken yet.
    Alert,
}

impl DueKind {
    const ALL: [Self; 6] = [Self::Wake, Self::Snooze, Self::Reply, Self::Clock, Self::Request, Self::Alert];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wake => "wake",
            Self::Snooze => "snooze",
            Self::Reply => "reply",
            Self::Clock => "clock",
            Self::Request => "request",
            Self::Alert => "alert",
        }
    }
}

impl fmt::Display for DueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown kind of what is due")]
pub struct UnknownDueKind;

impl FromStr for DueKind {
    type Err = UnknownDueKind;

    fn from_str(name: &str) -> Result<Self, UnknownDueKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownDueKind)
    }
}

impl DueRow {
    /// When a conversation wants to be looked at.
    pub fn wake(conversation: ConversationId, at: Option<Timestamp>) -> Self {
        Self { subject: conversation.to_string(), kind: DueKind::Wake, at, conversation: None, payload: None }
    }

    /// What is due in a conversation's turn.
    pub fn of(conversation: ConversationId, kind: DueKind, subject: &impl ToString, at: Option<Timestamp>) -> Self {
        Self { subject: subject.to_string(), kind, at, conversation: Some(conversation), payload: None }
    }
}

by_name!(DueKind);

table! { DueRow in "due" { subject, kind, at, conversation, payload } }

static SET: LazyLock<Insert<DueRow>> = LazyLock::new(|| Insert::upsert(&["subject"], &[], ""));

/// Sets and takes away what is due by a group's turns.
pub(in crate::store) async fn write(tx: &mut Tx, rows: impl Iterator<Item = &DueRow>) -> Result<(), StoreError> {
    let mut set = Vec::new();
    for row in rows {
        if row.at.is_some() {
            set.push(row);
        } else {
            tx.fetch("DELETE FROM due WHERE subject = $1", &args![row.subject.as_str()]).await?;
        }
    }
    SET.run(tx, set).await.map(drop)
}

/// The same, as a part of one statement.
pub(in crate::store) fn write_at_once<'a>(
    batch: &mut Batch<'a>,
    rows: impl Iterator<Item = &'a DueRow> + Clone,
) -> Result<(), StoreError> {
    batch.insert(&SET, rows.clone().filter(|row| row.at.is_some()))?;
    batch.delete("due", "subject", rows.filter(|row| row.at.is_none()).map(|row| row.subject.as_str()));
    Ok(())
}

/// What is due of a conversation beside its own timer.
pub(in crate::store) async fn of_conversation(
    db: &Db,
    conversation: ConversationId,
) -> Result<Vec<DueRow>, StoreError> {
    db.rows(&format!("WHERE conversation = $1 LIMIT {MAX_OF_ONE}"), &args![conversation.to_string()]).await
}
