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
    /// The files of a conversation, oldest first.
    pub async fn documents(&self, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
        document::documents(&self.db, conversation).await
    }
}
