//! One person at several addresses: the ways from one to another, and what a turn takes from another conversation.

use jiff::Timestamp;

use super::{
    Commit, EndpointRow, Store, StoreError,
    db::{Tx, args},
};
use crate::domain::{
    id::ConversationId,
    message::{Channel, Endpoint},
};

/// A way to another channel. Only its secret's hash is kept.
#[derive(Clone, Debug)]
pub struct CrossingRow {
    pub secret_hash: String,
    pub conversation: ConversationId,
    pub to: Channel,
    pub expires_at: Timestamp,
}

/// What a turn takes from elsewhere. It is taken in the turn's own transaction, or the turn is not stored.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// The hash of the secret that is used up by it.
    pub spends: Option<String>,
    /// The conversation that the turn's address belonged to until now.
    pub leaves: Option<ConversationId>,
    /// The conversation all of whose addresses come to this one.
    pub absorbs: Option<ConversationId>,
}

impl Binding {
    pub(super) fn is_empty(&self) -> bool {
        self.spends.is_none() && self.leaves.is_none() && self.absorbs.is_none()
    }
}

/// Takes what a turn takes from elsewhere. False when somebody else took it first.
pub(super) async fn bind(tx: &mut Tx, commit: &Commit) -> Result<bool, StoreError> {
    let (binding, conversation) = (&commit.binding, &commit.conversation);
    if let Some(secret_hash) = &binding.spends {
        let spent = tx
            .fetch(
                "UPDATE crossing SET used_at = $3 \
                 WHERE secret_hash = $1 AND conversation = $2 AND used_at IS NULL RETURNING conversation",
                &args![secret_hash.as_str(), conversation.id.to_string(), conversation.updated_at],
            )
            .await?;
        if spent.is_empty() {
            return Ok(false);
        }
    }
    if let (Some(left), Some(row)) = (binding.leaves, &commit.endpoint) {
        let mut values = row.args();
        values.push(left.to_string().into());
        let moved = tx
            .fetch(
                "UPDATE endpoint SET conversation = $4, contact = $5, at = $6, proof = $7, verified_at = $8 \
                 WHERE channel = $1 AND account = $2 AND address = $3 AND conversation = $9 RETURNING conversation",
                &values,
            )
            .await?;
        if moved.is_empty() {
            return Ok(false);
        }
        leave(tx, left).await?;
    }
    if let Some(absorbed) = binding.absorbs {
        let values = args![absorbed.to_string(), conversation.id.to_string(), conversation.contact.to_string()];
        tx.fetch("UPDATE endpoint SET conversation = $2, contact = $3 WHERE conversation = $1", &values).await?;
        leave(tx, absorbed).await?;
    }
    Ok(true)
}

/// A conversation that lost an address has a new revision, so that no node goes on with it from memory, and pursues nobody.
async fn leave(tx: &mut Tx, conversation: ConversationId) -> Result<(), StoreError> {
    let values = args![conversation.to_string()];
    tx.fetch("UPDATE conversation SET revision = revision + 1 WHERE id = $1", &values).await?;
    tx.fetch("DELETE FROM timer WHERE conversation = $1", &values).await.map(drop)
}

/// Opens the ways that turns gave.
pub(super) async fn open_crossings(tx: &mut Tx, rows: impl Iterator<Item = &CrossingRow>) -> Result<(), StoreError> {
    for row in rows {
        // A link to the chat may be opened on several devices; whatever else is good once.
        let table = if row.to == Channel::Web { "resume_link (token_hash," } else { "crossing (secret_hash," };
        let sql = format!("INSERT INTO {table} conversation, expires_at) VALUES ($1, $2, $3)");
        tx.fetch(&sql, &args![row.secret_hash.as_str(), row.conversation.to_string(), row.expires_at]).await?;
    }
    Ok(())
}

impl Store {
    /// The conversation that a secret leads to, while it is good.
    pub async fn crossing(&self, secret_hash: &str, now: Timestamp) -> Result<Option<ConversationId>, StoreError> {
        let row = self
            .db
            .fetch_one(
                "SELECT conversation FROM crossing WHERE secret_hash = $1 AND expires_at > $2 AND used_at IS NULL",
                &args![secret_hash, now],
            )
            .await?;
        row.map(|row| row.parse(0)).transpose()
    }

    /// The addresses at which a conversation goes on, in the order in which they came.
    pub async fn addresses(&self, conversation: ConversationId) -> Result<Vec<EndpointRow>, StoreError> {
        let rows = self
            .db
            .fetch(
                "SELECT channel, account, address, conversation, contact, at, proof FROM endpoint \
                 WHERE conversation = $1 ORDER BY at, channel",
                &args![conversation.to_string()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(EndpointRow {
                    endpoint: Endpoint { channel: row.parse(0)?, account: row.text(1)?, address: row.text(2)? },
                    conversation: row.parse(3)?,
                    contact: row.parse(4)?,
                    at: row.time(5)?,
                    proof: row.parse_or_null(6)?,
                })
            })
            .collect()
    }
}
