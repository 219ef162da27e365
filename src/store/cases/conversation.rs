//! What was said with a person, where they are, and what became of each message.

use super::Cases;
use crate::{
    domain::{id::ConversationId, message::Endpoint},
    store::{
        error::StoreError,
        tables::{
            contact::{self, ProvenRow},
            conversation::{self, ConversationRow, EndpointRow, Fence, MessageRow},
            log,
            outbox::OutboxRow,
        },
        value::{Row, args},
    },
};

impl Cases<'_> {
    /// The conversation with this identifier, and how far it is.
    pub async fn conversation(self, id: ConversationId) -> Result<Option<(ConversationRow, Fence)>, StoreError> {
        if !self.sees(id).await? {
            return Ok(None);
        }
        conversation::conversation(self.db, id).await
    }

    /// The messages after `after`, oldest first, at most `limit`.
    pub async fn messages(
        self,
        conversation: ConversationId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        log::messages(self.db, conversation, after, limit).await
    }

    /// The rows of a conversation's messages after `after`, oldest first.
    pub async fn outbox(self, conversation: ConversationId, after: i64) -> Result<Vec<OutboxRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        let after_seq = "WHERE conversation = $1 AND seq > $2 ORDER BY seq, at, id";
        self.db.rows(after_seq, &args![conversation.to_string(), after]).await
    }

    /// The places at which a conversation's person can be reached, the oldest first.
    pub async fn endpoints(self, conversation: ConversationId) -> Result<Vec<Endpoint>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        let sql =
            "SELECT channel, account, address FROM endpoint WHERE conversation = $1 ORDER BY at, channel, address";
        let rows = self.db.fetch(sql, &args![conversation.to_string()]).await?;
        let read = |row: &Row| Ok(Endpoint { channel: row.parse(0)?, account: row.text(1)?, address: row.text(2)? });
        rows.iter().map(read).collect()
    }

    /// The addresses at which a conversation goes on, in the order in which they came.
    pub async fn addresses(self, conversation: ConversationId) -> Result<Vec<EndpointRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        contact::addresses(self.db, conversation).await
    }

    /// What the person of a conversation showed to be theirs, in the order in which they did.
    pub async fn proofs(self, conversation: ConversationId) -> Result<Vec<ProvenRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        let of_person = "WHERE conversation = $1 ORDER BY at, address";
        self.db.rows(of_person, &args![conversation.to_string()]).await
    }
}
