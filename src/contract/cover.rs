//! What a policy says of a loss: information with its reasons, for the flow, the tables and the handler.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::{Calendar, Policy};
use crate::domain::fact::{Moment, Precision, Value};

/// Code des assurances, L113-2 4°: the delay cannot be shorter than five working days.
const GENERAL_DAYS: u32 = 5;
/// Code des assurances, L113-2: two working days for theft.
const THEFT_DAYS: u32 = 2;
/// The perils that are thefts.
const THEFTS: [&str; 2] = ["burglary", "car_theft"];

/// The perils whose delay runs from the publication of a decree (L125-1, A125-1: thirty days), which is not known here.
const DECREED: [&str; 2] = ["flood", "drought"];

/// What is known of a loss when the policy is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loss<'a> {
    pub peril: Option<&'a str>,
    pub date: Option<Date>,
    pub postcode: Option<&'a str>,
}

/// What a policy says of a loss. What could not be told, for want of a date or a place, is none.
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

/// Why an assessment says what it says: a code, and the date or the word that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub detail: String,
}

/// Says what `policy` holds for `loss`, declared on `declared_on`.
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

    // The policy may grant more than the law, never less.
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
    /// The facts that flows and tables test (docs/flow-language.md, Policy facts). What could not be told is missing.
    pub fn facts(&self, policy: &Policy) -> BTreeMap<String, Value> {
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
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Assessment, Loss, assess};
    use crate::{
        contract::{Calendar, Policy, read_policies},
        domain::fact::Value,
    };

    fn policy() -> Policy {
        let csv = "insurer,number,last_name,first_name,postcode,address,city,starts_on,ends_on,suspended_on,perils,\
                   deductible,limit\n\
                   a,1,Moreau,Julie,69003,x,Lyon,2022-05-01,2026-12-01,2026-11-15,water_damage|burglary:200,150,60000\n";
        read_policies(csv.as_bytes()).unwrap().remove(0)
    }

    fn about(peril: &str, on: Date, postcode: &str, declared: Date) -> Assessment {
        let loss = Loss { peril: Some(peril), date: Some(on), postcode: Some(postcode) };
        let calendar = Calendar::from_yaml(include_str!("../../flows/holidays.yaml")).unwrap();
        assess(&policy(), &loss, declared, &calendar)
    }

    fn codes(assessment: &Assessment) -> Vec<&str> {
        assessment.reasons.iter().map(|reason| reason.code.as_str()).collect()
    }

    #[test]
    fn a_covered_loss_declared_in_time() {
        let said = about("water_damage", date(2026, 11, 2), "69003", date(2026, 11, 9));
        assert_eq!(codes(&said), ["in_force_since", "peril_covered", "place_insured", "declared_in_time"]);
        assert_eq!((said.deductible, said.limit), (Some(15_000), Some(6_000_000)));
        assert_eq!(said.declaration_deadline, Some(date(2026, 11, 9)));
    }

    #[test]
    fn each_doubt_has_its_reason() {
        let policy_day = |on| about("water_damage", on, "69003", date(2026, 11, 20));
        assert_eq!(codes(&policy_day(date(2022, 4, 30)))[0], "starts_after_loss");
        assert_eq!(codes(&policy_day(date(2026, 11, 15)))[0], "suspended_at_loss");
        assert_eq!(codes(&policy_day(date(2026, 12, 1)))[0], "ended_before_loss");
        let said = about("fire", date(2026, 11, 2), "75001", date(2026, 11, 20));
        assert_eq!(codes(&said)[1..], ["peril_not_covered", "other_place", "declared_late"]);
        assert_eq!(said.peril_covered, Some(false));
    }

    #[test]
    fn a_theft_is_declared_in_two_working_days() {
        let said = about("burglary", date(2026, 11, 2), "69003", date(2026, 11, 5));
        assert_eq!((said.declaration_deadline, said.declared_in_time), (Some(date(2026, 11, 4)), Some(false)));
        assert_eq!(said.deductible, Some(20_000));
    }

    #[test]
    fn a_policy_lengthens_the_legal_delay_and_never_shortens_it() {
        let calendar = Calendar::from_yaml(include_str!("../../flows/holidays.yaml")).unwrap();
        let loss = Loss { peril: Some("water_damage"), date: Some(date(2026, 11, 13)), postcode: None };
        for (days, deadline) in [(10, date(2026, 11, 27)), (1, date(2026, 11, 20))] {
            let policy = Policy { declaration_days: Some(days), ..policy() };
            assert_eq!(assess(&policy, &loss, date(2026, 11, 14), &calendar).declaration_deadline, Some(deadline));
        }
        let said = about("drought", date(2026, 8, 3), "69003", date(2026, 11, 5));
        assert_eq!((said.declaration_deadline, said.declared_in_time), (None, None));
        assert!(codes(&said).contains(&"decree_awaited"));
    }

    #[test]
    fn what_cannot_be_told_is_not_said() {
        let said = assess(&policy(), &Loss::default(), date(2026, 11, 20), &Calendar::default());
        assert_eq!((said.in_force, said.peril_covered, said.declared_in_time), (None, None, None));
        let facts = said.facts(&policy());
        assert_eq!(facts.get("policy_holder"), Some(&Value::Text("Julie Moreau".into())));
        assert!(!facts.contains_key("policy_in_force"));
        assert_eq!(facts.get("insured_place_matches"), Some(&Value::Unknown));
    }
}
