//! Orientation: what a decision table answers on the facts of a dossier, and why.
//!
//! [`decide`] walks a table from the top: the first row that holds decides. A row that cannot be judged, because a fact
//! is missing or not known, stops the table: the dossier is then to be completed, and no later row is taken instead.
//! A [`TableDecision`] keeps all that a person needs to check it years later: the table's revision, the facts and thresholds
//! that were read, the row that won, and for each row passed over the first test that failed.
//!
//! This room reads nothing and keeps nothing; tables are compiled by [`crate::flow`], because their conditions are the
//! flows' own. It does not overrule people: a handler's override is an action on the dossier, beside the decision.

use std::collections::BTreeMap;

use crate::{
    dossier::{FailedTest, Input, Outcome, PassedOver, TableDecision},
    flow::{Event, Failed, Row, Scope, Table, Truth},
};

/// Decides by `table` on what `scope` holds.
pub fn decide(table: &Table, revision: &str, scope: &Scope) -> TableDecision {
    let mut decision = TableDecision {
        table: table.name.clone(),
        revision: revision.to_owned(),
        insurer: scope.insurer.id.clone(),
        inputs: Vec::new(),
        thresholds: BTreeMap::new(),
        outcome: Outcome::NoRow,
        passed_over: Vec::new(),
    };
    for row in &table.rows {
        note_read(&mut decision, row, scope);
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
                if let Some(failed) = explanation.failed {
                    let failed = failed_test(failed, scope);
                    decision.passed_over.push(PassedOver { row: row.id.clone(), because: row.because.clone(), failed });
                }
            }
        }
    }
    decision
}

/// The answer for the flow that asked.
pub fn event(decision: &TableDecision) -> Event {
    Event::Oriented { mode: decision.mode(), missing: decision.missing().to_vec() }
}

/// Notes what a row reads.
fn note_read(decision: &mut TableDecision, row: &Row, scope: &Scope) {
    for fact in row.when.facts() {
        if !decision.inputs.iter().any(|input| input.fact == *fact) {
            let value = scope.facts.get(fact).map(|fact| fact.value.clone());
            decision.inputs.push(Input { fact: fact.clone(), value });
        }
    }
    for name in row.when.thresholds() {
        if let Some(limit) = scope.insurer.thresholds.get(name) {
            decision.thresholds.insert(name.to_owned(), *limit);
        }
    }
}

fn failed_test(Failed { test, negated }: Failed, scope: &Scope) -> FailedTest {
    FailedTest {
        fact: test.fact.clone(),
        test: test.written().to_owned(),
        negated,
        actual: scope.facts.get(&test.fact).map(|fact| fact.value.clone()),
        expected: Some(test.expected(scope)),
    }
}

#[cfg(test)]
mod tests;
