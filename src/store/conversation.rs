//! Conversations, their addresses and their messages.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    batch::ColumnType,
    db::{Arg, Row, args},
};
use crate::domain::{
    contact::Proof,
    id::{ContactId, ConversationId, DossierId},
    language::Language,
    message::{Author, Body, Channel, Endpoint},
    timing::Timing,
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

const SELECT: &str = "SELECT id, revision, contact, insurer, channel, account, address, language, handler, \
     flow_revision, state, dossier, last_seq, read_seq, timing, opened_at, updated_at, moves FROM conversation";

impl ConversationRow {
    pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
        ("id", ColumnType::Text),
        ("revision", ColumnType::Int),
        ("contact", ColumnType::Text),
        ("insurer", ColumnType::Text),
        ("channel", ColumnType::Text),
        ("account", ColumnType::Text),
        ("address", ColumnType::Text),
        ("language", ColumnType::Text),
        ("handler", ColumnType::Text),
        ("flow_revision", ColumnType::Text),
        ("state", ColumnType::Text),
        ("dossier", ColumnType::Text),
        ("last_seq", ColumnType::Int),
        ("read_seq", ColumnType::Int),
        ("timing", ColumnType::Text),
        ("opened_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ];

    pub(super) fn args(&self) -> Result<Vec<Arg>, StoreError> {
        Ok(args![
            self.id.to_string(),
            self.revision,
            self.contact.to_string(),
            self.insurer.as_str(),
            self.endpoint.channel.name(),
            self.endpoint.account.as_str(),
            self.endpoint.address.as_str(),
            self.language.code(),
            self.handler.clone(),
            self.flow_revision.as_str(),
            self.state.as_str(),
            self.dossier.map(|id| id.to_string()),
            self.last_seq,
            self.read_seq,
            json(&self.timing)?,
            self.opened_at,
            self.updated_at,
        ]
        .to_vec())
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse(0)?,
            revision: row.int(1)?,
            contact: row.parse(2)?,
            insurer: row.text(3)?,
            endpoint: Endpoint { channel: row.parse(4)?, account: row.text(5)?, address: row.text(6)? },
            language: Language::from_tag(&row.text(7)?),
            handler: row.text_or_null(8)?,
            flow_revision: row.text(9)?,
            state: row.text(10)?,
            dossier: row.parse_or_null(11)?,
            last_seq: row.int(12)?,
            read_seq: row.int(13)?,
            timing: row.json(14)?,
            opened_at: row.time(15)?,
            updated_at: row.time(16)?,
            moves: row.int(17)?,
        })
    }
}

impl EndpointRow {
    pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
        ("channel", ColumnType::Text),
        ("account", ColumnType::Text),
        ("address", ColumnType::Text),
        ("conversation", ColumnType::Text),
        ("contact", ColumnType::Text),
        ("at", ColumnType::Int),
        ("proof", ColumnType::Text),
        ("verified_at", ColumnType::Int),
    ];

    pub(super) fn args(&self) -> Vec<Arg> {
        args![
            self.endpoint.channel.name(),
            self.endpoint.account.as_str(),
            self.endpoint.address.as_str(),
            self.conversation.to_string(),
            self.contact.to_string(),
            self.at,
            self.proof.map(|proof| proof.name().to_owned()),
            self.proof.map(|_| self.at),
        ]
        .to_vec()
    }
}

impl MessageRow {
    pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
        ("conversation", ColumnType::Text),
        ("seq", ColumnType::Int),
        ("author", ColumnType::Text),
        ("channel", ColumnType::Text),
        ("body", ColumnType::Text),
        ("client_id", ColumnType::Text),
        ("at", ColumnType::Int),
    ];

    pub(super) fn args(&self) -> Result<Vec<Arg>, StoreError> {
        Ok(args![
            self.conversation.to_string(),
            self.seq,
            json(&self.author)?,
            self.channel.name(),
            json(&self.body)?,
            self.client_id.clone(),
            self.at,
        ]
        .to_vec())
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            conversation: row.parse(0)?,
            seq: row.int(1)?,
            author: row.json(2)?,
            channel: row.parse(3)?,
            body: row.json(4)?,
            client_id: row.text_or_null(5)?,
            at: row.time(6)?,
        })
    }
}

/// A value's JSON. A value that has none refuses the write: a row that cannot be read again must not be acknowledged.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::Unstorable)
}

impl Store {
    /// The conversation with this identifier.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        let row = self.db.fetch_one(&format!("{SELECT} WHERE id = $1"), &args![id.to_string()]).await?;
        row.as_ref().map(ConversationRow::read).transpose()
    }

    /// The conversation that goes on at an address.
    pub async fn conversation_at(&self, endpoint: &Endpoint) -> Result<Option<ConversationId>, StoreError> {
        let row = self
            .db
            .fetch_one(
                "SELECT conversation FROM endpoint WHERE channel = $1 AND account = $2 AND address = $3",
                &args![endpoint.channel.name(), endpoint.account.as_str(), endpoint.address.as_str()],
            )
            .await?;
        row.map(|row| row.parse(0)).transpose()
    }

    /// Gives a conversation one more address, as a resume link does. An address in use stays where it is.
    pub async fn add_endpoint(&self, row: &EndpointRow) -> Result<bool, StoreError> {
        let added = self
            .db
            .execute(
                "INSERT INTO endpoint (channel, account, address, conversation, contact, at, proof, verified_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
                &row.args(),
            )
            .await?;
        Ok(added == 1)
    }

    /// The messages after `after`, oldest first, at most `limit`.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let rows = self
            .db
            .fetch(
                "SELECT conversation, seq, author, channel, body, client_id, at FROM message \
                 WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                &args![conversation.to_string(), after, limit],
            )
            .await?;
        rows.iter().map(MessageRow::read).collect()
    }

    /// Whether an item with this key was received.
    pub async fn was_received(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.db.fetch_one("SELECT seq FROM received WHERE key = $1", &args![key]).await?.is_some())
    }

    /// The places at which a conversation's person can be reached, the oldest first.
    pub async fn endpoints(&self, conversation: ConversationId) -> Result<Vec<Endpoint>, StoreError> {
        let sql =
            "SELECT channel, account, address FROM endpoint WHERE conversation = $1 ORDER BY at, channel, address";
        let rows = self.db.fetch(sql, &args![conversation.to_string()]).await?;
        let read = |row: &Row| Ok(Endpoint { channel: row.parse(0)?, account: row.text(1)?, address: row.text(2)? });
        rows.iter().map(read).collect()
    }

    /// Forgets the keys of what no provider delivers again any more. Returns how many went.
    pub async fn prune_received(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db.execute("DELETE FROM received WHERE at < $1", &args![before]).await
    }

    /// Keeps a link to a conversation; only its token's hash is given.
    pub async fn add_resume_link(
        &self,
        token_hash: &str,
        conversation: ConversationId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db
            .execute(
                "INSERT INTO resume_link (token_hash, conversation, expires_at) VALUES ($1, $2, $3)",
                &args![token_hash, conversation.to_string(), expires_at],
            )
            .await
            .map(drop)
    }

    /// The conversation that a link leads to, while it is good.
    pub async fn resume_link(&self, token_hash: &str, now: Timestamp) -> Result<Option<ConversationId>, StoreError> {
        let row = self
            .db
            .fetch_one(
                "SELECT conversation FROM resume_link WHERE token_hash = $1 AND expires_at > $2",
                &args![token_hash, now],
            )
            .await?;
        row.map(|row| row.parse(0)).transpose()
    }
}

#[cfg(test)]
mod tests;
