//! The orientation with its reasons: the row that won, why not the others, what was read, and who decided otherwise.

use serde::Deserialize;

use super::{Lexicon, facts::Shown};
use crate::{
    domain::{fact::Value, language::Text},
    dossier::Dossier,
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
    pub because: Option<String>,
    /// The first test that failed.
    pub failed: String,
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

#[derive(Deserialize)]
struct TableDecision {
    table: String,
    #[serde(default)]
    revision: String,
    row: Option<String>,
    because: Option<Text>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    inputs: std::collections::BTreeMap<String, Option<Value>>,
    #[serde(default)]
    passed: Vec<Passed>,
}

#[derive(Deserialize)]
struct Passed {
    row: String,
    because: Option<Text>,
    #[serde(default)]
    failed: String,
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
                Ok(Decision::Table(table)) if view.table.is_none() => view.table = Some(table.view(at, lexicon)),
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

impl TableDecision {
    fn view(self, at: When, lexicon: Lexicon) -> TableView {
        let names = lexicon.names;
        let inputs = self.inputs.iter().map(|(fact, value)| {
            let shown = value.as_ref().map_or(Shown::Void, |value| Shown::of(fact, value, lexicon));
            (names.fact(fact).to_owned(), shown)
        });
        TableView {
            inputs: inputs.collect(),
            missing: self.missing.iter().map(|fact| names.fact(fact).to_owned()).collect(),
            passed: self
                .passed
                .into_iter()
                .map(|passed| PassedView {
                    row: passed.row,
                    because: passed.because.map(|text| text.fr),
                    failed: passed.failed,
                })
                .collect(),
            row: self.row,
            because: self.because.map(|text| text.fr),
            name: self.table,
            revision: self.revision,
            at,
        }
    }
}
