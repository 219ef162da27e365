//! The policy and its cover at the date of loss, each finding with what it means. Information, never a refusal.

use super::{
    Lexicon,
    facts::{Shown, shown},
};
use crate::{dossier::Dossier, store::FactRow};

/// The facts that this panel shows, which the list of facts therefore does not.
pub(super) const FACTS: [&str; 10] = [
    "policy_number",
    "policy_found",
    "policy_holder",
    "policy_in_force",
    "peril_covered",
    "insured_place_matches",
    "deductible",
    "cover_limit",
    "declared_in_time",
    "declaration_deadline",
];

/// The panel.
#[derive(Clone, Debug)]
pub(super) struct Cover {
    pub insurer: String,
    /// The policy's number: found, or as the person gave it.
    pub number: Option<String>,
    pub found: bool,
    pub holder: Option<Shown>,
    pub findings: Vec<Finding>,
    pub deductible: Option<Shown>,
    pub limit: Option<Shown>,
    pub deadline: Option<Shown>,
}

/// What was checked, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The fact's name, for the words.
    pub fact: &'static str,
    pub value: Shown,
}

impl Cover {
    pub(super) fn of(dossier: &Dossier, rows: &[FactRow], lexicon: Lexicon) -> Self {
        let fact = |name| shown(rows, name, lexicon);
        let said = match fact("policy_number") {
            Some(Shown::Text(number)) => Some(number),
            _ => None,
        };
        let findings = ["policy_in_force", "peril_covered", "insured_place_matches", "declared_in_time"]
            .into_iter()
            .filter_map(|name| Some(Finding { fact: name, value: fact(name)? }))
            .collect();
        Self {
            insurer: lexicon.names.insurer(&dossier.insurer).to_owned(),
            found: dossier.policy.is_some(),
            number: dossier.policy.clone().or(said),
            holder: fact("policy_holder"),
            findings,
            deductible: fact("deductible"),
            limit: fact("cover_limit"),
            deadline: fact("declaration_deadline"),
        }
    }
}
