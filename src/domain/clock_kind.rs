//! What sets the time by which something is owed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What sets the time by which something is owed in a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// A rule of `flows/clocks.yaml`.
    Rule,
    /// A handler, of whatever is to be done.
    Task,
    /// A handler: the person is to be called.
    CallBack,
}

impl ClockKind {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Task => "task",
            Self::CallBack => "call_back",
        }
    }
}

impl fmt::Display for ClockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown kind of clock")]
pub struct UnknownClockKind;

impl FromStr for ClockKind {
    type Err = UnknownClockKind;

    fn from_str(name: &str) -> Result<Self, UnknownClockKind> {
        [Self::Rule, Self::Task, Self::CallBack].into_iter().find(|kind| kind.name() == name).ok_or(UnknownClockKind)
    }
}
