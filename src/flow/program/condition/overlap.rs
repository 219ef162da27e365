//! Whether two conditions overlap in part, whatever the facts: it finds the rows of a table that decide the same cases
//! differently.
//!
//! In a table the first row that holds decides, so people write "up to 800" and then "up to 3000", where the second row
//! contains the first. A mistake is two rows that differ in the tests of one fact only, where each accepts values that
//! the other does not, and both accept some: `[400..800]` and `[600..3000]`, or `[leak, overflow]` and `[overflow,
//! rain]`. Which row decides for 700 then depends on their order alone. Only certain overlaps are reported: an
//! insurer's threshold is comparable with itself only.

use std::cmp::Ordering;

use super::{Condition, Expectation, Operand, Relation, Test, implication};
use crate::domain::fact_name::FactName;

type Bound = super::Bound<Operand>;

impl Condition {
    /// The fact on which two otherwise equal conditions overlap in part.
    pub(in crate::flow) fn overlaps(&self, other: &Self) -> Option<&FactName> {
        let (mine, others) = (implication::conjuncts(self), implication::conjuncts(other));
        let mut facts = mine.iter().filter_map(|part| tested(part)).map(|test| &test.fact);
        facts.find(|fact| {
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

/// Splits the parts into those that test `fact` and the others.
fn split<'a>(parts: &[&'a Condition], fact: &FactName) -> (Vec<&'a Condition>, Vec<&'a Condition>) {
    parts.iter().partition(|part| tested(part).is_some_and(|test| test.fact == *fact))
}

/// Whether, with certainty, some value passes both lists of tests, some only the first, and some only the second. Tests
/// of whether a fact is known are ignored.
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
    tests.iter().filter_map(|part| tested(part)).find_map(|test| match &test.asks {
        Expectation::OneOf(words) => Some(words),
        _ => None,
    })
}

fn bounds<'a>(tests: &[&'a Condition]) -> Vec<&'a Bound> {
    let bounds = tests.iter().filter_map(|part| tested(part)).filter_map(|test| match &test.asks {
        Expectation::Within(bounds) => Some(bounds),
        _ => None,
    });
    bounds.flatten().collect()
}

/// Whether, with certainty, some value lies within the bounds of the first and outside those of the second.
fn exceed(one: &[&Bound], other: &[&Bound]) -> bool {
    let wider = |side: fn(Relation) -> bool, towards: Ordering| {
        other.iter().filter(|bound| side(bound.relation)).any(|theirs| {
            one.iter().filter(|bound| side(bound.relation)).all(|mine| {
                let order = implication::order(&mine.limit, &theirs.limit);
                let looser = includes(mine.relation) && !includes(theirs.relation);
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

/// Whether the bound itself passes the test.
fn includes(relation: Relation) -> bool {
    !matches!(relation, Relation::Greater | Relation::Less)
}

/// Whether, with certainty, a value lies above the first bound and below the second. True when the first is no lower
/// bound or the second no upper one.
fn leave_room(low: &Bound, high: &Bound) -> bool {
    if !is_lower(low.relation) || !is_upper(high.relation) {
        return true;
    }
    let both = includes(low.relation) && includes(high.relation);
    implication::order(&low.limit, &high.limit).is_some_and(|order| order.is_lt() || (order.is_eq() && both))
}
