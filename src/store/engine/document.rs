//! The files of a conversation.

use super::Engine;
use crate::{
    domain::id::ConversationId,
    store::{
        error::StoreError,
        tables::document::{self, DocumentRow},
    },
};

impl Engine {
    /// Whether a document was ever received.
    pub async fn has_documents(&self) -> Result<bool, StoreError> {
        Ok(self.db.fetch_one("SELECT id FROM document WHERE id > '' ORDER BY id LIMIT 1", &[]).await?.is_some())
    }

    /// The files of a conversation, oldest first.
    pub async fn documents(&self, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
        document::documents(&self.db, conversation).await
    }
}
