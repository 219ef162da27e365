//! What a condition asks of a fact, without the words of any language.
//!
//! The flows' conditions are made of it, with limits that may be the insurer's or move with the day; a decision keeps it
//! with the limits of its day, so that a person can be told why a row did not hold.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::number::FiniteNumber;

/// What a test asks of a fact, with limits of the type `L`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation<L = Limit> {
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
    Within(Vec<Bound<L>>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound<L = Limit> {
    pub relation: Relation,
    pub limit: L,
}

/// How a fact compares with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
}

/// What a fact is compared with, on the day of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// In euros for amounts, in minutes for durations.
    Number(FiniteNumber),
    /// The insurer's, by its name; in euros. None where the insurer sets none.
    Threshold {
        name: String,
        value: Option<FiniteNumber>,
    },
    Date(Date),
}

impl<L> Expectation<L> {
    /// The same with other limits.
    pub fn map_limits<M>(&self, limit: impl Fn(&L) -> M) -> Expectation<M> {
        match self {
            Self::Yes => Expectation::Yes,
            Self::No => Expectation::No,
            Self::Known => Expectation::Known,
            Self::Missing => Expectation::Missing,
            Self::Unknown => Expectation::Unknown,
            Self::Timed => Expectation::Timed,
            Self::OneOf(values) => Expectation::OneOf(values.clone()),
            Self::NoneOf(values) => Expectation::NoneOf(values.clone()),
            Self::Within(bounds) => Expectation::Within(
                bounds.iter().map(|bound| Bound { relation: bound.relation, limit: limit(&bound.limit) }).collect(),
            ),
        }
    }
}

impl Expectation {
    /// Whether one of the insurer's thresholds is compared with.
    pub fn has_threshold(&self) -> bool {
        let is_threshold = |bound: &Bound| matches!(bound.limit, Limit::Threshold { .. });
        matches!(self, Self::Within(bounds) if bounds.iter().any(is_threshold))
    }
}

impl Relation {
    /// The longer signs come first, since `<=` begins with `<`.
    pub const ALL: [Self; 6] =
        [Self::LessOrEqual, Self::GreaterOrEqual, Self::NotEqual, Self::Less, Self::Greater, Self::Equal];

    /// As it is written in the flows' files, in decisions and for people.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }

    /// The relation that a text begins with, and what follows it. Without a sign it is [`Self::Equal`].
    pub fn split(text: &str) -> (Self, &str) {
        Self::ALL
            .into_iter()
            .find_map(|relation| text.strip_prefix(relation.sign()).map(|rest| (relation, rest)))
            .unwrap_or((Self::Equal, text))
    }

    /// Whether it holds for a value that compares so with the limit.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
        }
    }
}

#[cfg(test)]
mod tests;
