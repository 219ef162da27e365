//! What a policy says about a loss: information with its reasons, for the flow, the tables and the handler.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::{Calendar, Policy};
use crate::domain::{
    fact::{Moment, Precision, Value},
    fact_name::FactName,
};

/// Code des assurances, L113-2 4°: the delay for declaring cannot be shorter than five working days.
const GENERAL_DAYS: u32 = 5;
/// Code des assurances, L113-2: two working days for theft.
const THEFT_DAYS: u32 = 2;
/// The perils that are thefts.
const THEFTS: [&str; 2] = ["burglary", "car_theft"];

/// The perils whose delay of thirty days runs from the publication of a decree (Code des assurances, L125-1, A125-1).
/// Its date is not known here, so no deadline is told for them.
const DECREED: [&str; 2] = ["flood", "drought"];

/// What is known of a loss when the policy is assessed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loss<'a> {
    pub peril: Option<&'a str>,
    pub date: Option<Date>,
    pub postcode: Option<&'a str>,
}

/// What a policy says about a loss. A field is none where the date, the place or the peril that it needs is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    pub in_force: Option<bool>,
    pub peril_covered: Option<bool>,
    pub place_matches: Option<bool>,
    /// In cents.
    pub deductible: Option<i64>,
    /// In cents.
    pub limit: Option<i64>,
    pub declaration_deadline: Option<Date>,
    pub declared_in_time: Option<bool>,
    pub reasons: Vec<Reason>,
}

/// A reason of an assessment: a code, and the date or the word that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub detail: String,
}

/// Assesses what `policy` holds for `loss`, declared on `declared_on`.
pub fn assess(policy: &Policy, loss: &Loss, declared_on: Date, calendar: &Calendar) -> Assessment {
    let mut reasons = Vec::new();
    let mut because = |code: &str, detail: String| reasons.push(Reason { code: code.to_owned(), detail });

    let in_force = loss.date.map(|date| {
        let (code, day, holds) = match (policy.ends_on, policy.suspended_on) {
            _ if date < policy.starts_on => ("starts_after_loss", policy.starts_on, false),
            (Some(end), _) if date >= end => ("ended_before_loss", end, false),
            (_, Some(suspended)) if date >= suspended => ("suspended_at_loss", suspended, false),
            _ => ("in_force_since", policy.starts_on, true),
        };
        because(code, day.to_string());
        holds
    });

    let cover = loss.peril.map(|peril| (peril, policy.covers.get(peril)));
    if let Some((peril, cover)) = cover {
        because(if cover.is_some() { "peril_covered" } else { "peril_not_covered" }, peril.to_owned());
    }

    let place_matches = loss.postcode.zip(policy.postcode.as_deref()).map(|(loss, insured)| {
        because(if loss == insured { "place_insured" } else { "other_place" }, insured.to_owned());
        loss == insured
    });

    // The policy may grant more days than the law, never fewer.
    let legal = legal_days(loss.peril);
    let days = policy.declaration_days.map_or(legal, |days| days.max(legal));
    let decreed = loss.peril.is_some_and(|peril| DECREED.contains(&peril));
    if decreed {
        because("decree_awaited", String::new());
    }
    let deadline = loss.date.filter(|_| !decreed).map(|date| calendar.deadline(date, days, loss.postcode));
    let declared_in_time = deadline.map(|deadline| {
        let in_time = declared_on <= deadline;
        because(if in_time { "declared_in_time" } else { "declared_late" }, deadline.to_string());
        in_time
    });

    let cover_of = cover.and_then(|(_, cover)| cover);
    Assessment {
        in_force,
        peril_covered: cover.map(|(_, cover)| cover.is_some()),
        place_matches,
        deductible: cover_of.and_then(|cover| cover.deductible),
        limit: cover_of.and_then(|cover| cover.limit),
        declaration_deadline: deadline,
        declared_in_time,
        reasons,
    }
}

fn legal_days(peril: Option<&str>) -> u32 {
    if peril.is_some_and(|peril| THEFTS.contains(&peril)) { THEFT_DAYS } else { GENERAL_DAYS }
}

impl Assessment {
    /// The facts that flows and tables test (docs/flow-language.md, Policy facts). A field that is none makes no fact.
    pub fn facts(&self, policy: &Policy) -> BTreeMap<FactName, Value> {
        let day = |date: Date| {
            Value::Moment(Moment { start: date.to_datetime(Time::midnight()), end: None, precision: Precision::Day })
        };
        [
            ("policy_number", Some(Value::Text(policy.number.clone()))),
            ("policy_holder", Some(Value::Text(policy.holder()))),
            ("policy_in_force", self.in_force.map(Value::Bool)),
            ("peril_covered", self.peril_covered.map(Value::Bool)),
            ("insured_place_matches", Some(self.place_matches.map_or(Value::Unknown, Value::Bool))),
            ("deductible", self.deductible.map(Value::Amount)),
            ("cover_limit", self.limit.map(Value::Amount)),
            ("declared_in_time", self.declared_in_time.map(Value::Bool)),
            ("declaration_deadline", self.declaration_deadline.map(day)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.into(), value?)))
        .collect()
    }
}

#[cfg(test)]
mod tests;
