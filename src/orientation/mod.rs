//! Orientation: what a decision table answers on the facts of a dossier, and why.
//!
//! [`decide`] walks a table from the top: the first row that holds decides. A row that cannot be judged, because a fact
//! is missing or not known, stops the table: the dossier is then to be completed, and no later row is taken instead.
//! A [`Decision`] keeps all that a person needs to check it years later: the table's revision, the facts and thresholds
//! that were read, the row that won, and for each row passed over the first test that failed.
//!
//! This room reads nothing and keeps nothing; tables are compiled by [`crate::flow`], because their conditions are the
//! flows' own. It does not overrule people: a handler's override is an action on the dossier, beside the decision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{fact::Value, language::Text},
    flow::{Condition, Event, Row, Scope, Table, Truth},
};

/// The key of a row's `then` that names the orientation: `field`, `tele`, `visio` or `desk`.
const MODE: &str = "mode";

/// What a table decided, and all that it decided by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub table: String,
    /// The revision of the flows that the table belongs to.
    pub revision: String,
    pub insurer: String,
    /// The facts that were read, in the order of the rows; none where a fact was missing.
    pub inputs: Vec<Input>,
    /// The insurer's thresholds that were compared with.
    pub thresholds: BTreeMap<String, f64>,
    pub outcome: Outcome,
    /// The rows that were looked at before, each with the test that failed.
    pub passed_over: Vec<PassedOver>,
}

/// A fact as it was when the table read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub fact: String,
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
        missing: Vec<String>,
    },
    /// No row held: the table has no answer, and a handler decides.
    NoRow,
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
    pub fact: String,
    /// As it is written in the table.
    pub test: String,
    /// The test held, and the row wanted that it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negated: bool,
    pub actual: Option<Value>,
}

impl Decision {
    /// `field`, `tele`, `visio` or `desk`, when the table decided.
    pub fn mode(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Decided { then, .. } => then.get(MODE).map(String::as_str),
            Outcome::ToComplete { .. } | Outcome::NoRow => None,
        }
    }

    /// The facts without which nothing could be decided.
    pub fn missing(&self) -> &[String] {
        match &self.outcome {
            Outcome::ToComplete { missing, .. } => missing,
            Outcome::Decided { .. } | Outcome::NoRow => &[],
        }
    }

    /// The answer for the flow that asked.
    pub fn event(&self) -> Event {
        Event::Oriented { mode: self.mode().map(str::to_owned), missing: self.missing().to_vec() }
    }
}

/// Decides by `table` on what `scope` holds.
pub fn decide(table: &Table, revision: &str, scope: &Scope) -> Decision {
    let mut decision = Decision {
        table: table.name.clone(),
        revision: revision.to_owned(),
        insurer: scope.insurer.id.clone(),
        inputs: Vec::new(),
        thresholds: BTreeMap::new(),
        outcome: Outcome::NoRow,
        passed_over: Vec::new(),
    };
    for row in &table.rows {
        decision.read(row, scope);
        let explanation = row.when.explain(scope);
        match explanation.truth {
            Truth::True => {
                decision.outcome =
                    Outcome::Decided { row: row.id.clone(), then: row.then.clone(), because: row.because.clone() };
                break;
            }
            Truth::Unknown => {
                decision.outcome = Outcome::ToComplete { row: row.id.clone(), missing: explanation.missing };
                break;
            }
            Truth::False => {
                let failed = failed_test(&explanation.failed.unwrap_or_default(), scope);
                decision.passed_over.push(PassedOver { row: row.id.clone(), because: row.because.clone(), failed });
            }
        }
    }
    decision
}

impl Decision {
    /// Notes what a row reads.
    fn read(&mut self, row: &Row, scope: &Scope) {
        for fact in row.when.facts() {
            if !self.inputs.iter().any(|input| input.fact == fact) {
                let value = scope.facts.get(fact).map(|fact| fact.value.clone());
                self.inputs.push(Input { fact: fact.to_owned(), value });
            }
        }
        self.read_thresholds(&row.when, scope);
    }

    fn read_thresholds(&mut self, condition: &Condition, scope: &Scope) {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                for part in parts {
                    self.read_thresholds(part, scope);
                }
            }
            Condition::Not(part) => self.read_thresholds(part, scope),
            Condition::Test(test) => {
                let written = test.to_string();
                let Some((_, after)) = written.split_once("insurer.") else { return };
                let name = after.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or_default();
                if let Some(limit) = scope.insurer.thresholds.get(name) {
                    self.thresholds.insert(name.to_owned(), *limit);
                }
            }
        }
    }
}

/// Takes apart a test as [`crate::flow::Explanation`] writes it: `damage_amount: <= 800`, or `not cause: leak`.
fn failed_test(written: &str, scope: &Scope) -> FailedTest {
    let (negated, plain) = written.strip_prefix("not ").map_or((false, written), |plain| (true, plain));
    let (fact, test) = plain.split_once(": ").unwrap_or((plain, ""));
    let actual = scope.facts.get(fact).map(|fact| fact.value.clone());
    FailedTest { fact: fact.to_owned(), test: test.to_owned(), negated, actual }
}

#[cfg(test)]
mod tests;
