//! The orientation with its reasons: the row that won, why not the others, what was read, and who decided otherwise.

use serde::Deserialize;

use super::{Lexicon, facts::Shown};
use crate::{
    domain::fact::Value,
    dossier::Dossier,
    orientation::{Decision as TableDecision, Outcome},
    store::DecisionRow,
    web::console::when::When,
};

/// The panel.
#[derive(Clone, Debug, Default)]
pub(super) struct OrientationView {
    /// The mode that holds.
    pub mode: Option<String>,
    pub table: Option<TableView>,
    /// The latest first.
    pub overrides: Vec<OverrideView>,
}

/// What the table decided last.
#[derive(Clone, Debug)]
pub(super) struct TableView {
    pub row: Option<String>,
    pub because: Option<String>,
    /// The facts without which the table cannot decide.
    pub missing: Vec<String>,
    pub passed: Vec<PassedView>,
    pub inputs: Vec<(String, Shown)>,
    pub name: String,
    pub revision: String,
    pub at: When,
}

/// A row that was passed over.
#[derive(Clone, Debug)]
pub(super) struct PassedView {
    pub row: String,
    pub because: String,
    /// The first test that failed: the fact's name, the test as it is written, and what the fact was.
    pub fact: String,
    pub test: String,
    /// The row wanted the test not to hold.
    pub negated: bool,
    pub actual: Shown,
}

/// A handler's decision.
#[derive(Clone, Debug)]
pub(super) struct OverrideView {
    pub mode: String,
    pub before: Option<String>,
    pub reason: String,
    pub by: String,
    pub at: When,
}

/// A decision as it is stored: a table's or a handler's.
#[derive(Deserialize)]
#[serde(untagged)]
enum Decision {
    Override { overridden_by: String, mode: String, before: Option<String>, reason: String },
    Table(TableDecision),
}

impl OrientationView {
    /// Reads the decisions, oldest first.
    pub(super) fn of(dossier: &Dossier, rows: &[DecisionRow], lexicon: Lexicon) -> Self {
        let mut view = Self { mode: dossier.orientation.clone(), ..Self::default() };
        for row in rows.iter().rev() {
            let at = When(row.at);
            match Decision::deserialize(&row.decision) {
                Ok(Decision::Override { overridden_by, mode, before, reason }) => {
                    let by = lexicon.person(&overridden_by);
                    view.overrides.push(OverrideView { mode, before, reason, by, at });
                }
                Ok(Decision::Table(table)) if view.table.is_none() => {
                    view.table = Some(TableView::of(table, at, lexicon));
                }
                Ok(Decision::Table(_)) => {}
                Err(error) => {
                    tracing::warn!(%error, dossier = %row.dossier, seq = row.seq, "a decision does not read back");
                }
            }
        }
        view
    }

    /// Whether a handler's decision holds.
    pub(super) fn is_overridden(&self) -> bool {
        match (self.overrides.first(), &self.table) {
            (Some(last), Some(table)) => last.at.0 > table.at.0,
            (last, _) => last.is_some(),
        }
    }
}

impl TableView {
    fn of(decision: TableDecision, at: When, lexicon: Lexicon) -> Self {
        let names = lexicon.names;
        let shown =
            |fact: &str, value: Option<&Value>| value.map_or(Shown::Void, |value| Shown::of(fact, value, lexicon));
        let inputs = decision.inputs.iter().map(|input| {
            let value = shown(&input.fact, input.value.as_ref());
            (names.fact(&input.fact).to_owned(), value)
        });
        let passed = decision.passed_over.iter().map(|passed| PassedView {
            row: passed.row.clone(),
            because: passed.because.fr.clone(),
            fact: names.fact(&passed.failed.fact).to_owned(),
            test: passed.failed.test.clone(),
            negated: passed.failed.negated,
            actual: shown(&passed.failed.fact, passed.failed.actual.as_ref()),
        });
        let (row, because) = match &decision.outcome {
            Outcome::Decided { row, because, .. } => (Some(row.clone()), Some(because.fr.clone())),
            Outcome::ToComplete { .. } | Outcome::NoRow => (None, None),
        };
        Self {
            inputs: inputs.collect(),
            passed: passed.collect(),
            missing: decision.missing().iter().map(|fact| names.fact(fact).to_owned()).collect(),
            row,
            because,
            name: decision.table,
            revision: decision.revision,
            at,
        }
    }
}
