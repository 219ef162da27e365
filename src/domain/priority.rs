//! How soon a person must look at a case.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How soon a person must look, the later ones sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::Normal, Self::High, Self::Urgent];

    /// The name in the flows' files and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A priority that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown priority; they are normal, high and urgent")]
pub struct UnknownPriority;

impl FromStr for Priority {
    type Err = UnknownPriority;

    fn from_str(name: &str) -> Result<Self, UnknownPriority> {
        Self::ALL.into_iter().find(|priority| priority.name() == name).ok_or(UnknownPriority)
    }
}

#[cfg(test)]
mod tests;
