//! The policy and its cover at the date of loss, each finding with what it means. Information, never a refusal.

use jiff::civil::Date;

use super::{
    Lexicon,
    facts::{Shown, shown},
};
use crate::{
    contract::{Policy, Reason},
    dossier::{Dossier, TimelineEvent},
    store::FactRow,
    web::console::when,
};

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
    /// The delay runs from a decree that is not published yet.
    pub decree_awaited: bool,
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
    pub why: Option<Why>,
}

/// What decided a finding: a code for the words, and the day, the place or the peril that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Why {
    pub code: String,
    pub detail: String,
}

/// The checks, each with the codes of the reasons that decide it.
const CHECKS: [(&str, &[&str]); 4] = [
    ("policy_in_force", &["in_force_since", "starts_after_loss", "ended_before_loss", "suspended_at_loss"]),
    ("peril_covered", &["peril_covered", "peril_not_covered"]),
    ("insured_place_matches", &["place_insured", "other_place"]),
    ("declared_in_time", &["declared_in_time", "declared_late"]),
];

impl Cover {
    pub(super) fn of(
        dossier: &Dossier,
        policy: Option<Policy>,
        rows: &[FactRow],
        events: &[TimelineEvent],
        lexicon: Lexicon,
    ) -> Self {
        let fact = |name| shown(rows, name, lexicon);
        let said = match fact("policy_number") {
            Some(Shown::Text(number)) => Some(number),
            _ => None,
        };
        let reasons = reasons(events);
        let findings = CHECKS
            .into_iter()
            .filter_map(|(name, codes)| {
                let reason = reasons.iter().find(|reason| codes.contains(&reason.code.as_str()));
                Some(Finding { fact: name, value: fact(name)?, why: reason.map(|reason| Why::of(reason, lexicon)) })
            })
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
            decree_awaited: reasons.iter().any(|reason| reason.code == "decree_awaited"),
        }
    }
}

/// Why the last look-up of the policy said what it said.
fn reasons(events: &[TimelineEvent]) -> &[Reason] {
    let found = events.iter().rev().find_map(|event| match event {
        TimelineEvent::PolicyFound { reasons, .. } => Some(reasons.as_slice()),
        _ => None,
    });
    found.unwrap_or_default()
}

impl Why {
    fn of(reason: &Reason, lexicon: Lexicon) -> Self {
        let detail = match reason.detail.parse::<Date>() {
            Ok(date) => when::day(date),
            Err(_) => lexicon.names.peril(&reason.detail).to_owned(),
        };
        Self { code: reason.code.clone(), detail }
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
