//! What is still needed of a water damage of the shipped flows.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::date;

use super::*;
use crate::{
    domain::fact::{Fact, Facts, Source},
    flow::{Library, program::library::FIRST_FLOW, testing::shipped},
};

/// A claim of somebody whose policy was found and covers the loss.
fn told(more: &[(&str, &str)]) -> Facts {
    let library = shipped();
    let known = [
        ("danger", "none"),
        ("injured", "no"),
        ("incident", "water_damage"),
        ("peril", "water_damage"),
        ("water_running", "no"),
        ("water_near_power", "no"),
        ("ceiling_threatens", "no"),
        ("claimant_role", "insured"),
        ("policy_number", "7541289"),
        ("policy_holder", "Julie Moreau"),
        ("policy_found", "yes"),
        ("policy_in_force", "yes"),
        ("peril_covered", "yes"),
        ("insured_place_matches", "yes"),
        ("declared_in_time", "yes"),
        ("loss_date", "2026-11-19"),
        ("third_parties", "no"),
    ];
    let mut facts: Facts = BTreeMap::new();
    for (fact, value) in known.into_iter().chain(more.iter().copied()) {
        let value = library.fact_type(fact).unwrap().literal(value).unwrap();
        facts.insert(fact.into(), Arc::new(Fact { value, source: Source::Policyholder }));
    }
    let place = crate::domain::fact::Address { postcode: Some("69003".to_owned()), ..Default::default() };
    facts.insert(FactName::LOSS_PLACE, Arc::new(Fact { value: Value::Address(place), source: Source::Policyholder }));
    facts
}

fn needed(library: &Library, facts: &Facts) -> Vec<String> {
    let scope = Scope { facts, insurer: library.insurer("demo").unwrap(), today: date(2026, 11, 20) };
    let known = Known { scope, skipped: &|_| false, policy: Some(true) };
    let outlook = Outlook::look(library.parts(), FIRST_FLOW, known, Sinks::All);
    let slots = library.slots();
    let needed = (0..slots.len()).map(Slot).filter(|slot| outlook.needs(*slot).is_some());
    needed.map(|slot| slots.name(slot).to_string()).collect()
}

#[test]
fn what_decides_nothing_more_is_not_needed() {
    let library = shipped();
    let has = |facts: &[(&str, &str)], fact: &str| needed(&library, &told(facts)).iter().any(|needed| needed == fact);
    for fact in ["building_under_10", "previous_claims", "damage_amount", "video_possible", "cause", "fungus"] {
        assert!(has(&[], fact), "{fact} may still decide");
    }
    // A ceiling that threatens sends an expert, and a handler follows the case.
    let threatens = [("ceiling_threatens", "yes"), ("habitable", "yes")];
    for fact in ["video_possible", "cause_repaired"] {
        assert!(!has(&threatens, fact), "{fact} decides nothing more");
    }
    assert!(has(&threatens, "damage_amount"), "the convention still depends on it");
    for fact in ["rooms", "repaired_by", "remarks", "contact_channel", "neighbour_name"] {
        assert!(!has(&[], fact), "{fact} is for the file");
    }
}

/// The list of rare cases is due once it was answered, or while none of them was told.
#[test]
fn a_question_is_not_due_by_its_own_answer() {
    let library = shipped();
    let needed = needed(&library, &told(&[]));
    for fact in ["water_now", "habitable"] {
        assert!(!needed.iter().any(|needed| needed == fact), "{fact}: {needed:?}");
    }
}

#[test]
fn whether_a_question_that_is_needed_is_put_is_needed_too() {
    let library = shipped();
    let needed = needed(&library, &told(&[]));
    // The amicable report decides by the dispute that a rule sets, and is due where another home is concerned.
    assert!(needed.iter().any(|fact| fact == "origin"), "{needed:?}");
    let mine = [("origin", "home"), ("cause", "appliance"), ("building", "house"), ("occupancy", "owner_occupier")];
    let needed = self::needed(&library, &told(&mine));
    assert!(!needed.iter().any(|fact| fact == "amicable_report" || fact == "roof_open"), "{needed:?}");
}

/// What is needed of a flow of these steps when nothing is known.
fn needed_of(steps: &str) -> Vec<String> {
    let (library, problems) = crate::flow::program::testing::compile(steps);
    let library = library.unwrap_or_else(|| panic!("{problems:?}"));
    let facts = Facts::new();
    let scope = Scope { facts: &facts, insurer: library.insurer("demo").unwrap(), today: date(2026, 11, 20) };
    let known = Known { scope, skipped: &|_| false, policy: Some(true) };
    let outlook = Outlook::look(library.parts(), FIRST_FLOW, known, Sinks::All);
    let slots = library.slots();
    let needed = (0..slots.len()).map(Slot).filter(|slot| outlook.needs(*slot).is_some());
    needed.map(|slot| slots.name(slot).to_string()).collect()
}

const ASKED: &str =
    "  - { ask: a, type: yes_no, text: { fr: A, en: A } }\n  - { ask: b, type: yes_no, text: { fr: B, en: B } }\n";

#[test]
fn what_leads_past_a_decision_is_needed() {
    let calls = "  - { hand_over: complex, when: { b: yes }, text: { fr: C, en: C } }\n";
    assert_eq!(needed_of(&format!("{ASKED}{calls}")), ["b"]);
    for past in [
        "  - { end: over, when: { a: yes } }\n",
        "  - { goto: out, when: { a: yes } }\n",
        "  - { branch: way, cases: [ { when: { a: yes }, goto: out } ], else: next }\n",
    ] {
        let steps = format!("{ASKED}{past}{calls}  - {{ say: out, text: {{ fr: D, en: D }} }}\n");
        assert_eq!(needed_of(&steps), ["a", "b"], "{past}");
    }
}

#[test]
fn a_rule_settles_a_fact_for_what_stands_behind_it_alone() {
    let first = "  - { ask: a, type: yes_no, text: { fr: A, en: A } }\n  - { ask: b, type: yes_no, when: { a: missing }, text: { fr: B, en: B } }\n";
    let rest = "  - set: { a: yes }\n  - { hand_over: complex, when: { a: yes, b: yes }, text: { fr: C, en: C } }\n";
    assert_eq!(needed_of(&format!("{first}{rest}")), ["a", "b"], "a is read before the rule");
    let behind = format!(
        "{ASKED}  - set: {{ a: yes }}\n  - {{ hand_over: complex, when: {{ a: yes, b: yes }}, text: {{ fr: C, en: C }} }}\n"
    );
    assert_eq!(needed_of(&behind), ["b"]);
}
