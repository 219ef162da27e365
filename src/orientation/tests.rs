use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::date;

use super::*;
use crate::{
    domain::{
        expectation::{Bound, Expectation, Limit, Relation},
        fact::{Fact, Facts, Source, Value},
        orientation_mode::OrientationMode,
    },
    dossier::Decision,
    flow::Library,
};

/// A table of its own on the register's facts, which need no flow: thresholds, negation, and no answer at the end.
const TABLE: &str = r#"
table: small
facts: [policy_in_force, deductible, peril_covered]
rows:
  - id: not_in_force
    when: { policy_in_force: no }
    then: { mode: desk, desk: complex }
    because: { fr: "Contrat non en vigueur", en: "Policy not in force" }
  - id: small_amount
    when: { deductible: "<= insurer.desk_limit" }
    then: { mode: tele }
    because: { fr: "Petit montant", en: "Small amount" }
  - id: not_covered
    when: { not: { peril_covered: yes } }
    then: { mode: field }
    because: { fr: "Non garanti", en: "Not covered" }
"#;

fn sources(table: &str) -> BTreeMap<String, String> {
    let sources = [
        ("tables/small.yaml", table),
        ("insurers/demo.yaml", "insurer: demo\nname: Demo\nthresholds: { desk_limit: 800 }\n"),
        ("messages.yaml", include_str!("../../flows/messages.yaml")),
        ("vocabulary.yaml", include_str!("../../flows/vocabulary.yaml")),
        ("handovers.yaml", include_str!("../../flows/handovers.yaml")),
    ];
    sources.map(|(path, source)| (path.to_owned(), source.to_owned())).into()
}

fn library() -> Library {
    Library::from_sources(sources(TABLE)).unwrap_or_else(|error| panic!("{error}"))
}

fn decided(values: &[(&str, Value)]) -> TableDecision {
    decided_by(&library(), values)
}

fn decided_by(library: &Library, values: &[(&str, Value)]) -> TableDecision {
    let facts: Facts = values
        .iter()
        .map(|(name, value)| {
            let fact = Arc::new(Fact { value: value.clone(), source: Source::Policy });
            ((*name).into(), fact)
        })
        .collect();
    let insurer = library.insurer("demo").unwrap();
    let scope = Scope { facts: &facts, insurer, today: date(2026, 11, 20) };
    let decision = decide(library.table("small").unwrap(), library.revision(), &scope, &[]);
    assert_eq!(decision.revision, library.revision());
    decision
}

fn input(fact: &str, value: Value) -> Input {
    Input { fact: fact.into(), value: Some(value) }
}

#[test]
fn the_first_row_that_holds_decides_and_says_why() {
    let decision = decided(&[("policy_in_force", Value::Bool(false)), ("deductible", Value::Amount(100))]);
    let Outcome::Decided { row, then, because } = &decision.outcome else { panic!("{decision:?}") };
    assert_eq!((row.as_str(), because.en.as_str()), ("not_in_force", "Policy not in force"));
    assert_eq!(then.get("desk").map(String::as_str), Some("complex"));
    assert_eq!(decision.mode(), Some(OrientationMode::Desk));
    assert_eq!(decision.inputs, [input("policy_in_force", Value::Bool(false))], "only what was read is an input");
    assert!(decision.passed_over.is_empty());
}

#[test]
fn a_fact_that_is_missing_or_not_known_stops_the_table() {
    for values in [vec![], vec![("policy_in_force", Value::Unknown)]] {
        let decision = decided(&values);
        let missing = vec!["policy_in_force".into()];
        let outcome = Outcome::ToComplete { row: "not_in_force".to_owned(), missing: missing.clone() };
        assert_eq!(decision.outcome, outcome, "{values:?}");
        assert_eq!(event(&decision), Event::Oriented { mode: None, missing });
    }
    let decision = decided(&[("policy_in_force", Value::Bool(true)), ("peril_covered", Value::Bool(false))]);
    assert_eq!(decision.missing(), ["deductible"], "the row below would hold, and is not taken");
    assert_eq!(decision.inputs[1], Input { fact: "deductible".into(), value: None });
}

#[test]
fn each_row_passed_over_tells_the_first_test_that_failed() {
    let decision = decided(&[
        ("policy_in_force", Value::Bool(true)),
        ("deductible", Value::Amount(120_000)),
        ("peril_covered", Value::Bool(true)),
    ]);
    let passed: Vec<(&str, &str, &str, bool)> = decision
        .passed_over
        .iter()
        .map(|passed| {
            let test = &passed.failed;
            (passed.row.as_str(), test.fact.as_str(), test.test.as_str(), test.negated)
        })
        .collect();
    assert_eq!(
        passed,
        [
            ("not_in_force", "policy_in_force", "no", false),
            ("small_amount", "deductible", "<= insurer.desk_limit", false),
            ("not_covered", "peril_covered", "yes", true),
        ]
    );
    assert_eq!(decision.passed_over[1].failed.actual, Some(Value::Amount(120_000)));
    let limit = Limit::Threshold { name: "desk_limit".to_owned(), value: Some(800.into()) };
    let bound = Bound { relation: Relation::LessOrEqual, limit };
    assert_eq!(decision.passed_over[0].failed.expected, Some(Expectation::No));
    assert_eq!(decision.passed_over[1].failed.expected, Some(Expectation::Within(vec![bound])));
    assert_eq!(decision.thresholds, BTreeMap::from([("desk_limit".to_owned(), 800.into())]));
    assert_eq!(decision.passed_over[1].because.en, "Small amount");
    assert_eq!((&decision.outcome, decision.mode()), (&Outcome::NoRow, None));
}

#[test]
fn a_decision_is_stored_and_read_back_whole() {
    for values in [
        vec![],
        vec![("policy_in_force", Value::Bool(false))],
        vec![("policy_in_force", Value::Bool(true)), ("deductible", Value::Amount(5))],
        vec![
            ("policy_in_force", Value::Bool(true)),
            ("deductible", Value::Amount(1 << 40)),
            ("peril_covered", Value::Bool(true)),
        ],
    ] {
        let decision = decided(&values);
        let stored = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&stored).unwrap(), Decision::Table(decision));
    }
}

#[test]
fn a_row_of_a_stored_revision_that_names_no_mode_leaves_the_case_to_a_person() {
    let stored = Library::from_stored(sources(&TABLE.replace("mode: tele", "mode: telepathy"))).unwrap();
    let facts = [("policy_in_force", Value::Bool(true)), ("deductible", Value::Amount(10_000))];
    let decision = decided_by(&stored, &facts);
    assert!(matches!(&decision.outcome, Outcome::Decided { row, .. } if row == "small_amount"), "{decision:?}");
    assert_eq!(event(&decision), Event::Oriented { mode: None, missing: vec![] });
}
