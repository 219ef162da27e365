//! What people still wait for, and what handlers taught.

use super::Engine;
use crate::{
    domain::id::ConversationId,
    store::{
        error::StoreError,
        tables::{
            request::{self, RequestRow},
            taught::{self, TaughtRow},
        },
    },
};

impl Engine {
    /// The requests of a conversation that are not done, the oldest first.
    pub async fn open_requests(&self, conversation: ConversationId) -> Result<Vec<RequestRow>, StoreError> {
        request::open_requests(&self.db, conversation).await
    }

    /// What handlers taught after a version, in the order in which they did, so that every node learns in the same order.
    pub async fn taught(&self, after: i64) -> Result<Vec<TaughtRow>, StoreError> {
        taught::taught(&self.db, after).await
    }
}
