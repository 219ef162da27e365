//! Who listens to a conversation, or to all of them, and is told when something changed there.
//!
//! Nothing queues up: a listener learns that there is something new since it heard last, however often that happened, and
//! reads what is there. So none can lag, and a change costs what its own listeners cost, whoever listens to others. An
//! entry goes with the last of its listeners.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::watch;

use crate::domain::id::ConversationId;

/// The listeners of this node.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    each: Mutex<HashMap<ConversationId, watch::Sender<Count>>>,
    all: watch::Sender<Count>,
}

/// How often something happened: a listener compares it with what it heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    changes: u64,
    typing: u64,
}

/// What a listener hears: all that happened since it heard last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Something was stored, or may have been: read it anew.
    pub changed: bool,
    /// A handler is writing.
    pub typing: bool,
}

/// Hears of one conversation, or of all, from its making on until it is dropped.
#[derive(Debug)]
pub struct Listener {
    counts: watch::Receiver<Count>,
    heard: Count,
    /// Where its entry stands; none for all conversations.
    entry: Option<(Weak<Listeners>, ConversationId)>,
}

impl Listeners {
    /// Listens to one conversation.
    pub(super) fn listen(self: &Arc<Self>, conversation: ConversationId) -> Listener {
        let counts = self.each().entry(conversation).or_default().subscribe();
        Listener::new(counts, Some((Arc::downgrade(self), conversation)))
    }

    /// Listens to every conversation. Who is writing is not heard so.
    pub(super) fn listen_to_all(&self) -> Listener {
        Listener::new(self.all.subscribe(), None)
    }

    /// Something of a conversation was stored.
    pub(super) fn tell_change(&self, conversation: ConversationId) {
        if let Some(counts) = self.each().get(&conversation) {
            counts.send_modify(|count| count.changes += 1);
        }
        self.all.send_modify(|count| count.changes += 1);
    }

    /// A handler is writing to the person of a conversation.
    pub(super) fn tell_typing(&self, conversation: ConversationId) {
        if let Some(counts) = self.each().get(&conversation) {
            counts.send_modify(|count| count.typing += 1);
        }
    }

    /// Anything may have changed: what other nodes told was not heard for a while.
    pub(super) fn tell_everybody(&self) {
        for counts in self.each().values() {
            counts.send_modify(|count| count.changes += 1);
        }
        self.all.send_modify(|count| count.changes += 1);
    }

    /// How many conversations somebody listens to.
    #[cfg(test)]
    pub(super) fn conversations(&self) -> usize {
        self.each().len()
    }

    fn each(&self) -> MutexGuard<'_, HashMap<ConversationId, watch::Sender<Count>>> {
        self.each.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    fn new(counts: watch::Receiver<Count>, entry: Option<(Weak<Listeners>, ConversationId)>) -> Self {
        let heard = *counts.borrow();
        Self { counts, heard, entry }
    }

    /// Waits until something happens, unless it did since the last call; none when the service is gone. Nothing is lost
    /// when the call is given up.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            let now = *self.counts.borrow_and_update();
            if now != self.heard {
                let heard =
                    Heard { changed: now.changes != self.heard.changes, typing: now.typing != self.heard.typing };
                self.heard = now;
                return Some(heard);
            }
            self.counts.changed().await.ok()?;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let Some((listeners, conversation)) = self.entry.take() else { return };
        let Some(listeners) = listeners.upgrade() else { return };
        let mut each = listeners.each();
        // This one still counts.
        if each.get(&conversation).is_some_and(|counts| counts.receiver_count() <= 1) {
            each.remove(&conversation);
            // A crowd that left gives its room back.
            if each.capacity() > 1024 && each.len() < each.capacity() / 8 {
                each.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests;
