//! The timeline: what happened to a dossier, line by line. Lines are never changed; the log of the conversation, of which
//! they are a part, seals them ([`crate::domain::log`]).

use jiff::Timestamp;

use super::{TimelineEvent, UnwritableEvent};
use crate::domain::message::{GUICHET, POLICYHOLDER};

/// One line of a dossier's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without gaps.
    pub seq: i64,
    /// `policyholder`, `guichet`, or a handler's login.
    pub actor: String,
    /// Of a [`TimelineEvent`]: what [`Entry::event`] reads, in the bytes that were sealed.
    pub kind: String,
    /// JSON, in the bytes that were sealed.
    pub detail: String,
    pub at: Timestamp,
}

impl Entry {
    /// The line of an event.
    ///
    /// # Errors
    ///
    /// When the event has no stored form.
    pub fn new(seq: i64, actor: &str, event: &TimelineEvent, at: Timestamp) -> Result<Self, UnwritableEvent> {
        let (kind, detail) = event.stored()?;
        Ok(Self { seq, actor: actor.to_owned(), kind, detail, at })
    }

    /// The words that somebody of the service wrote on the line: notes and reasons.
    pub fn notes(&self) -> Vec<String> {
        if self.actor == GUICHET || self.actor == POLICYHOLDER {
            return Vec::new();
        }
        let Ok(serde_json::Value::Object(detail)) = serde_json::from_str(&self.detail) else { return Vec::new() };
        let written = ["text", "reason", "because"].into_iter().filter_map(|field| detail.get(field)?.as_str());
        written.map(str::to_owned).collect()
    }

    /// What the line tells.
    pub fn event(&self) -> TimelineEvent {
        TimelineEvent::read(&self.kind, &self.detail)
    }
}
