//! The timeline: append-only, each line sealed with the hash of the one before, so that a change afterwards shows.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::TimelineEvent;
use crate::domain::id::DossierId;

/// One line of a dossier's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub dossier: DossierId,
    /// From 1, without gaps.
    pub seq: i64,
    /// `policyholder`, `guichet`, or a handler's login.
    pub actor: String,
    /// Of a [`TimelineEvent`]: what [`Entry::event`] reads, in the bytes that were sealed.
    pub kind: String,
    /// JSON, in the bytes that were sealed.
    pub detail: String,
    pub at: Timestamp,
    /// SHA-256 in hexadecimal over the hash before and everything above.
    pub hash: String,
}

/// The last line's number and hash: what the next line is chained to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    pub seq: i64,
    pub hash: String,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Intact,
    /// The first line that does not follow from the one before.
    BrokenAt(i64),
    /// The lines are sound but the dossier's own tip names another end: lines are missing.
    Truncated {
        found: i64,
        expected: i64,
    },
}

impl Entry {
    /// What the line tells.
    pub fn event(&self) -> TimelineEvent {
        TimelineEvent::read(&self.kind, &self.detail)
    }
}

pub(super) fn append(dossier: DossierId, tip: &Tip, actor: &str, kind: String, detail: String, at: Timestamp) -> Entry {
    let seq = tip.seq + 1;
    let hash = seal(dossier, &tip.hash, seq, actor, &kind, &detail, at);
    Entry { dossier, seq, actor: actor.to_owned(), kind, detail, at, hash }
}

/// Verifies a whole timeline, given from its first line, against the tip that the dossier keeps.
pub fn verify(dossier: DossierId, entries: &[Entry], tip: &Tip) -> Verdict {
    let mut last = Tip::default();
    for entry in entries {
        let hash = seal(dossier, &last.hash, last.seq + 1, &entry.actor, &entry.kind, &entry.detail, entry.at);
        if entry.seq != last.seq + 1 || hash != entry.hash {
            return Verdict::BrokenAt(entry.seq);
        }
        last = Tip { seq: entry.seq, hash };
    }
    if last == *tip { Verdict::Intact } else { Verdict::Truncated { found: last.seq, expected: tip.seq } }
}

/// Each part goes in with its length, so that no two different lines give the same bytes.
fn seal(dossier: DossierId, before: &str, seq: i64, actor: &str, kind: &str, detail: &str, at: Timestamp) -> String {
    let mut line = String::with_capacity(160 + detail.len());
    for part in [before, &dossier.to_string(), actor, kind, detail] {
        let _ = write!(line, "{}:{part};", part.len());
    }
    let _ = write!(line, "{seq};{}", at.as_millisecond());
    hex::encode(Sha256::digest(line.as_bytes()))
}

#[cfg(test)]
mod tests;
