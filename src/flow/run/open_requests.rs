//! The requests besides the claim that the person made today: repeating one makes no new request.
//!
//! The rule (docs/flow-language.md): a request repeats an open one when both are of the same kind and day, the open one
//! is not done, and nothing shows that they are about different things. What a request is about is told by its words,
//! without those that carry no meaning (`stop` and `weak` of faq.yaml) and those that every request of its kind has
//! (`general` of requests.yaml); two requests that both have such words and share none are different. One request for
//! each kind would not be enough: the answer to a complaint about a letter does not answer one about an expert who is
//! late.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The most requests of a day that are compared: a person has long since taken over from somebody who makes more.
const MAX_REQUESTS: usize = 16;
/// The most words of a request that are compared.
const MAX_WORDS: usize = 16;

/// The requests of a day that are not done, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OpenRequests(Vec<OpenRequest>);

/// An open request, with what the next one is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OpenRequest {
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "t")]
    at: Timestamp,
    /// The stems of the words that tell what it is about; empty when none does.
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

    /// Opens a request of this kind about `words`, unless it repeats an open one. True when it is new. `zone` is the
    /// time zone of days.
    pub(super) fn open(&mut self, kind: &str, words: BTreeSet<String>, now: Timestamp, zone: &TimeZone) -> bool {
        let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
        self.0.retain(|known| day(known.at) == day(now));
        let words: BTreeSet<String> = words.into_iter().take(MAX_WORDS).collect();
        if let Some(known) = self.0.iter_mut().find(|known| known.kind == kind && known.is_about(&words)) {
            // The words of the repetition are added to the open request.
            known.words.extend(words);
            return false;
        }
        if self.0.len() >= MAX_REQUESTS {
            self.0.remove(0);
        }
        self.0.push(OpenRequest { kind: kind.to_owned(), at: now, words });
        true
    }

    /// Whether one of this kind is not done.
    pub(super) fn is_open(&self, kind: &str) -> bool {
        self.0.iter().any(|known| known.kind == kind)
    }

    /// Closes the request that was made at `asked_at`, which is done.
    pub(super) fn close(&mut self, kind: &str, asked_at: Timestamp) {
        // The store keeps milliseconds.
        let asked_at = asked_at.as_millisecond();
        self.0.retain(|known| known.kind != kind || known.at.as_millisecond() != asked_at);
    }
}

#[cfg(test)]
mod tests;
