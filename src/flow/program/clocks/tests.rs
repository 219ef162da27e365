use std::sync::Arc;

use super::*;
use crate::{
    domain::{
        clock::paris,
        fact::{Fact, Moment, Precision, Source},
    },
    flow::{Library, built_in, program::diagnostics::Strictness, testing},
};

fn library() -> Arc<Library> {
    testing::shipped()
}

fn facts(told: &[(&str, Value)]) -> Facts {
    let fact = |value: &Value| Fact { value: value.clone(), source: Source::Policyholder }.into();
    told.iter().map(|(name, value)| (FactName::from((*name).to_owned()), fact(value))).collect()
}

fn day(date: &str) -> Value {
    let start = date.parse::<Date>().unwrap().at(0, 0, 0, 0);
    Value::Moment(Moment { start, end: None, precision: Precision::Day })
}

/// The last day of a rule that began on a day.
fn last(library: &Library, rule: &str, start: &str) -> String {
    let rule = library.clocks().get(rule).unwrap();
    let due = rule.due(start.parse().unwrap(), &paris(), library.calendar()).unwrap();
    due.to_zoned(paris()).datetime().to_string()
}

#[test]
fn a_time_is_counted_in_its_own_unit_from_the_day_after_its_start_to_midnight() {
    let library = library();
    // A Friday: five working days later it is the next Friday; Christmas and New Year are none.
    assert_eq!(last(&library, "decl_general", "2026-11-20"), "2026-11-27T23:59:59");
    assert_eq!(last(&library, "decl_general", "2026-12-24"), "2027-01-04T23:59:59");
    assert_eq!(last(&library, "decl_theft", "2026-11-20"), "2026-11-24T23:59:59");
    assert_eq!(last(&library, "decl_catnat", "2026-11-20"), "2026-12-20T23:59:59");
    assert_eq!(last(&library, "cat_offer", "2027-01-31"), "2027-02-28T23:59:59");
    assert_eq!(last(&library, "cat_pay", "2026-11-20"), "2026-12-11T23:59:59");
    assert_eq!(last(&library, "bi_offer", "2026-11-20"), "2027-07-20T23:59:59");
    assert_eq!(last(&library, "presc_general", "2026-11-20"), "2028-11-20T23:59:59");
    assert_eq!(last(&library, "presc_rga", "2024-02-29"), "2029-02-28T23:59:59");
}

#[test]
fn a_rule_holds_by_branch_and_by_the_date_of_loss() {
    let library = library();
    let insurer = library.insurer("demo").unwrap();
    let today = "2026-11-20".parse().unwrap();
    let holds = |rule: &str, peril: &str, told: &[(&str, Value)]| {
        let facts = facts(told);
        library.clocks().get(rule).unwrap().holds(ClockScope { peril, scope: Scope { facts: &facts, insurer, today } })
    };
    assert!(holds("cat_inform", "flood", &[("loss_date", day("2026-10-01"))]));
    assert!(!holds("cat_inform", "flood", &[("loss_date", day("2022-12-31"))]), "before the law");
    assert!(!holds("cat_inform", "flood", &[]), "a loss of an unknown day is of no law yet");
    assert!(!holds("cat_inform", "water_damage", &[("loss_date", day("2026-10-01"))]));
    let injured = |answer: bool| [("loss_date", day("2026-10-01")), ("injured", Value::Bool(answer))];
    assert!(holds("bi_offer", "car_collision", &injured(true)));
    assert!(!holds("bi_offer", "car_collision", &injured(false)));
    assert!(!holds("bi_offer", "car_collision", &[("loss_date", day("2026-10-01"))]), "unknown is not yes");
    assert!(holds("presc_general", "glass", &[]));
    assert!(!holds("presc_general", "drought", &[]), "drought has its own");
}

#[test]
fn it_starts_on_the_first_day_that_is_known() {
    let library = library();
    let rule = library.clocks().get("decl_general").unwrap();
    assert_eq!(rule.started_by_fact(&Facts::new()), None);
    let lost = ("loss_date", day("2026-10-01"));
    assert_eq!(rule.started_by_fact(&facts(std::slice::from_ref(&lost))), Some("2026-10-01".parse().unwrap()));
    let known = ("known_on", day("2026-11-18"));
    assert_eq!(rule.started_by_fact(&facts(&[lost, known])), Some("2026-11-18".parse().unwrap()));
}

#[test]
fn whoever_owes_it_is_warned_in_the_order_of_time_and_at_the_end() {
    let library = library();
    let at = |time: &str| time.parse::<Timestamp>().unwrap();
    let (start, due) = (at("2026-11-20T00:00:00Z"), at("2026-12-20T00:00:00Z"));
    let shares = library.clocks().get("cat_inform").unwrap();
    let days = library.clocks().get("decl_catnat").unwrap();
    let next = |rule: &ClockRule, now: &str| rule.next_warning(start, due, at(now));
    assert_eq!(next(shares, "2026-11-20T00:00:00Z"), Some(at("2026-12-05T00:00:00Z")));
    assert_eq!(next(shares, "2026-12-05T00:00:00Z"), Some(at("2026-12-14T00:00:00Z")));
    assert_eq!(next(shares, "2026-12-19T00:00:00Z"), Some(due));
    assert_eq!(next(shares, "2026-12-20T00:00:00Z"), None, "then it stands in the list");
    assert_eq!(next(days, "2026-11-20T00:00:00Z"), Some(at("2026-12-10T00:00:00Z")));
    assert_eq!(next(days, "2026-12-16T00:00:00Z"), Some(at("2026-12-19T00:00:00Z")));
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let problems = |clocks: &str| -> Vec<String> {
        let mut sources: BTreeMap<String, String> = built_in();
        sources.insert(FILE.to_owned(), clocks.to_owned());
        let (_, problems) = Library::compile(sources, Strictness::Files);
        problems.iter().filter(|problem| problem.file == FILE).map(|problem| problem.message.clone()).collect()
    };
    let head = "owners:\n  insurer: { fr: \"Assureur\", en: \"Insurer\" }\nstarts:\n  decree: { fr: \"Arrêté\", en: \"Decree\" }\n";
    let rule = |fields: &str| {
        let whole = "label: { fr: \"Délai\", en: \"Time\" }, owner: insurer, from: [decree], months: 1, source: \"Loi\", certainty: read";
        problems(&format!("{head}clocks:\n  one: {{ {whole}{fields} }}\n"))
    };
    assert_eq!(rule(""), Vec::<String>::new());
    for (fields, expected) in [
        (", perils: [plague]", "`one` is for the peril `plague`, which has no flow"),
        (", restarted_by: hope", "only `mission` restarts a time"),
        (", ended_by: hope", "`ended_by` is sent or mission_done"),
        (", warned_share: [120]", "`warned_share` holds whole numbers from 1 to 99"),
        (", losses_from: yesterday", "`losses_from` is a day, as 2023-01-01"),
        (", told: { fr: \"Vite\", en: \"Quick\" }", "`Vite` does not tell the last day: {{ due }}"),
    ] {
        assert!(rule(fields).iter().any(|message| message == expected), "{fields}: {:?}", rule(fields));
    }
    let bare = problems(&format!("{head}clocks:\n  one: {{ owner: nobody, from: [loss_place, yesterday] }}\n"));
    for expected in [
        "`one` needs a `label` (fr and en)",
        "`nobody` is none of the `owners`",
        "the fact `loss_place` is no date: it starts no time",
        "`one` needs `from`, a list of what starts it",
        "`one` needs a length: `hours`, `days`, `working_days`, `months` or `years`",
        "`source` is missing",
        "`certainty` is missing",
        "the start `decree` starts nothing",
    ] {
        assert!(bare.iter().any(|message| message == expected), "{expected}: {bare:?}");
    }
}
