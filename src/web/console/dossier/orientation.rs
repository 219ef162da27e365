//! The orientation with its reasons: the row that the table chose, why it passed over the others, the facts that it read,
//! and the handler who decided otherwise.

use serde::Deserialize;

use super::{Lexicon, facts::ValueView};
use crate::{
    dossier::Dossier,
    orientation::{Decision, FailedTest, Outcome},
    store::DecisionRow,
    web::console::when::{self, When},
};

/// The panel of the orientation.
#[derive(Clone, Debug, Default)]
pub(super) struct OrientationView {
    /// The mode that holds.
    pub mode: Option<String>,
    pub table: Option<TableView>,
    /// What handlers decided, the latest first.
    pub overrides: Vec<OverrideView>,
}

/// What the table decided last.
#[derive(Clone, Debug)]
pub(super) struct TableView {
    pub row: Option<String>,
    pub because: Option<String>,
    /// The facts without which the table cannot decide.
    pub missing: Vec<String>,
    pub passed_over: Vec<PassedOverView>,
    pub inputs: Vec<(String, Option<ValueView>)>,
    pub thresholds: Vec<(String, String)>,
    pub name: String,
    pub revision: String,
    pub at: When,
}

/// A row that was passed over, with the first test that failed.
#[derive(Clone, Debug)]
pub(super) struct PassedOverView {
    pub row: String,
    /// What the row would have decided on.
    pub because: String,
    pub fact: String,
    pub negated: bool,
    pub required: Requirement,
    pub actual: Option<ValueView>,
}

/// What the failed test of a row requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    Yes,
    No,
    Known,
    /// One of these values, by their names.
    OneOf(String),
    /// As it is written in the table, with the insurer's figures for its thresholds.
    Test(String),
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

/// A handler's decision as it is stored; all others are a table's.
#[derive(Deserialize)]
struct Override {
    overridden_by: String,
    mode: String,
    before: Option<String>,
    reason: String,
}

impl OrientationView {
    /// Reads the decisions, oldest first.
    pub(super) fn of(dossier: &Dossier, rows: &[DecisionRow], lexicon: Lexicon) -> Self {
        let mut view = Self { mode: dossier.orientation.clone(), ..Self::default() };
        for row in rows.iter().rev() {
            let at = When(row.at);
            if let Ok(it) = Override::deserialize(&row.decision) {
                let by = lexicon.person(&it.overridden_by);
                view.overrides.push(OverrideView { mode: it.mode, before: it.before, reason: it.reason, by, at });
                continue;
            }
            match Decision::deserialize(&row.decision) {
                Ok(decision) if view.table.is_none() => view.table = Some(TableView::of(decision, at, lexicon)),
                Ok(_) => {}
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
            (Some(last), Some(table)) => last.at.0 >= table.at.0,
            (last, _) => last.is_some(),
        }
    }
}

impl TableView {
    fn of(decision: Decision, at: When, lexicon: Lexicon) -> Self {
        let name = |fact: &str| lexicon.names.fact(fact).to_owned();
        let missing = decision.missing().iter().map(|fact| name(fact)).collect();
        let inputs = decision.inputs.iter().map(|input| {
            let shown = input.value.as_ref().map(|value| ValueView::of(&input.fact, value, lexicon));
            (name(&input.fact), shown)
        });
        let inputs = inputs.collect();
        let passed_over = decision.passed_over.iter().map(|it| {
            let FailedTest { fact, test, negated, actual } = &it.failed;
            PassedOverView {
                row: it.row.clone(),
                because: it.because.fr.clone(),
                fact: name(fact),
                negated: *negated,
                required: Requirement::of(fact, test, &decision, lexicon),
                actual: actual.as_ref().map(|value| ValueView::of(fact, value, lexicon)),
            }
        });
        let passed_over = passed_over.collect();
        let thresholds = decision.thresholds.iter().map(|(name, limit)| (name.clone(), figure(*limit))).collect();
        let (row, because) = match decision.outcome {
            Outcome::Decided { row, because, .. } => (Some(row), Some(because.fr)),
            Outcome::ToComplete { row, .. } => (Some(row), None),
            Outcome::NoRow => (None, None),
        };
        let (name, revision) = (decision.table, decision.revision);
        Self { row, because, missing, passed_over, inputs, thresholds, name, revision, at }
    }
}

impl Requirement {
    fn of(fact: &str, test: &str, decision: &Decision, lexicon: Lexicon) -> Self {
        let is_code = |text: &str| text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
        let codes: Vec<&str> = test.trim_matches(['[', ']', '"']).split(',').map(str::trim).collect();
        match test {
            "yes" | "true" => Self::Yes,
            "no" | "false" => Self::No,
            "known" => Self::Known,
            _ if codes.iter().all(|code| is_code(code)) => {
                let names: Vec<_> = codes.into_iter().map(|code| lexicon.names.choice(fact, code)).collect();
                Self::OneOf(names.join(", "))
            }
            _ => {
                let mut text = test.trim_matches('"').to_owned();
                for (name, limit) in &decision.thresholds {
                    text = text.replace(&format!("insurer.{name}"), &figure(*limit));
                }
                Self::Test(text)
            }
        }
    }
}

/// A threshold in euros; cents are shown only where there are some.
fn figure(limit: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a threshold is far below what 64 bits hold")]
    let cents = (limit * 100.0).round() as i64;
    when::euros(cents)
}

#[cfg(test)]
mod tests;
