//! The logs of all conversations, one after the other, to see whether they are as they were written.

use super::Engine;
use crate::{
    domain::{
        id::ConversationId,
        log::{Tip, Verdict},
    },
    store::{
        error::StoreError,
        tables::{conversation::Fence, log},
        value::args,
    },
};

/// Entries that are read at once.
const PAGE: i64 = 500;

impl Engine {
    /// A page of the conversations, in the order of their identifiers, from after one on: how far each is.
    pub async fn fences(&self, after: Option<ConversationId>, limit: i64) -> Result<Vec<Fence>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.db.rows("WHERE conversation > $1 ORDER BY conversation LIMIT $2", &args![after, limit]).await
    }

    /// Whether a conversation's log is as it was written.
    pub async fn verify_log(&self, fence: &Fence) -> Result<Verdict, StoreError> {
        let mut reached = Tip::default();
        loop {
            let entries = log::entries(&self.db, fence.conversation, reached.number, PAGE).await?;
            let is_last = entries.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            for entry in entries.iter().filter(|entry| entry.number <= fence.tip.number) {
                if let Err(number) = reached.follow(entry) {
                    return Ok(Verdict::BrokenAt(number));
                }
            }
            if is_last {
                let Tip { number: expected, .. } = fence.tip;
                return Ok(match reached {
                    reached if reached == fence.tip => Verdict::Intact,
                    Tip { number, .. } => Verdict::Truncated { found: number, expected },
                });
            }
        }
    }
}
