//! The orientation with its reasons: the row that decided, why the rows before it did not, the facts that the table
//! read, and handlers' overrides.

use super::{Lexicon, facts::ValueView};
use crate::{
    domain::{
        expectation::{Bound, Expectation, Limit},
        number::FiniteNumber,
        orientation_mode::OrientationMode,
    },
    dossier::{Decision, Dossier, FailedTest, Outcome, TableDecision},
    store::DecisionRow,
    web::console::when::{self, When},
};

/// The panel of the orientation.
#[derive(Clone, Debug, Default)]
pub(super) struct OrientationView {
    /// The current mode.
    pub mode: Option<OrientationMode>,
    pub table: Option<TableView>,
    /// The overrides by handlers, the latest first.
    pub overrides: Vec<OverrideView>,
}

/// The table's last decision.
#[derive(Clone, Debug)]
pub(super) struct TableView {
    pub row: Option<String>,
    pub because: Option<String>,
    /// The missing facts without which the table cannot decide.
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
    /// The reason that the row gives for its decision.
    pub because: String,
    pub fact: String,
    pub negated: bool,
    pub required: Requirement,
    pub actual: Option<ValueView>,
}

/// The requirement of a row's failed test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    Yes,
    No,
    Known,
    /// One of these values, by their names.
    OneOf(String),
    /// The test as it is written in the table, with the insurer's figures for thresholds.
    Test(String),
}

/// A handler's override.
#[derive(Clone, Debug)]
pub(super) struct OverrideView {
    pub mode: OrientationMode,
    pub before: Option<OrientationMode>,
    pub reason: String,
    pub by: String,
    pub at: When,
}

impl OrientationView {
    /// Makes the panel from the decisions, which are sorted oldest first.
    pub(super) fn of(dossier: &Dossier, rows: &[DecisionRow], lexicon: Lexicon) -> Self {
        let mut view = Self { mode: dossier.orientation, ..Self::default() };
        for row in rows.iter().rev() {
            let at = When(row.at);
            match &row.decision {
                Decision::Override(it) => {
                    let (mode, before, reason) = (it.mode, it.before, it.reason.clone());
                    view.overrides.push(OverrideView {
                        mode,
                        before,
                        reason,
                        by: lexicon.person(&it.overridden_by),
                        at,
                    });
                }
                Decision::Table(decision) if view.table.is_none() => {
                    view.table = Some(TableView::of(decision, at, lexicon));
                }
                Decision::Table(_) => {}
                Decision::Other(_) => {
                    tracing::warn!(dossier = %dossier.id, seq = row.seq, "a decision does not read back");
                }
            }
        }
        view
    }

    /// Whether a handler's override is the current decision.
    pub(super) fn is_overridden(&self) -> bool {
        match (self.overrides.first(), &self.table) {
            (Some(last), Some(table)) => last.at.0 >= table.at.0,
            (last, _) => last.is_some(),
        }
    }
}

impl TableView {
    fn of(decision: &TableDecision, at: When, lexicon: Lexicon) -> Self {
        let name = |fact: &str| lexicon.names.fact(fact).to_owned();
        let missing = decision.missing().iter().map(|fact| name(fact)).collect();
        let inputs = decision.inputs.iter().map(|input| {
            let shown = input.value.as_ref().map(|value| ValueView::of(&input.fact, value, lexicon));
            (name(&input.fact), shown)
        });
        let inputs = inputs.collect();
        let passed_over = decision.passed_over.iter().map(|it| {
            let FailedTest { fact, negated, actual, .. } = &it.failed;
            PassedOverView {
                row: it.row.clone(),
                because: it.because.fr.clone(),
                fact: name(fact),
                negated: *negated,
                required: Requirement::of(&it.failed, decision, lexicon),
                actual: actual.as_ref().map(|value| ValueView::of(fact, value, lexicon)),
            }
        });
        let passed_over = passed_over.collect();
        let thresholds = decision.thresholds.iter().map(|(name, limit)| (name.clone(), figure(*limit))).collect();
        let (row, because) = match &decision.outcome {
            Outcome::Decided { row, because, .. } => (Some(row.clone()), Some(because.fr.clone())),
            Outcome::ToComplete { row, .. } => (Some(row.clone()), None),
            Outcome::NoRow => (None, None),
        };
        let (name, revision) = (decision.table.clone(), decision.revision.clone());
        Self { row, because, missing, passed_over, inputs, thresholds, name, revision, at }
    }
}

impl Requirement {
    fn of(failed: &FailedTest, decision: &TableDecision, lexicon: Lexicon) -> Self {
        let named = |codes: &[String]| {
            let names: Vec<_> = codes.iter().map(|code| lexicon.names.choice(&failed.fact, code)).collect();
            names.join(", ")
        };
        match &decision.expected(failed) {
            Some(Expectation::Yes) => Self::Yes,
            Some(Expectation::No) => Self::No,
            Some(Expectation::Known) => Self::Known,
            Some(Expectation::OneOf(codes)) => Self::OneOf(named(codes)),
            Some(Expectation::NoneOf(codes)) => Self::Test(format!("≠ {}", named(codes))),
            Some(expected @ Expectation::Within(bounds)) if expected.has_threshold() => {
                Self::Test(bounds.iter().map(told).collect::<Vec<_>>().join(", "))
            }
            // Other tests are shown as they are written in the table.
            _ => Self::Test(failed.test.clone()),
        }
    }
}

/// A comparison, with the insurer's figure for a threshold.
fn told(bound: &Bound) -> String {
    let limit = match &bound.limit {
        Limit::Number(number) | Limit::Threshold { value: Some(number), .. } => figure(*number),
        Limit::Threshold { name, value: None } => name.clone(),
        Limit::Date(date) => when::day(*date),
    };
    format!("{} {limit}", bound.relation.sign())
}

/// A threshold in euros; cents are shown only where they are not zero.
fn figure(limit: FiniteNumber) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a threshold is far below what 64 bits hold")]
    let cents = (limit.get() * 100.0).round() as i64;
    when::euros(cents)
}

#[cfg(test)]
mod tests;
