//! Which conversations this node stored turns of since they were indexed.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::domain::id::ConversationId;

/// The most conversations that are remembered. When more change, all are looked through.
const MAX_CHANGED: usize = 20_000;

/// The conversations that this node stored turns of since they were indexed. It saves looking for them and may be lost: which ones
/// are not indexed is seen by their revisions.
#[derive(Debug, Default)]
pub(super) struct Changed(Mutex<Since>);

#[derive(Debug, Default)]
struct Since {
    first: HashMap<ConversationId, Instant>,
    is_full: bool,
}

impl Changed {
    pub(super) fn note(&self, conversation: ConversationId) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if since.first.len() < MAX_CHANGED {
            since.first.entry(conversation).or_insert_with(Instant::now);
        } else {
            since.is_full = true;
        }
    }

    /// Those that changed so long ago, at most `limit`; they are not told again.
    pub(super) fn take(&self, ago: Duration, limit: usize) -> ToIndex {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = since.first.iter().filter(|(_, first)| first.elapsed() >= ago);
        let conversations: Vec<ConversationId> = due.map(|(conversation, _)| *conversation).take(limit).collect();
        for conversation in &conversations {
            since.first.remove(conversation);
        }
        ToIndex { conversations, is_cut: std::mem::take(&mut since.is_full) }
    }
}

/// What is to be indexed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToIndex {
    pub conversations: Vec<ConversationId>,
    /// Whether more changed than could be remembered.
    pub is_cut: bool,
}
