//! Conversations as the intake and the outbox read them.

use super::Engine;
use crate::{
    domain::{
        id::{ConversationId, DossierId},
        message::Endpoint,
    },
    store::{
        error::StoreError,
        tables::{
            conversation::{self, ConversationRow, Fence, MessageRow},
            link::{ADD_LINK, LinkRow},
            log, received,
        },
        value::args,
    },
};

impl Engine {
    /// The conversation with this identifier, and how far it is.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<(ConversationRow, Fence)>, StoreError> {
        conversation::conversation(&self.db, id).await
    }

    /// What a conversation's state is made of: the values of its entries from the last whole one on, oldest first.
    pub async fn state(&self, fence: &Fence) -> Result<Vec<String>, StoreError> {
        log::state(&self.db, fence.conversation, fence.whole).await
    }

    /// The conversation that goes on at an address.
    pub async fn conversation_at(&self, endpoint: &Endpoint) -> Result<Option<ConversationId>, StoreError> {
        conversation::conversation_at(&self.db, endpoint).await
    }

    /// The messages after `after`, oldest first, at most `limit`.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        log::messages(&self.db, conversation, after, limit).await
    }

    /// Whether an item with this key was received, durably.
    pub async fn was_received(&self, key: &str) -> Result<bool, StoreError> {
        let hash = received::hash(key);
        let found = self.db.look_up("SELECT seq FROM received WHERE key = $1", &args![&hash[..]]).await?;
        if !found.is_empty() {
            self.db.flush().await?;
        }
        Ok(!found.is_empty())
    }

    /// Keeps a link to a conversation; only its token's hash is given.
    pub async fn add_link(&self, link: &LinkRow) -> Result<(), StoreError> {
        ADD_LINK.run_alone(&self.db, link).await.map(drop)
    }

    /// A conversation's dossier, where it has one.
    pub async fn dossier_of(&self, conversation: ConversationId) -> Result<Option<DossierId>, StoreError> {
        let sql = "SELECT dossier FROM conversation WHERE id = $1";
        let row = self.db.fetch_one(sql, &args![conversation.to_string()]).await?;
        row.map_or(Ok(None), |row| row.parse_or_null(0))
    }
}
