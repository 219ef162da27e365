//! Why a dossier is looked at as it is: what a decision table answered and by what, or what a handler decided instead.
//!
//! A decision is kept as JSON beside the line of the timeline that tells of it, and read by the types that wrote it. A
//! decision that was stored by an earlier version is read too: what was added since is absent in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{
    desk::Desk,
    expectation::{Bound, Expectation, Limit, Relation},
    fact::Value,
    fact_name::FactName,
    language::Text,
    number::FiniteNumber,
    orientation_mode::OrientationMode,
};

/// A decision on how the loss is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Decision {
    Override(Override),
    Table(TableDecision),
    /// Of a version that this one does not know.
    Other(serde_json::Value),
}

/// A handler's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The login of the handler.
    pub overridden_by: String,
    pub mode: OrientationMode,
    /// What held before.
    pub before: Option<OrientationMode>,
    pub reason: String,
}

/// What a decision table answered, and all that it answered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableDecision {
    pub table: String,
    /// The revision of the flows that the table belongs to.
    pub revision: String,
    pub insurer: String,
    /// The facts that were read, in the order of the rows; none where a fact was missing.
    pub inputs: Vec<Input>,
    /// The insurer's thresholds that were compared with.
    pub thresholds: BTreeMap<String, FiniteNumber>,
    pub outcome: Outcome,
    /// The rows that were looked at before, each with the test that failed.
    pub passed_over: Vec<PassedOver>,
    /// The rows before the one that decided which would have decided the same: what they read was not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<NotAsked>,
}

/// A fact as it was when the table read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub fact: FactName,
    pub value: Option<Value>,
}

/// How a table ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    Decided {
        row: String,
        then: BTreeMap<String, String>,
        because: Text,
    },
    /// The row could not be judged without these facts.
    ToComplete {
        row: String,
        missing: Vec<FactName>,
    },
    /// No row held: the table has no answer, and a handler decides.
    NoRow,
}

/// A row that was not judged, because it would have decided nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotAsked {
    pub row: String,
    /// The facts that it reads and nobody was asked for.
    pub facts: Vec<FactName>,
}

/// A row that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassedOver {
    pub row: String,
    /// What the row would have decided for, for people.
    pub because: Text,
    /// The first test that failed, free of any language.
    pub failed: FailedTest,
}

/// A test that failed: `damage_amount` was tested by `<= insurer.desk_limit` and was 120000 cents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailedTest {
    pub fact: FactName,
    /// As it is written in the table.
    pub test: String,
    /// The test held, and the row wanted that it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negated: bool,
    pub actual: Option<Value>,
    /// What the test asks of the fact; absent in decisions of early versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expectation>,
}

/// The key of a row's `then` that names the orientation, an [`OrientationMode`].
const MODE: &str = "mode";
/// The key that names the desk.
const DESK: &str = "desk";

impl TableDecision {
    /// How the loss is looked at, when the table decided.
    pub fn mode(&self) -> Option<OrientationMode> {
        match &self.outcome {
            Outcome::Decided { then, .. } => then.get(MODE)?.parse().ok(),
            Outcome::ToComplete { .. } | Outcome::NoRow => None,
        }
    }

    /// The desk that the row names.
    pub fn desk(&self) -> Option<Desk> {
        match &self.outcome {
            Outcome::Decided { then, .. } => then.get(DESK).map(|desk| Desk::from(desk.as_str())),
            Outcome::ToComplete { .. } | Outcome::NoRow => None,
        }
    }

    /// The facts without which nothing could be decided.
    pub fn missing(&self) -> &[FactName] {
        match &self.outcome {
            Outcome::ToComplete { missing, .. } => missing,
            Outcome::Decided { .. } | Outcome::NoRow => &[],
        }
    }

    /// What a test that failed asked of its fact. Early versions kept its text alone: none where that does not tell.
    pub fn expected(&self, failed: &FailedTest) -> Option<Expectation> {
        if failed.expected.is_some() {
            return failed.expected.clone();
        }
        let is_code = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        Some(match failed.test.trim_matches('"') {
            "yes" | "true" => Expectation::Yes,
            "no" | "false" => Expectation::No,
            "known" => Expectation::Known,
            "missing" => Expectation::Missing,
            "unknown" => Expectation::Unknown,
            text => match text.split_once("insurer.") {
                Some((relation, name)) if is_code(name) => {
                    let (relation, _) = Relation::split(relation);
                    let value = self.thresholds.get(name).copied();
                    let limit = Limit::Threshold { name: name.to_owned(), value };
                    Expectation::Within(vec![Bound { relation, limit }])
                }
                _ => {
                    let codes: Vec<&str> = text.trim_matches(['[', ']']).split(',').map(str::trim).collect();
                    if !codes.iter().all(|code| is_code(code)) {
                        return None;
                    }
                    Expectation::OneOf(codes.into_iter().map(str::to_owned).collect())
                }
            },
        })
    }
}

#[cfg(test)]
mod tests;
