//! Numbers that can be stored.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that is neither infinite nor "not a number". JSON has neither of them: `serde_json` writes `null` in their
/// place, which reads back as no number at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct FiniteNumber(f64);

/// A number that JSON does not have.
#[derive(Debug, thiserror::Error)]
#[error("a number must be finite")]
pub struct NotFinite;

/// Each is equal to itself.
impl Eq for FiniteNumber {}

impl FiniteNumber {
    /// None where JSON has no such number.
    pub fn new(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(number))
    }

    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for FiniteNumber {
    type Error = NotFinite;

    fn try_from(number: f64) -> Result<Self, NotFinite> {
        Self::new(number).ok_or(NotFinite)
    }
}

impl From<FiniteNumber> for f64 {
    fn from(number: FiniteNumber) -> Self {
        number.0
    }
}

impl From<i32> for FiniteNumber {
    fn from(number: i32) -> Self {
        Self(number.into())
    }
}

impl fmt::Display for FiniteNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
