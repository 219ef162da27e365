//! What the person asked for beside the claim today: said again, it is the same request.
//!
//! The rule, as docs/flow-language.md tells it: a request is one that is open already when that is of the same kind, was
//! made on the same day, is not done, and nothing shows that it is about something else. What a request is about is told by
//! its words, less those without meaning (`stop` and `weak` of faq.yaml) and those that its kind says anyway (`general` of
//! requests.yaml); two that are both about something, and share no word, are two requests. Once for each kind would not
//! do: a complaint about an expert who is late is not answered by the answer to an earlier one about a letter.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The most requests of a day that are compared with: who writes more is heard by a person long since.
const MAX_REQUESTS: usize = 16;
/// The most words of a request that are compared.
const MAX_WORDS: usize = 16;

/// The requests of a day that are not done, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OpenRequests(Vec<OpenRequest>);

/// A request, as far as the next one is compared with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OpenRequest {
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "t")]
    at: Timestamp,
    /// What it is about, in stems; empty when nothing tells.
    #[serde(rename = "w", default, skip_serializing_if = "BTreeSet::is_empty")]
    words: BTreeSet<String>,
}

impl OpenRequest {
    fn is_about(&self, words: &BTreeSet<String>) -> bool {
        self.words.is_empty() || words.is_empty() || !self.words.is_disjoint(words)
    }
}

impl OpenRequests {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request of this kind, about `words`, is a new one; it is open then. Days are those of `zone`.
    pub(super) fn open(&mut self, kind: &str, words: BTreeSet<String>, now: Timestamp, zone: &TimeZone) -> bool {
        let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
        self.0.retain(|known| day(known.at) == day(now));
        let words: BTreeSet<String> = words.into_iter().take(MAX_WORDS).collect();
        if let Some(known) = self.0.iter_mut().find(|known| known.kind == kind && known.is_about(&words)) {
            // What is added to it is a part of it.
            known.words.extend(words);
            return false;
        }
        if self.0.len() >= MAX_REQUESTS {
            self.0.remove(0);
        }
        self.0.push(OpenRequest { kind: kind.to_owned(), at: now, words });
        true
    }

    /// The request that was made at `asked_at` is done.
    pub(super) fn close(&mut self, kind: &str, asked_at: Timestamp) {
        // The store keeps milliseconds.
        let asked_at = asked_at.as_millisecond();
        self.0.retain(|known| known.kind != kind || known.at.as_millisecond() != asked_at);
    }
}

#[cfg(test)]
mod tests;
