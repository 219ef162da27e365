//! Whether two conditions overlap in part, seen without any facts: what finds the rows of a table that disagree about the
//! same cases.
//!
//! In a table whose first row that holds decides, "up to 800" and then "up to 3000" is how people write: the second row is
//! the first one widened. A mistake is two rows that are alike but for one fact, on which each holds for values that the
//! other does not, and both for some: `[400..800]` and `[600..3000]`, or `[leak, overflow]` and `[overflow, rain]`. Which
//! of them decides for 700 depends on nothing but their order. Only what is sure is told: an insurer's threshold compares
//! with itself alone.

use std::cmp::Ordering;

use super::{Check, Condition, Operand, Relation, Test, implication};

type Bound = (Relation, Operand);

impl Condition {
    /// The fact on which two conditions, alike in all the rest, overlap in part.
    pub(in crate::flow) fn overlaps(&self, other: &Self) -> Option<&str> {
        let (mine, others) = (implication::conjuncts(self), implication::conjuncts(other));
        let facts = mine.iter().filter_map(|part| tested(part)).map(|test| test.fact.as_str());
        facts.into_iter().find(|fact| {
            let (my_tests, my_rest) = split(&mine, fact);
            let (other_tests, other_rest) = split(&others, fact);
            let alike = |one: &[&Self], other: &[&Self]| other.iter().all(|part| implication::implies(one, part));
            (alike(&my_rest, &other_rest) || alike(&other_rest, &my_rest)) && cross(&my_tests, &other_tests)
        })
    }
}

fn tested(part: &Condition) -> Option<&Test> {
    match part {
        Condition::Test(test) => Some(test),
        _ => None,
    }
}

/// The parts that test `fact`, and the others.
fn split<'a>(parts: &[&'a Condition], fact: &str) -> (Vec<&'a Condition>, Vec<&'a Condition>) {
    parts.iter().partition(|part| tested(part).is_some_and(|test| test.fact == fact))
}

/// Whether, surely, some value passes the tests of both, some those of the one alone, and some those of the other alone.
/// Tests of being known or not say nothing about values.
fn cross(one: &[&Condition], other: &[&Condition]) -> bool {
    if let (Some(mine), Some(others)) = (words(one), words(other)) {
        let shared = mine.iter().filter(|word| others.contains(word)).count();
        return shared > 0 && shared < mine.len() && shared < others.len();
    }
    let (mine, others) = (bounds(one), bounds(other));
    let all = || mine.iter().chain(&others);
    all().all(|low| all().all(|high| leave_room(low, high))) && exceed(&mine, &others) && exceed(&others, &mine)
}

fn words<'a>(tests: &[&'a Condition]) -> Option<&'a Vec<String>> {
    tests.iter().filter_map(|part| tested(part)).find_map(|test| match &test.check {
        Check::OneOf(words) => Some(words),
        _ => None,
    })
}

fn bounds<'a>(tests: &[&'a Condition]) -> Vec<&'a Bound> {
    let bounds = tests.iter().filter_map(|part| tested(part)).filter_map(|test| match &test.check {
        Check::Compare(bounds) => Some(bounds),
        _ => None,
    });
    bounds.flatten().collect()
}

/// Whether some value within the bounds of the one surely lies outside those of the other.
fn exceed(one: &[&Bound], other: &[&Bound]) -> bool {
    let wider = |side: fn(Relation) -> bool, towards: Ordering| {
        other.iter().filter(|(relation, _)| side(*relation)).any(|(limit, at)| {
            one.iter().filter(|(relation, _)| side(*relation)).all(|(relation, operand)| {
                let order = implication::order(operand, at);
                let looser = includes(*relation) && !includes(*limit);
                order == Some(towards) || (order == Some(Ordering::Equal) && looser)
            })
        })
    };
    wider(is_lower, Ordering::Less) || wider(is_upper, Ordering::Greater)
}

fn is_lower(relation: Relation) -> bool {
    matches!(relation, Relation::Greater | Relation::GreaterOrEqual | Relation::Equal)
}

fn is_upper(relation: Relation) -> bool {
    matches!(relation, Relation::Less | Relation::LessOrEqual | Relation::Equal)
}

/// Whether the bound itself passes.
fn includes(relation: Relation) -> bool {
    !matches!(relation, Relation::Greater | Relation::Less)
}

/// Whether a value surely lies above the one bound and below the other. True when the first is no lower bound or the
/// second no upper one.
fn leave_room((low_relation, low): &Bound, (high_relation, high): &Bound) -> bool {
    if !is_lower(*low_relation) || !is_upper(*high_relation) {
        return true;
    }
    let both = includes(*low_relation) && includes(*high_relation);
    implication::order(low, high).is_some_and(|order| order.is_lt() || (order.is_eq() && both))
}
