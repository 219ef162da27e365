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
    let loss = Loss { peril: Some(peril), date: Some(on), postcode: Some(postcode), ..Loss::default() };
    let calendar = Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap();
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
    let calendar = Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap();
    let loss = Loss { peril: Some("water_damage"), date: Some(date(2026, 11, 13)), ..Loss::default() };
    for (days, deadline) in [(10, date(2026, 11, 27)), (1, date(2026, 11, 20))] {
        let policy = Policy { declaration_days: Some(days), ..policy() };
        assert_eq!(assess(&policy, &loss, date(2026, 11, 14), &calendar).declaration_deadline, Some(deadline));
    }
    let said = about("drought", date(2026, 8, 3), "69003", date(2026, 11, 5));
    assert_eq!((said.declaration_deadline, said.declared_in_time), (None, None));
    assert!(codes(&said).contains(&"decree_awaited"));
}

#[test]
fn each_peril_has_its_own_delay() {
    let calendar = Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap();
    let csv = "insurer,number,last_name,postcode,address,city,starts_on,perils,declaration_days\n\
               a,1,Moreau,69003,x,Lyon,2022-05-01,water_damage|burglary|car_theft:::4|vandalism:::2|livestock|hail_crop,10\n";
    let policy = read_policies(csv.as_bytes()).unwrap().remove(0);
    let happened = date(2026, 11, 20); // A Friday.
    for (peril, postcode, deadline) in [
        ("water_damage", "69003", Some(date(2026, 12, 4))),
        ("burglary", "69003", Some(date(2026, 11, 24))),
        ("car_theft", "69003", Some(date(2026, 11, 26))),
        // Two working days are void where nothing was taken.
        ("vandalism", "69003", Some(date(2026, 11, 27))),
        ("livestock", "69003", Some(date(2026, 11, 21))),
        ("hail_crop", "69003", Some(date(2026, 11, 24))),
        ("earthquake", "69003", None),
        ("storm", "69003", Some(date(2026, 12, 4))),
        ("storm", "97400", None),
    ] {
        let loss = Loss { peril: Some(peril), date: Some(happened), postcode: Some(postcode), known_on: None };
        assert_eq!(assess(&policy, &loss, happened, &calendar).declaration_deadline, deadline, "{peril} {postcode}");
    }
}

#[test]
fn the_cover_is_of_the_day_of_loss_and_the_delay_runs_from_when_it_was_known() {
    let calendar = Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap();
    // Broken into before the policy began, found after: it is not covered by that.
    let before = Loss {
        peril: Some("burglary"),
        date: Some(date(2022, 4, 28)),
        known_on: Some(date(2022, 5, 2)),
        postcode: Some("69003"),
    };
    let said = assess(&policy(), &before, date(2022, 5, 3), &calendar);
    assert_eq!((said.in_force, said.declared_in_time), (Some(false), Some(true)));
    // Back from holidays: what was found yesterday is in time.
    let away = Loss { date: Some(date(2026, 11, 2)), known_on: Some(date(2026, 11, 12)), ..before };
    assert_eq!(assess(&policy(), &away, date(2026, 11, 13), &calendar).declared_in_time, Some(true));
    let away = Loss { known_on: None, ..away };
    assert_eq!(assess(&policy(), &away, date(2026, 11, 13), &calendar).declared_in_time, Some(false));
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
