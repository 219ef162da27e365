//! What a policy says about a loss: information with its reasons, for the flow, the tables and the handler.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

use super::{Calendar, Policy};
use crate::domain::{
    fact::{Moment, Precision, Value},
    fact_name::FactName,
};

/// How long a loss may be declared, from the day on which the person knew of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delay {
    WorkingDays(u32),
    CalendarDays(u32),
    /// Thirty days from the publication of a decree, whose date is not known here: no deadline is told.
    Decree,
}

/// The law's least delay where no line of [`DELAYS`] says another: Code des assurances, L113-2 4°. A policy's own that
/// is shorter is void, for vandalism too.
const GENERAL: Delay = Delay::WorkingDays(5);

/// The law's least delays by peril: theft, the death of livestock, hail insurance of crops (L113-2, L123-1), and what a
/// decree recognises as a natural disaster (L125-1, A125-1).
const DELAYS: [(&str, Delay); 10] = [
    ("burglary", Delay::WorkingDays(2)),
    ("car_theft", Delay::WorkingDays(2)),
    ("livestock", Delay::CalendarDays(1)),
    ("hail_crop", Delay::CalendarDays(4)),
    ("flood", Delay::Decree),
    ("drought", Delay::Decree),
    ("earthquake", Delay::Decree),
    ("landslide", Delay::Decree),
    ("avalanche", Delay::Decree),
    ("cyclone", Delay::Decree),
];

/// What is known of a loss when the policy is assessed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loss<'a> {
    pub peril: Option<&'a str>,
    /// When it happened: the cover is that of this day.
    pub date: Option<Date>,
    /// When the person knew of it, or was claimed from: the delay for declaring runs from this day (L113-2 4°). None: the
    /// day on which it happened.
    pub known_on: Option<Date>,
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

    // The policy may grant more days than the law, never fewer. Its general delay is not the one of a peril for which the
    // law has its own: two working days for a theft are not five because a leak may be declared in five.
    let legal = legal_delay(loss.peril, loss.postcode);
    let of_peril = cover.and_then(|(_, cover)| cover?.declaration_days);
    let own = of_peril.or_else(|| policy.declaration_days.filter(|_| legal == GENERAL));
    let deadline = loss.known_on.or(loss.date).and_then(|from| match legal {
        Delay::WorkingDays(days) => Some(calendar.deadline(from, days.max(own.unwrap_or_default()), loss.postcode)),
        Delay::CalendarDays(days) => from.checked_add(i64::from(days.max(own.unwrap_or_default())).days()).ok(),
        Delay::Decree => None,
    });
    if legal == Delay::Decree {
        because("decree_awaited", String::new());
    }
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

fn legal_delay(peril: Option<&str>, postcode: Option<&str>) -> Delay {
    // Overseas, a wind above the legal speed is a natural disaster and no storm (L122-7): which it was is not known here.
    if peril == Some("storm") && postcode.is_some_and(|postcode| postcode.starts_with("97")) {
        return Delay::Decree;
    }
    DELAYS.iter().find(|(known, _)| peril == Some(*known)).map_or(GENERAL, |(_, delay)| *delay)
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
