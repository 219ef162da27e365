use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::{
    domain::{
        fact::{Fact, Facts, Source, Value},
        fact_name::FactName,
    },
    flow::program::testing::compile,
};

const PROGRAM: &str = "  - ask: leak\n    type: yes_no\n    text: { fr: a, en: a }\n
  - ask: number\n    type: text\n    text: { fr: a, en: a }\n
  - check_policy: policy\n    found: tenant\n    not_found: next\n
  - ask: name\n    type: text\n    text: { fr: a, en: a }\n
  - ask: tenant\n    type: yes_no\n    text: { fr: a, en: a }\n
  - ask: floor\n    type: number\n    when: { leak: no }\n    text: { fr: a, en: a }\n
  - collect: photos\n    documents: []\n    text: { fr: a, en: a }\n
  - branch: way\n    cases: [ { when: { leak: yes }, goto: plumber } ]\n    else: end\n
  - id: plumber\n    ask: plumber\n    type: text\n    text: { fr: a, en: a }\n
  - review: summary\n
  - ask: afterwards\n    type: text\n    text: { fr: a, en: a }\n
  - end: end\n";

fn library() -> Library {
    let (library, problems) = compile(PROGRAM);
    library.unwrap_or_else(|| panic!("{problems:?}"))
}

/// The facts whose questions lie ahead of position `at`, with the facts `known`.
fn ahead(at: usize, known: &[(&str, bool)]) -> Vec<FactName> {
    let library = library();
    let fact = |value: bool| Arc::new(Fact { value: Value::Bool(value), source: Source::Policyholder });
    let facts: Facts = known.iter().map(|(name, value)| ((*name).into(), fact(*value))).collect();
    let scope = Scope { facts: &facts, insurer: library.insurer("demo").unwrap(), today: date(2026, 11, 29) };
    LookAhead::from(&library, scope, [("opening", at)].into_iter())
        .filter_map(|ahead| match &ahead.step.kind {
            StepKind::Ask(question) => Some(question.fact.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_way_ahead_takes_the_policy_for_found() {
    // The question for a name is asked only when the number was not found, so it is not ahead.
    assert_eq!(ahead(1, &[("leak", true)]), ["number", "tenant", "plumber"]);
}

#[test]
fn the_way_ahead_ends_at_a_fork_on_what_is_not_known() {
    assert_eq!(ahead(0, &[]), ["leak", "number", "tenant", "floor"]);
    assert_eq!(ahead(0, &[("leak", false)]), ["leak", "number", "tenant", "floor"]);
}

#[test]
fn nothing_is_ahead_behind_the_summary() {
    assert_eq!(ahead(8, &[("leak", true)]), ["plumber"]);
}

#[test]
fn a_step_leads_to_all_its_exits_and_past_itself_where_it_may_not_be_due() {
    let library = library();
    let flow = library.flow("opening").unwrap();
    let successors = |at: usize| flow.successors(at).collect::<Vec<_>>();
    assert_eq!(successors(2), [4, 3]);
    assert_eq!(successors(5), [6, 6]);
    assert_eq!(successors(7), [8, 11]);
    assert!(successors(11).is_empty());
    assert!(flow.steps[11].leaves() && !flow.steps[9].leaves());
}
