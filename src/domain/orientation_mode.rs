//! How a loss is looked at.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How a loss is looked at: what an orientation decides on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrientationMode {
    /// An expert goes there ("terrain").
    Field,
    /// An expert judges by photos and papers.
    Tele,
    /// An expert looks by a video call.
    Visio,
    /// No expert: a handler settles it.
    Desk,
}

impl OrientationMode {
    pub const ALL: [Self; 4] = [Self::Field, Self::Tele, Self::Visio, Self::Desk];
    /// Those for which an expert is sent for.
    pub const WITH_EXPERT: [Self; 3] = [Self::Field, Self::Visio, Self::Tele];

    /// The name in the flows' files, in facts and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Tele => "tele",
            Self::Visio => "visio",
            Self::Desk => "desk",
        }
    }

    pub fn needs_expert(self) -> bool {
        self != Self::Desk
    }
}

impl fmt::Display for OrientationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A mode that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown mode; they are field, tele, visio and desk")]
pub struct UnknownOrientationMode;

impl FromStr for OrientationMode {
    type Err = UnknownOrientationMode;

    fn from_str(name: &str) -> Result<Self, UnknownOrientationMode> {
        Self::ALL.into_iter().find(|mode| mode.name() == name).ok_or(UnknownOrientationMode)
    }
}

#[cfg(test)]
mod tests;
