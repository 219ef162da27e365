//! Whether one condition implies another, whatever the facts: it finds the rows of a table that are never reached.
//!
//! It says yes only when that is certain.

use std::cmp::Ordering;

use super::{Bound, Condition, Expectation, Operand, Relation, Test};

impl Condition {
    /// Whether this condition holds whenever `other` does.
    pub(in crate::flow) fn is_implied_by(&self, other: &Self) -> bool {
        implies(&conjuncts(other), self)
    }
}

/// The conditions that all hold when this one does.
pub(super) fn conjuncts(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

pub(super) fn implies(given: &[&Condition], goal: &Condition) -> bool {
    match goal {
        Condition::All(parts) => return parts.iter().all(|part| implies(given, part)),
        Condition::Any(parts) if parts.iter().any(|part| implies(given, part)) => return true,
        _ => {}
    }
    given.iter().any(|known| match (known, goal) {
        (Condition::Test(known), Condition::Test(goal)) => known.implies(goal),
        (Condition::Any(parts), goal) => parts.iter().all(|part| implies(&conjuncts(part), goal)),
        (known, goal) => *known == goal,
    })
}

impl Test {
    fn implies(&self, goal: &Self) -> bool {
        if self.fact != goal.fact {
            return false;
        }
        match (&self.asks, &goal.asks) {
            // Every test of a value holds only where the fact is known.
            (
                Expectation::OneOf(_)
                | Expectation::NoneOf(_)
                | Expectation::Yes
                | Expectation::No
                | Expectation::Within(_),
                Expectation::Known,
            ) => true,
            (Expectation::OneOf(some), Expectation::OneOf(more)) => some.iter().all(|value| more.contains(value)),
            (Expectation::NoneOf(more), Expectation::NoneOf(some)) => some.iter().all(|value| more.contains(value)),
            (Expectation::Within(bounds), Expectation::Within(goals)) => {
                goals.iter().all(|goal| bounds.iter().any(|bound| bound_implies(bound, goal)))
            }
            (known, goal) => known == goal,
        }
    }
}

/// The order of two operands, where it is certain. A threshold is comparable with itself only: the insurer's value is
/// not known here.
pub(super) fn order(one: &Operand, other: &Operand) -> Option<Ordering> {
    match (one, other) {
        (Operand::Number(one), Operand::Number(other)) => one.partial_cmp(other),
        (Operand::Date(one), Operand::Date(other)) => Some(one.cmp(other)),
        (one, other) => (one == other).then_some(Ordering::Equal),
    }
}

/// Whether a bound is at least as tight as another one on the same side.
fn bound_implies(bound: &Bound<Operand>, goal: &Bound<Operand>) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use Relation as R;

    let Some(order) = order(&bound.limit, &goal.limit) else { return false };
    let relation = bound.relation;
    match goal.relation {
        R::Greater | R::GreaterOrEqual | R::NotEqual
            if order == Greater && matches!(relation, R::Greater | R::GreaterOrEqual | R::Equal) =>
        {
            true
        }
        R::Less | R::LessOrEqual | R::NotEqual
            if order == Less && matches!(relation, R::Less | R::LessOrEqual | R::Equal) =>
        {
            true
        }
        R::LessOrEqual if order == Equal => matches!(relation, R::Less | R::LessOrEqual | R::Equal),
        R::GreaterOrEqual if order == Equal => matches!(relation, R::Greater | R::GreaterOrEqual | R::Equal),
        R::NotEqual if order == Equal => matches!(relation, R::Less | R::Greater | R::NotEqual),
        goal => order == Equal && relation == goal,
    }
}
