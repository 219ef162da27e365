//! What people ask for beside a claim, and what was not understood: two lists for the handlers.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::{
        desk::Desk,
        id::{ConversationId, DossierId, MissedId, RequestId},
    },
    store::{
        db::{Db, Tx},
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// The longest text that is kept of either: enough to act on.
const MAX_TEXT: usize = 2_000;

/// A request with its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub id: RequestId,
    pub conversation: ConversationId,
    pub dossier: DossierId,
    pub insurer: String,
    /// Of `flows/requests.yaml`.
    pub kind: String,
    pub desk: Desk,
    pub text: String,
    pub asked_at: Timestamp,
    /// The last instant to acknowledge its receipt, where that is owed.
    pub acknowledge_by: Option<Timestamp>,
    /// The last instant to answer it.
    pub answer_by: Timestamp,
    pub acknowledged: Option<Acknowledgement>,
    pub done: Option<Completion>,
}

/// When a request was done and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    pub at: Timestamp,
    /// The login of the handler.
    pub by: String,
}

/// How the receipt of a request was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub at: Timestamp,
    /// A handler's login, or `guichet`.
    pub by: String,
    /// The number of the message of the conversation that acknowledges it, where one does.
    pub message: Option<i64>,
}

impl RequestRow {
    /// The first deadline that is still to be kept; none when the request is done.
    pub fn due(&self) -> Option<Timestamp> {
        let acknowledge_by = self.acknowledge_by.filter(|_| self.acknowledged.is_none());
        self.done.is_none().then(|| acknowledge_by.unwrap_or(self.answer_by))
    }

    /// Whether an acknowledgement of receipt is still owed.
    pub fn owes_acknowledgement(&self) -> bool {
        self.acknowledge_by.is_some() && self.acknowledged.is_none() && self.done.is_none()
    }
}

/// Something that was not understood, or a question that nothing answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissedRow {
    pub id: MissedId,
    pub conversation: ConversationId,
    pub dossier: Option<DossierId>,
    pub text: String,
    pub question: bool,
    pub at: Timestamp,
}

/// What a turn changes in the two lists.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    pub asked: Vec<RequestRow>,
    /// Requests whose receipt was acknowledged.
    pub acknowledged: Vec<(RequestId, Acknowledgement)>,
    /// A message that did not arrive: what it acknowledged is owed again.
    pub undelivered: Option<(ConversationId, i64)>,
    /// Requests that a handler did, when and by whom.
    pub done: Vec<(RequestId, Timestamp, String)>,
    pub missed: Vec<MissedRow>,
}

impl Requests {
    pub(in crate::store) fn is_empty(&self) -> bool {
        let Self { asked, acknowledged, undelivered, done, missed } = self;
        asked.is_empty() && acknowledged.is_empty() && undelivered.is_none() && done.is_empty() && missed.is_empty()
    }
}

/// How many open requests a desk has, and how many of them are overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskCount {
    pub desk: Desk,
    pub open: i64,
    pub overdue: i64,
}

/// The first deadline of an open request that is still to be kept. The index `request_due` has the same words.
pub(in crate::store) const DUE: &str =
    "(CASE WHEN acknowledged_at IS NULL THEN COALESCE(acknowledge_by, answer_by) ELSE answer_by END)";

table! { RequestRow in "request" {
    id,
    conversation,
    dossier,
    insurer,
    kind,
    desk,
    text,
    asked_at,
    acknowledge_by,
    answer_by,
    acknowledged?: Acknowledgement { at as acknowledged_at, by as acknowledged_by, message as acknowledged_in },
    done?: Completion { at as done_at, by as done_by },
} }

table! { MissedRow in "missed" { id, conversation, dossier, text, question, at } }

static ADD_REQUEST: LazyLock<Insert<RequestRow>> = LazyLock::new(Insert::new);
static ADD_MISSED: LazyLock<Insert<MissedRow>> = LazyLock::new(Insert::new);

/// Writes what a group of turns changes.
pub(in crate::store) async fn write<'a>(
    tx: &mut Tx,
    changes: impl Iterator<Item = &'a Requests> + Clone,
) -> Result<(), StoreError> {
    let asked = changes.clone().flat_map(|c| &c.asked);
    ADD_REQUEST.run(tx, asked.map(|row| RequestRow { text: cut(&row.text), ..row.clone() })).await?;
    let missed = changes.clone().flat_map(|c| &c.missed);
    ADD_MISSED.run(tx, missed.map(|row| MissedRow { text: cut(&row.text), ..row.clone() })).await?;
    for (id, acknowledged) in changes.clone().flat_map(|c| &c.acknowledged) {
        let sql = "UPDATE request SET acknowledged_at = $2, acknowledged_by = $3, acknowledged_in = $4 \
                   WHERE id = $1 AND acknowledged_at IS NULL";
        let Acknowledgement { at, by, message } = acknowledged;
        tx.fetch(sql, &args![id.to_string(), *at, by.as_str(), *message]).await?;
    }
    for (conversation, seq) in changes.clone().filter_map(|c| c.undelivered.as_ref()) {
        let sql = "UPDATE request SET acknowledged_at = NULL, acknowledged_by = NULL, acknowledged_in = NULL \
                   WHERE conversation = $1 AND acknowledged_in = $2";
        tx.fetch(sql, &args![conversation.to_string(), *seq]).await?;
    }
    for (id, at, by) in changes.flat_map(|c| &c.done) {
        let sql = "UPDATE request SET done_at = $2, done_by = $3 WHERE id = $1 AND done_at IS NULL";
        tx.fetch(sql, &args![id.to_string(), *at, by.as_str()]).await?;
    }
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// The requests of a conversation that are not done, the oldest first.
pub(in crate::store) async fn open_requests(
    db: &Db,
    conversation: ConversationId,
) -> Result<Vec<RequestRow>, StoreError> {
    let rest = "WHERE conversation = $1 AND done_at IS NULL ORDER BY asked_at, id";
    db.rows(rest, &args![conversation.to_string()]).await
}
