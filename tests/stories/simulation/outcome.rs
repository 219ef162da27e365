//! What is decided about a claim.

use std::collections::{BTreeMap, BTreeSet};

use guichet::domain::{
    fact::{Facts, Value},
    fact_name::FactName,
    priority::Priority,
};

/// The facts that are concluded from others. Who manages under a convention, and against whom it recovers, are for the file.
const CONCLUDED: [&str; 14] = [
    "peril",
    "policy_found",
    "policy_in_force",
    "peril_covered",
    "insured_place_matches",
    "deductible",
    "cover_limit",
    "declared_in_time",
    "declaration_deadline",
    "event_name",
    "event_deadline",
    "convention",
    "car_convention",
    "orientation",
];

/// What is decided.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The mode and the desk of the row that decided last.
    pub(super) decided: BTreeMap<String, String>,
    /// Why a person was called last, and how urgently.
    pub(super) last_reason: Option<String>,
    pub(super) priority: Option<Priority>,
    /// The urgent advice, by its text in the files.
    pub(super) advice: BTreeSet<String>,
    pub(super) required: BTreeSet<String>,
    concluded: BTreeMap<&'static str, Option<Value>>,
}

/// A walk: what was asked with the answers, and what came of it.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) asked: BTreeMap<FactName, String>,
    pub(super) outcome: Outcome,
}

impl Outcome {
    pub(super) fn hand_over(&mut self, reason: &str, priority: Priority) {
        self.last_reason = Some(reason.to_owned());
        self.priority = self.priority.max(Some(priority));
    }

    pub(super) fn conclude(&mut self, facts: &Facts) {
        let value = |fact: &str| facts.get(fact).map(|fact| fact.value.clone());
        self.concluded = CONCLUDED.into_iter().map(|fact| (fact, value(fact))).collect();
    }

    /// In what another outcome differs, in words.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                found.push(format!("{what}: {ours} with all answers, {theirs} as asked"));
            }
        };
        compare("decided", format!("{:?}", self.decided), format!("{:?}", other.decided));
        compare("reason", format!("{:?}", self.last_reason), format!("{:?}", other.last_reason));
        compare("priority", format!("{:?}", self.priority), format!("{:?}", other.priority));
        compare("advice", format!("{:?}", self.advice), format!("{:?}", other.advice));
        compare("required", format!("{:?}", self.required), format!("{:?}", other.required));
        for (fact, value) in &self.concluded {
            compare(fact, format!("{value:?}"), format!("{:?}", other.concluded.get(fact).cloned().flatten()));
        }
        found
    }
}
