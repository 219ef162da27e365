//! The policy and its cover at the date of loss, each finding with what it means. Information, never a refusal.

use super::{
    Lexicon,
    facts::{Shown, shown},
};
use crate::{contract::Policy, dossier::Dossier, store::FactRow, web::console::when};

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
    /// The policy as the register has it, once found.
    pub policy: Option<PolicyView>,
    pub holder: Option<Shown>,
    pub findings: Vec<Finding>,
    pub deductible: Option<Shown>,
    pub limit: Option<Shown>,
    pub deadline: Option<Shown>,
}

/// A policy of the register, the dates being the reasons of what was found.
#[derive(Clone, Debug)]
pub(super) struct PolicyView {
    pub starts: String,
    pub ends: Option<String>,
    pub suspended: Option<String>,
    pub place: String,
    /// The perils that it covers.
    pub covers: Vec<String>,
}

/// What was checked, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The fact's name, for the words.
    pub fact: &'static str,
    pub value: Shown,
}

impl Cover {
    pub(super) fn of(dossier: &Dossier, policy: Option<Policy>, rows: &[FactRow], lexicon: Lexicon) -> Self {
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
            policy: policy.map(|policy| PolicyView::of(policy, lexicon)),
            number: dossier.policy.clone().or(said),
            holder: fact("policy_holder"),
            findings,
            deductible: fact("deductible"),
            limit: fact("cover_limit"),
            deadline: fact("declaration_deadline"),
        }
    }
}

impl PolicyView {
    fn of(policy: Policy, lexicon: Lexicon) -> Self {
        let place = [Some(policy.address), policy.postcode, Some(policy.city)];
        let place: Vec<String> = place.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        Self {
            starts: when::day(policy.starts_on),
            ends: policy.ends_on.map(when::day),
            suspended: policy.suspended_on.map(when::day),
            place: place.join(" "),
            covers: policy.covers.keys().map(|peril| lexicon.names.peril(peril).to_owned()).collect(),
        }
    }
}
