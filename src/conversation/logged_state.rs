//! How the flow's state is kept in the log: each turn's entry holds what it changed, and now and then one holds the whole.
//!
//! A conversation is read again from its last whole entry on, by applying what the later ones changed, in their order. The
//! engine does not run for that: another version of it may think otherwise. A turn that changes nothing has no entry, and
//! neither has a revision that another conversation's turn made.

use serde::{Deserialize, Serialize};

use super::error::ConversationError;
use crate::{
    flow::{State, StateDelta},
    store::StateChange,
};

/// The form of the entries. A program that meets a higher one must not guess: it refuses the turn, and a later one takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateFormat(u32);

impl StateFormat {
    /// This program's.
    pub const OURS: Self = Self(1);
    /// A later program's, in whose place the test of two versions on one database puts this one.
    pub const NEXT: Self = Self(2);
}

/// After so many entries that hold a change only, the next one holds the whole state.
const MAX_CHANGES: usize = 16;
/// The same after so many bytes of them.
const MAX_CHANGED_BYTES: usize = 8 * 1024;

/// What was written since the last whole state, and in which form the next entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedState {
    format: StateFormat,
    changes: usize,
    bytes: usize,
}

/// An entry as it is written. `FactChanges` of the store's readers has the same keys.
#[derive(Serialize)]
struct Written<'s> {
    #[serde(rename = "v")]
    format: StateFormat,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    message: Option<i64>,
    #[serde(rename = "d", skip_serializing_if = "StateDelta::is_empty")]
    delta: &'s StateDelta,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    whole: Option<&'s State>,
}

#[derive(Deserialize)]
struct Read {
    #[serde(rename = "d", default)]
    delta: StateDelta,
    #[serde(rename = "s", default)]
    whole: Option<State>,
}

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "v")]
    format: StateFormat,
}

impl LoggedState {
    /// Nothing is written yet: the first entry holds the whole.
    pub fn new(format: StateFormat) -> Self {
        Self { format, changes: MAX_CHANGES, bytes: 0 }
    }

    /// The state that the entries make, and how it is kept. `known`: the latest form that is read, in which the next is
    /// written.
    ///
    /// # Errors
    ///
    /// [`ConversationError::State`] where they are none that this program can read, [`ConversationError::NewerState`] where
    /// a later program wrote one of them.
    pub fn restore(entries: &[String], known: StateFormat) -> Result<(State, Self), ConversationError> {
        let (mut state, mut logged) = (State::default(), Self::new(known));
        for entry in entries {
            let Format { format } = serde_json::from_str(entry).map_err(ConversationError::State)?;
            if format > known {
                return Err(ConversationError::NewerState { found: format.0, known: known.0 });
            }
            let Read { delta, whole } = serde_json::from_str(entry).map_err(ConversationError::State)?;
            if let Some(whole) = whole {
                (state, logged) = (whole, Self { changes: 0, bytes: 0, ..logged });
            } else {
                delta.apply(&mut state);
                logged.count(entry);
            }
        }
        Ok((state, logged))
    }

    /// The entry of a turn that led from `before` to `after`, if it changed anything. `message`: in which the facts were
    /// said. `settles`: nothing more is expected soon, so that whoever reads it next should read it whole.
    ///
    /// # Errors
    ///
    /// [`ConversationError::Unwritable`] for what has no stored form.
    pub(super) fn write(
        &mut self,
        before: &State,
        after: &State,
        message: Option<i64>,
        settles: bool,
    ) -> Result<Option<StateChange>, ConversationError> {
        let delta = StateDelta::between(before, after);
        if delta.is_empty() && self.changes < MAX_CHANGES {
            return Ok(None);
        }
        let is_whole = settles || self.changes >= MAX_CHANGES || self.bytes >= MAX_CHANGED_BYTES;
        let entry = Written { format: self.format, message, delta: &delta, whole: is_whole.then_some(after) };
        let value = serde_json::to_string(&entry).map_err(ConversationError::Unwritable)?;
        if is_whole {
            *self = Self { changes: 0, bytes: 0, ..*self };
        } else {
            self.count(&value);
        }
        Ok(Some(StateChange { value, is_whole }))
    }

    fn count(&mut self, entry: &str) {
        self.changes += 1;
        self.bytes += entry.len();
    }
}

#[cfg(test)]
mod tests;
