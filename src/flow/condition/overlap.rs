//! Whether two conditions overlap in part, seen without any facts: what finds the rows of a table that disagree about the
//! same cases.
//!
//! In a table whose first row that holds decides, "up to 800" and then "up to 3000" is how people write: the second row is
//! the first one widened. A mistake is two rows that are alike but for one fact, on which each holds for values that the
//! other does not, and both for some: `[400..800]` and `[600..3000]`, or `[leak, overflow]` and `[overflow, rain]`. Which
//! of them decides for 700 depends on nothing but their order. Only what is sure is told: an insurer's threshold compares
//! with itself alone.

use super::{Check, Condition, Operand, Relation, Test, implication};

impl Condition {
    /// The fact on which two conditions, alike in all the rest, overlap in part.
    pub(in crate::flow) fn overlaps(&self, other: &Self) -> Option<&str> {
        let (mine, others) = (implication::conjuncts(self), implication::conjuncts(other));
        let facts = mine.iter().filter_map(|part| tested(part)).map(|test| test.fact.as_str());
        facts.into_iter().find(|fact| {
            let (my_tests, my_rest) = split(&mine, fact);
            let (other_tests, other_rest) = split(&others, fact);
            let alike = |one: &[&Self], other: &[&Self]| other.iter().all(|part| implication::implies(one, part));
            (alike(&my_rest, &other_rest) || alike(&other_rest, &my_rest))
                && !alike(&my_tests, &other_tests)
                && !alike(&other_tests, &my_tests)
                && share_a_value(&my_tests, &other_tests)
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

/// Whether some value surely passes all the tests of both. Tests of being known or not say nothing about values.
fn share_a_value(one: &[&Condition], other: &[&Condition]) -> bool {
    if let (Some(mine), Some(others)) = (words(one), words(other)) {
        return mine.iter().any(|word| others.contains(word));
    }
    let (mine, others) = (bounds(one), bounds(other));
    let all = || mine.iter().chain(&others);
    !mine.is_empty() && !others.is_empty() && all().all(|low| all().all(|high| leave_room(low, high)))
}

fn words<'a>(tests: &[&'a Condition]) -> Option<&'a Vec<String>> {
    tests.iter().filter_map(|part| tested(part)).find_map(|test| match &test.check {
        Check::OneOf(words) => Some(words),
        _ => None,
    })
}

fn bounds<'a>(tests: &[&'a Condition]) -> Vec<&'a (Relation, Operand)> {
    let bounds = tests.iter().filter_map(|part| tested(part)).filter_map(|test| match &test.check {
        Check::Compare(bounds) => Some(bounds),
        _ => None,
    });
    bounds.flatten().collect()
}

/// Whether a value lies above the one bound and below the other. True when the first is no lower bound or the second no
/// upper one.
fn leave_room((low_relation, low): &(Relation, Operand), (high_relation, high): &(Relation, Operand)) -> bool {
    use Relation::{Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};

    if matches!(low_relation, Less | LessOrEqual | NotEqual)
        || matches!(high_relation, Greater | GreaterOrEqual | NotEqual)
    {
        return true;
    }
    let strict = *low_relation == Greater || *high_relation == Less;
    match implication::order(low, high) {
        Some(order) => order.is_lt() || (order.is_eq() && !strict),
        None => false,
    }
}
