//! Conversations, their addresses and their messages.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::domain::{
    contact::Proof,
    id::{ContactId, ConversationId, DossierId},
    language::Language,
    log::Tip,
    message::{Author, Body, Channel, Endpoint},
    timing::Timing,
};
use crate::store::{
    db::Db,
    error::StoreError,
    table::{Insert, table},
    value::args,
};

/// What a conversation is, as far as it seldom changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub contact: ContactId,
    pub insurer: String,
    /// Where the person wrote last.
    pub endpoint: Endpoint,
    pub language: Language,
    /// The login of the handler who speaks instead of the flow.
    pub handler: Option<String>,
    pub flow_revision: String,
    pub dossier: Option<DossierId>,
    pub opened_at: Timestamp,
}

/// How far a conversation is: the small row that every turn writes, and that fences two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fence {
    pub conversation: ConversationId,
    /// Grows by one with every turn, and where an address of it goes to another conversation.
    pub revision: i64,
    /// The number of the last message.
    pub last_seq: i64,
    /// The last message that the person has seen.
    pub read_seq: i64,
    /// The number of the last line of the timeline.
    pub timeline_seq: i64,
    /// The end of the log.
    pub tip: Tip,
    /// The number of the log's last entry that holds the whole state of the flow.
    pub whole: i64,
    pub timing: Timing,
    pub updated_at: Timestamp,
    /// How often an address of it went to another conversation: what is remembered of its addresses holds for this
    /// number. Turns read it, only the store counts.
    pub moves: i64,
}

impl Fence {
    /// Before the first turn.
    pub fn new(conversation: ConversationId, now: Timestamp) -> Self {
        Self {
            conversation,
            revision: 0,
            last_seq: 0,
            read_seq: 0,
            timeline_seq: 0,
            tip: Tip::default(),
            whole: 0,
            timing: Timing::default(),
            updated_at: now,
            moves: 0,
        }
    }
}

/// Where a person is, and the conversation that goes on there.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    pub endpoint: Endpoint,
    pub conversation: ConversationId,
    pub contact: ContactId,
    pub at: Timestamp,
    /// How it was proven, then, that the address is the person's.
    pub proof: Option<Proof>,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    pub conversation: ConversationId,
    /// From 1, without gaps.
    pub seq: i64,
    pub author: Author,
    pub channel: Channel,
    pub body: Body,
    /// What the sender named it by, so that a chat knows its own messages again.
    pub client_id: Option<String>,
    pub at: Timestamp,
}

table! { ConversationRow in "conversation" {
    id,
    contact,
    insurer,
    endpoint: Endpoint { channel, account, address },
    language,
    handler,
    flow_revision,
    dossier,
    opened_at,
} }

table! { Fence in "fence" {
    conversation,
    revision,
    last_seq,
    read_seq,
    timeline_seq,
    tip: Tip { number as log_number, chain as log_chain },
    whole,
    timing,
    updated_at,
} counted {
    moves,
} }

table! { EndpointRow in "endpoint" {
    endpoint: Endpoint { channel, account, address },
    conversation,
    contact,
    at,
    proof,
} made {
    verified_at: |row| row.proof.map(|_| row.at),
    // Only a chat's device has to be used to stay logged in.
    used_at: |row| (row.endpoint.channel == Channel::Web).then_some(row.at),
} }

/// A conversation that is new, or one revision further than the stored one. Tells those that were stored.
pub(in crate::store) static MOVE_ON: LazyLock<Insert<Fence>> = LazyLock::new(|| {
    Insert::upsert(&["conversation"], &[], "WHERE fence.revision = excluded.revision - 1").telling("conversation")
});

/// The same without the fence, to prove that the simulation sees it gone.
#[cfg(test)]
pub(in crate::store) static MOVE_ON_UNFENCED: LazyLock<Insert<Fence>> =
    LazyLock::new(|| Insert::upsert(&["conversation"], &[], "").telling("conversation"));

/// A conversation that is new or changed. What it was opened with stays.
pub(in crate::store) static PUT_CONVERSATION: LazyLock<Insert<ConversationRow>> =
    LazyLock::new(|| Insert::upsert(&["id"], &["insurer", "flow_revision", "opened_at"], ""));

/// The first conversation at an address has it. Tells the conversations that got theirs.
pub(in crate::store) static CLAIM_ENDPOINT: LazyLock<Insert<EndpointRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING").telling("conversation"));

/// The conversation with this identifier, and how far it is.
pub(in crate::store) async fn conversation(
    db: &Db,
    id: ConversationId,
) -> Result<Option<(ConversationRow, Fence)>, StoreError> {
    let id = id.to_string();
    // The fence first: whatever changes afterwards has another revision.
    let Some(fence) = db.row("WHERE conversation = $1", &args![id.as_str()]).await? else { return Ok(None) };
    let row = db.row("WHERE id = $1", &args![id]).await?;
    Ok(row.map(|row| (row, fence)))
}

/// The conversation that goes on at an address.
pub(in crate::store) async fn conversation_at(
    db: &Db,
    endpoint: &Endpoint,
) -> Result<Option<ConversationId>, StoreError> {
    let rows = db
        .look_up(
            "SELECT conversation FROM endpoint WHERE channel = $1 AND account = $2 AND address = $3",
            &args![endpoint.channel.name(), endpoint.account.as_str(), endpoint.address.as_str()],
        )
        .await?;
    rows.first().map(|row| row.parse(0)).transpose()
}
