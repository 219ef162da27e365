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

/// The truths of a condition on `a` and `b`, of which `b` is not known to the person and all others are open.
fn could(written: &str) -> Truths {
    let types: FactTypes = ["a", "b", "c"].map(|fact| (fact.into(), FactType::Bool)).into();
    let mut problems = Diagnostics::default();
    let node = Node::parse("test.yaml", written).unwrap();
    let condition = Condition::read("test.yaml", &node, &types, &mut problems);
    assert!(problems.into_sorted().is_empty(), "{written}");
    let facts: Facts = BTreeMap::new();
    let insurer = Insurer::default();
    let scope = Scope { facts: &facts, insurer: &insurer, today: date(2026, 11, 20) };
    condition.could(&scope, &|test: &Test| match test.fact.as_str() {
        "b" => Domain::Is(Some(&Value::Unknown)),
        _ => Domain::Any,
    })
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
