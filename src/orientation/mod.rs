//! Orientation: what a decision table answers on the facts of a dossier, and why.
//!
//! [`decide`] walks a table from the top: the first row that holds decides. A row that cannot be judged, because a fact
//! is missing or not known, stops the table: the dossier is then to be completed, and no later row is taken instead. Where
//! the fact was not asked, because the answer changes nothing, the table goes on to the first row that holds: it decides if
//! every row that was so passed over decides the same.
//! A [`TableDecision`] keeps all that a person needs to check it years later: the table's revision, the facts and thresholds
//! that were read, the row that won, and for each row passed over the first test that failed.
//!
//! This room reads nothing and keeps nothing; tables are compiled by [`crate::flow`], because their conditions are the
//! flows' own. It does not overrule people: a handler's override is an action on the dossier, beside the decision.

use std::collections::BTreeMap;

use crate::{
    domain::fact_name::FactName,
    dossier::{FailedTest, Input, NotAsked, Outcome, PassedOver, TableDecision},
    flow::{Domain, Event, Failed, Row, Scope, Table, Test, Truth},
};

/// Decides by `table` on what `scope` holds. Nobody was asked for the facts `open`.
pub fn decide(table: &Table, revision: &str, scope: &Scope, open: &[FactName]) -> TableDecision {
    let mut decision = TableDecision {
        table: table.name.clone(),
        revision: revision.to_owned(),
        insurer: scope.insurer.id.clone(),
        inputs: Vec::new(),
        thresholds: BTreeMap::new(),
        outcome: Outcome::NoRow,
        passed_over: Vec::new(),
        not_asked: Vec::new(),
    };
    let domain = |test: &Test| match scope.facts.get(&test.fact) {
        None if open.contains(&test.fact) => Domain::Any,
        fact => Domain::Is(fact.map(|fact| &fact.value)),
    };
    let mut unjudged: Vec<&Row> = Vec::new();
    for row in &table.rows {
        note_read(&mut decision, row, scope);
        match row.when.could(scope, &domain).sure() {
            Some(Truth::True) => {
                decision.outcome = match unjudged.iter().find(|unjudged| unjudged.then != row.then) {
                    None => {
                        Outcome::Decided { row: row.id.clone(), then: row.then.clone(), because: row.because.clone() }
                    }
                    // What was not asked could have decided otherwise.
                    Some(other) => to_complete(other, scope, open),
                };
                break;
            }
            Some(Truth::Unknown) => {
                decision.outcome = to_complete(unjudged.first().unwrap_or(&row), scope, open);
                break;
            }
            Some(Truth::False) => {
                if let Some(failed) = row.when.explain(scope).failed {
                    let failed = failed_test(failed, scope);
                    decision.passed_over.push(PassedOver { row: row.id.clone(), because: row.because.clone(), failed });
                }
            }
            None => unjudged.push(row),
        }
    }
    match (&decision.outcome, unjudged.first()) {
        (Outcome::Decided { .. }, _) => {
            let not_asked = |row: &&Row| NotAsked {
                row: row.id.clone(),
                facts: open.iter().filter(|fact| row.when.facts().contains(fact)).cloned().collect(),
            };
            decision.not_asked = unjudged.iter().map(not_asked).collect();
        }
        (Outcome::NoRow, Some(row)) => decision.outcome = to_complete(row, scope, open),
        _ => {}
    }
    decision
}

/// The outcome of a row that cannot be judged.
fn to_complete(row: &Row, scope: &Scope, open: &[FactName]) -> Outcome {
    let mut missing = row.when.explain(scope).missing;
    for fact in row.when.facts() {
        if open.contains(fact) && !scope.facts.contains_key(fact) && !missing.contains(fact) {
            missing.push(fact.clone());
        }
    }
    Outcome::ToComplete { row: row.id.clone(), missing }
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
