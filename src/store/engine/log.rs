//! The logs of all conversations, to see whether they are as they were written.

use super::Engine;
use crate::{
    domain::{id::ConversationId, log::Verdict},
    store::{
        audit::{self, BrokenLog},
        error::StoreError,
        tables::conversation::Fence,
    },
};

impl Engine {
    /// A page of the conversations, in the order of their identifiers, from after one on: how far each is.
    pub async fn fences(&self, after: Option<ConversationId>, limit: i64) -> Result<Vec<Fence>, StoreError> {
        audit::fences(&self.db, after, limit).await
    }

    /// Whether a conversation's log is as it was written.
    pub async fn verify_log(&self, fence: &Fence) -> Result<Verdict, StoreError> {
        audit::verify_log(&self.db, fence).await
    }

    /// The same; none when it is intact.
    pub async fn broken_log(&self, fence: &Fence) -> Result<Option<BrokenLog>, StoreError> {
        audit::broken_log(&self.db, fence).await
    }

    /// Verifies every log: `told` hears how many are done, and of each that is broken. Returns how many there are.
    pub async fn verify_logs(&self, told: impl FnMut(u64, Option<BrokenLog>)) -> Result<u64, StoreError> {
        audit::verify_logs(&self.db, told).await
    }
}
