//! What a conversation waits for by itself: the rest of an album, or an answer that does not come.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is to be looked at when a conversation's timer goes off. Rewritten with every message, so its keys are short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Since when the person is silent: what they said last, or our last reminder. None until they said a word.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Timestamp>,
    /// What came and was not answered yet, because more may follow.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<Unsettled>,
    /// When the stored timer goes off. It may go off too early, never too late: an answer that comes in the meantime
    /// then costs no write.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
}

/// Messages that are kept and not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// The number of the first of them: all that the person wrote from there on.
    #[serde(rename = "f")]
    pub from: i64,
    /// When they are answered, unless more comes.
    #[serde(rename = "t")]
    pub until: Timestamp,
}
