//! Conversations, their addresses and their messages.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::domain::{
    contact::Proof,
    id::{ContactId, ConversationId, DossierId},
    language::Language,
    message::{Author, Body, Channel, Endpoint},
    timing::Timing,
};
use crate::store::{
    db::Db,
    error::StoreError,
    table::{Insert, table},
    value::args,
};

/// A conversation as it is stored. The flow's state is JSON whose shape only the flow knows.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationRow {
    pub id: ConversationId,
    /// Grows by one with every turn; what fences two nodes.
    pub revision: i64,
    pub contact: ContactId,
    pub insurer: String,
    /// Where the person wrote last.
    pub endpoint: Endpoint,
    pub language: Language,
    /// The login of the handler who speaks instead of the flow.
    pub handler: Option<String>,
    pub flow_revision: String,
    pub state: String,
    pub dossier: Option<DossierId>,
    pub last_seq: i64,
    /// The last message that the person has seen.
    pub read_seq: i64,
    pub timing: Timing,
    /// How often an address of it went to another conversation: what is remembered of its addresses holds for this
    /// number. Turns read it, only the store counts.
    pub moves: i64,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
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
    revision,
    contact,
    insurer,
    endpoint: Endpoint { channel, account, address },
    language,
    handler,
    flow_revision,
    state,
    dossier,
    last_seq,
    read_seq,
    timing,
    opened_at,
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
} }

table! { MessageRow in "message" { conversation, seq, author, channel, body, client_id, at } }

/// A conversation that is new, or one revision further than the stored one. Returns the ids of those that were stored.
pub(in crate::store) static MOVE_ON: LazyLock<Insert<ConversationRow>> = LazyLock::new(|| {
    Insert::upsert(
        &["id"],
        &["insurer", "opened_at"],
        "WHERE conversation.revision = excluded.revision - 1 RETURNING id",
    )
});

/// The first conversation at an address has it. Returns the conversations that got theirs.
pub(in crate::store) static CLAIM_ENDPOINT: LazyLock<Insert<EndpointRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING RETURNING conversation"));

pub(in crate::store) static ADD_MESSAGE: LazyLock<Insert<MessageRow>> = LazyLock::new(Insert::new);

/// The conversation with this identifier.
pub(in crate::store) async fn conversation(db: &Db, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
    db.row("WHERE id = $1", &args![id.to_string()]).await
}

/// The conversation that goes on at an address.
pub(in crate::store) async fn conversation_at(
    db: &Db,
    endpoint: &Endpoint,
) -> Result<Option<ConversationId>, StoreError> {
    let row = db
        .fetch_one(
            "SELECT conversation FROM endpoint WHERE channel = $1 AND account = $2 AND address = $3",
            &args![endpoint.channel.name(), endpoint.account.as_str(), endpoint.address.as_str()],
        )
        .await?;
    row.map(|row| row.parse(0)).transpose()
}

/// The messages after `after`, oldest first, at most `limit`.
pub(in crate::store) async fn messages(
    db: &Db,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    let after_seq = "WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    db.rows(after_seq, &args![conversation.to_string(), after, limit]).await
}
