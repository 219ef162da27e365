//! What a condition asks of a fact, without the words of any language: for whoever must tell why a condition did not hold.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a test asks of a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    Yes,
    No,
    Known,
    Missing,
    /// Asked, and not known to the person.
    Unknown,
    /// A moment with its hour, or the part of its day.
    Timed,
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    /// All of these hold.
    Within(Vec<Bound>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// `<`, `<=`, `>`, `>=`, `=` or `!=`.
    pub relation: String,
    pub limit: Limit,
}

/// What a fact is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// In euros for amounts, in minutes for durations.
    Number(f64),
    /// The insurer's, by its name; in euros. None where the insurer sets none.
    Threshold {
        name: String,
        value: Option<f64>,
    },
    Date(Date),
}

impl Expectation {
    /// Whether one of the insurer's thresholds is compared with.
    pub fn has_threshold(&self) -> bool {
        let is_threshold = |bound: &Bound| matches!(bound.limit, Limit::Threshold { .. });
        matches!(self, Self::Within(bounds) if bounds.iter().any(is_threshold))
    }
}

#[cfg(test)]
mod tests;
