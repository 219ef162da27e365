//! The case: its status, its wanted documents and its timeline.
//!
//! Plain values and rules, no I/O. Facts live in [`crate::domain::fact`]; who stores a dossier is the store, who changes
//! one is the conversation.

mod assignment;
mod decision;
mod event;
mod finding;
mod reference;
mod search;
mod status;
mod timeline;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use assignment::{ByRule, Colleague, choose};
pub use decision::{Decision, FailedTest, Input, NotAsked, Outcome, Override, PassedOver, TableDecision};
pub use event::{Learnt, SaidIn, TimelineEvent, UnwritableEvent};
pub use finding::{Marked, Search, SearchField, marked, near_keys, near_words, terms};
pub use reference::reference_of;
pub use search::words;
pub use status::{Status, UnknownStatus};
pub use timeline::Entry;

use crate::domain::{
    desk::Desk,
    id::{ConversationId, DossierId},
    orientation_mode::OrientationMode,
    priority::Priority,
};

/// A case, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    pub id: DossierId,
    /// What people quote, see [`reference_of`].
    pub reference: String,
    pub insurer: String,
    pub conversation: ConversationId,
    pub peril: String,
    pub status: Status,
    /// The policy's number, once found.
    pub policy: Option<String>,
    /// The policyholder's name, as said or as the policy has it.
    pub holder: Option<String>,
    /// How the loss is looked at, once decided.
    pub orientation: Option<OrientationMode>,
    /// The desk that works on it, where one does alone. Some desks are closed to others.
    pub desk: Option<Desk>,
    pub priority: Priority,
    /// Why a person was called, as the flow's code.
    pub handover: Option<String>,
    /// The login of the handler who took it over.
    pub handler: Option<String>,
    pub wanted: Vec<Wanted>,
    /// Since when the policyholder waits for a person's answer.
    pub waiting_since: Option<Timestamp>,
    /// Until when a handler put it aside: nothing of it waits before, unless the person writes.
    pub snoozed_until: Option<Timestamp>,
    pub opened_at: Timestamp,
    /// The last change that is shown. What is sorted by it may lag a few seconds behind.
    pub updated_at: Timestamp,
}

/// A document that the dossier wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// A kind of `flows/documents.yaml`.
    pub kind: String,
    pub required: bool,
    /// How many files answered it.
    pub received: u32,
    /// How many more are supposed to: nobody has said what they are.
    #[serde(default, skip_serializing_if = "is_none")]
    pub supposed: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Dossier {
    /// Moves to `next` where the status machine allows it, and tells whether it moved.
    pub fn advance(&mut self, next: Status) -> bool {
        let moves = self.status != next && self.status.may_become(next);
        if moves {
            self.status = next;
        }
        moves
    }

    /// Adds a wanted document, or makes it required.
    pub fn want(&mut self, kind: &str, required: bool) {
        match self.wanted.iter_mut().find(|wanted| wanted.kind == kind) {
            Some(wanted) => wanted.required |= required,
            None => {
                self.wanted.push(Wanted { kind: kind.to_owned(), required, received: 0, supposed: 0 });
            }
        }
    }

    /// Counts files that answer a wanted document, or are supposed to; one that nobody wanted is welcome and counted too.
    pub fn receive(&mut self, kind: &str, count: u32, supposed: bool) {
        self.want(kind, false);
        if let Some(wanted) = self.wanted.iter_mut().find(|wanted| wanted.kind == kind) {
            *wanted.count(supposed) += count;
        }
    }

    /// Counts a file as what it is, which was counted as another kind or was only supposed to be of it.
    pub fn sort(&mut self, was: Option<(&str, bool)>, kind: Option<&str>) {
        if let Some((was, supposed)) = was
            && let Some(wanted) = self.wanted.iter_mut().find(|wanted| wanted.kind == was)
        {
            let count = wanted.count(supposed);
            *count = count.saturating_sub(1);
        }
        if let Some(kind) = kind {
            self.receive(kind, 1, false);
        }
    }

    /// A person is to look at it: it stands in the list as waiting, even where it was put aside.
    pub fn wait(&mut self, now: Timestamp) {
        self.snoozed_until = None;
        self.waiting_since.get_or_insert(now);
    }

    /// The required documents that have not come, as far as anybody knows.
    pub fn missing(&self) -> impl Iterator<Item = &Wanted> {
        self.wanted.iter().filter(|wanted| wanted.required && wanted.received == 0)
    }
}

impl Wanted {
    fn count(&mut self, supposed: bool) -> &mut u32 {
        if supposed { &mut self.supposed } else { &mut self.received }
    }
}
