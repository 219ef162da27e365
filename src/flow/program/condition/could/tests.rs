//! Truths of conditions on open facts.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;
use crate::{
    domain::fact::Facts,
    flow::program::{
        diagnostics::Diagnostics,
        facts::{FactType, FactTypes},
        insurer::Insurer,
        yaml::Node,
    },
};

/// A condition on `a`, `b` and `c`.
fn condition(written: &str) -> Condition {
    let types: FactTypes = ["a", "b", "c"].map(|fact| (fact.into(), FactType::Bool)).into();
    let mut problems = Diagnostics::default();
    let node = Node::parse("test.yaml", written).unwrap();
    let condition = Condition::read("test.yaml", &node, &types, &mut problems);
    assert!(problems.into_sorted().is_empty(), "{written}");
    condition
}

/// What the facts may be: `b` is not known to the person, and all others are open.
fn open(test: &Test) -> Domain<'static> {
    match test.fact.as_str() {
        "b" => Domain::Is(Some(&Value::Unknown)),
        _ => Domain::Any,
    }
}

/// The truths of a condition.
fn could(written: &str) -> Truths {
    let facts: Facts = BTreeMap::new();
    let insurer = Insurer::default();
    let scope = Scope { facts: &facts, insurer: &insurer, today: date(2026, 11, 20) };
    condition(written).could(&scope, &open)
}

/// The open facts that are visited, each with whether the condition may come to hold by it.
fn visited(written: &str) -> Vec<(String, bool)> {
    let facts: Facts = BTreeMap::new();
    let insurer = Insurer::default();
    let scope = Scope { facts: &facts, insurer: &insurer, today: date(2026, 11, 20) };
    let mut visited = Vec::new();
    condition(written).each_open(&scope, &open, &mut |test, holds| visited.push((test.fact.to_string(), holds)));
    visited
}

#[test]
fn nothing_holds_by_what_stands_beside_a_fact_that_stays_unknown() {
    for (written, expected) in [
        ("{ a: yes }", vec![("a", true)]),
        ("{ any: [ { b: yes, a: yes }, { c: yes } ] }", vec![("a", false), ("c", true)]),
        ("{ b: yes, a: yes }", vec![("a", false)]),
        ("{ not: { b: yes, a: yes } }", vec![("a", true)]),
        ("{ not: { any: [ { b: yes }, { a: yes } ] } }", vec![("a", false)]),
    ] {
        let found = visited(written);
        let found: Vec<(&str, bool)> = found.iter().map(|(fact, holds)| (fact.as_str(), *holds)).collect();
        assert_eq!(found, expected, "{written}");
    }
}

#[test]
fn an_open_fact_leaves_every_test_open() {
    for (written, truths) in [
        ("{ a: yes }", Truths::ALL),
        ("{ a: known }", Truths::EITHER),
        ("{ a: missing }", Truths::EITHER),
        ("{ a: unknown }", Truths::EITHER),
        ("{ b: yes }", Truths::UNKNOWN),
        ("{ b: unknown }", Truths::TRUE),
        ("{ b: known, a: yes }", Truths::FALSE),
        ("{ any: [ { b: unknown }, { a: yes } ] }", Truths::TRUE),
        ("{ not: { a: known } }", Truths::EITHER),
        // Whoever does not know fails the first of the two.
        ("{ all: [ { a: known }, { a: yes } ] }", Truths::EITHER),
        ("{ all: [ { a: known }, { c: yes } ] }", Truths::ALL),
    ] {
        assert_eq!(could(written), truths, "{written}");
    }
}

#[test]
fn a_value_that_rules_may_set_is_one_of_theirs() {
    let types: FactTypes = [("a".into(), FactType::Bool)].into();
    let node = Node::parse("test.yaml", "{ a: yes }").unwrap();
    let condition = Condition::read("test.yaml", &node, &types, &mut Diagnostics::default());
    let facts: Facts = BTreeMap::new();
    let insurer = Insurer::default();
    let scope = Scope { facts: &facts, insurer: &insurer, today: date(2026, 11, 20) };
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    let among = |values: &[Option<&Value>]| condition.could(&scope, &|_: &Test| Domain::Among(values));
    assert_eq!(among(&[Some(&yes), Some(&no)]), Truths::EITHER);
    assert_eq!(among(&[Some(&yes), Some(&yes)]).sure(), Some(Truth::True));
    assert!(among(&[None, Some(&no)]).is_settled(), "it holds in no case");
}
