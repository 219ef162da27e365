//! The policy and its cover at the date of loss, each finding with its reason. It informs and never refuses.

use jiff::civil::Date;

use super::{
    Lexicon,
    facts::{ValueView, shown},
};
use crate::{
    contract::{Policy, Reason},
    dossier::{Dossier, Entry, TimelineEvent},
    store::FactRow,
    web::console::when,
};

/// The facts that this panel shows and the list of facts omits.
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

/// The panel of the policy and its cover.
#[derive(Clone, Debug)]
pub(super) struct Cover {
    pub insurer: String,
    /// The policy's number: the register's, or the one that the person gave.
    pub number: Option<String>,
    pub register: Register,
    pub holder: Option<ValueView>,
    pub findings: Vec<Finding>,
    pub deductible: Option<ValueView>,
    pub limit: Option<ValueView>,
    pub deadline: Option<ValueView>,
    /// Whether the delay runs from a decree that is not published yet.
    pub decree_awaited: bool,
}

/// What the register of policies says.
#[derive(Clone, Debug)]
pub(super) enum Register {
    /// No number was given, and no policy was found by name.
    NoNumber,
    /// A number was given that was not looked up yet.
    NotLookedUp,
    NotFound,
    Found(PolicyView),
}

/// A policy of the register, with the dates that decide the findings.
#[derive(Clone, Debug)]
pub(super) struct PolicyView {
    pub starts: String,
    pub ends: Option<String>,
    pub suspended: Option<String>,
    pub place: String,
    /// The perils that it covers.
    pub covers: Vec<String>,
}

/// A check of the policy and its result.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The fact's name, for the words.
    pub fact: &'static str,
    pub value: ValueView,
    pub reason: Option<FindingReason>,
}

/// What decided a finding: a code for the text, and the day, the place or the peril that the text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FindingReason {
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
    /// Makes the panel; `events` are the events of `entries`.
    pub(super) fn of(
        dossier: &Dossier,
        policy: Option<Policy>,
        rows: &[FactRow],
        entries: &[Entry],
        events: &[TimelineEvent],
        lexicon: Lexicon,
    ) -> Self {
        let fact = |name| shown(rows, name, lexicon);
        let said = match fact("policy_number") {
            Some(ValueView::Text(number)) => Some(number),
            _ => None,
        };
        let number = dossier.policy.clone().or(said);
        let register = match policy {
            Some(policy) => Register::Found(PolicyView::of(policy, lexicon)),
            None if number.is_none() => Register::NoNumber,
            None if dossier.policy.is_some() || was_looked_up(rows, entries, events) => Register::NotFound,
            None => Register::NotLookedUp,
        };
        let reasons = reasons(events);
        let findings = CHECKS
            .into_iter()
            .filter_map(|(name, codes)| {
                let reason = reasons.iter().find(|reason| codes.contains(&reason.code.as_str()));
                Some(Finding {
                    fact: name,
                    value: fact(name)?,
                    reason: reason.map(|reason| FindingReason::of(reason, lexicon)),
                })
            })
            .collect();
        Self {
            insurer: lexicon.names.insurer(&dossier.insurer).to_owned(),
            number,
            register,
            holder: fact("policy_holder"),
            findings,
            deductible: fact("deductible"),
            limit: fact("cover_limit"),
            deadline: fact("declaration_deadline"),
            decree_awaited: reasons.iter().any(|reason| reason.code == "decree_awaited"),
        }
    }
}

/// Whether the current number was looked up without success: the register answered after the number was given.
fn was_looked_up(rows: &[FactRow], entries: &[Entry], events: &[TimelineEvent]) -> bool {
    let numbers: Vec<&FactRow> = rows.iter().filter(|row| row.name == "policy_number").collect();
    // The flow may record a known number again; only another number is looked up again.
    let same = numbers.iter().rev().take_while(|row| numbers.last().is_some_and(|last| last.value == row.value));
    let given = same.last().map(|row| row.at);
    let answered = entries.iter().zip(events).rfind(|(_, event)| matches!(event, TimelineEvent::PolicyNotFound {}));
    answered.is_some_and(|(entry, _)| Some(entry.at) >= given)
}

/// The reasons of the last look-up of the policy.
fn reasons(events: &[TimelineEvent]) -> &[Reason] {
    let found = events.iter().rev().find_map(|event| match event {
        TimelineEvent::PolicyFound { reasons, .. } => Some(reasons.as_slice()),
        _ => None,
    });
    found.unwrap_or_default()
}

impl FindingReason {
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

#[cfg(test)]
mod tests;
