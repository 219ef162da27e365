//! What a condition may still become: its truth while facts are open, because their questions were not put yet or were
//! passed over.
//!
//! An open fact may be answered, not known or left out, so every test of it is open too, `known`, `unknown` and `missing`
//! among them. The truths found are never too few. They may be too many: two tests of one open fact are judged apart,
//! but where one of them is `known` beside the other.

use super::{Condition, Expectation, Scope, Test, Truth};
use crate::domain::fact::Value;

/// What a fact may be.
#[derive(Clone, Copy, Debug)]
pub enum Domain<'a> {
    /// This value; none while the fact is missing, which it remains.
    Is(Option<&'a Value>),
    /// One of these values, such as those that a flow may set.
    Among(&'a [Option<&'a Value>]),
    /// Any value, not known, or missing.
    Any,
}

/// The truths that a condition may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truths(u8);

impl Truths {
    const NONE: Self = Self(0);
    const TRUE: Self = Self(1);
    const FALSE: Self = Self(2);
    const UNKNOWN: Self = Self(4);
    const EITHER: Self = Self(3);
    const ALL: Self = Self(7);

    fn of(truth: Truth) -> Self {
        match truth {
            Truth::True => Self::TRUE,
            Truth::False => Self::FALSE,
            Truth::Unknown => Self::UNKNOWN,
        }
    }

    pub fn may_be(self, truth: Truth) -> bool {
        self.0 & Self::of(truth).0 != 0
    }

    /// The truth that it has in any case.
    pub fn sure(self) -> Option<Truth> {
        match self {
            Self::TRUE => Some(Truth::True),
            Self::FALSE => Some(Truth::False),
            Self::UNKNOWN => Some(Truth::Unknown),
            _ => None,
        }
    }

    /// Whether a step with this condition is taken, or passed over, in any case: a condition that is not known does not
    /// hold.
    pub fn is_settled(self) -> bool {
        self == Self::TRUE || !self.may_be(Truth::True)
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        let mut both = Self::NONE;
        if self.has(Self::TRUE) && other.has(Self::TRUE) {
            both = both.with(Self::TRUE);
        }
        if self.has(Self::FALSE) || other.has(Self::FALSE) {
            both = both.with(Self::FALSE);
        }
        let holds = Self(Self::TRUE.0 | Self::UNKNOWN.0);
        if (self.has(Self::UNKNOWN) && other.has(holds)) || (other.has(Self::UNKNOWN) && self.has(holds)) {
            both = both.with(Self::UNKNOWN);
        }
        both
    }
}

impl std::ops::Not for Truths {
    type Output = Self;

    fn not(self) -> Self {
        Self((self.0 & 1) << 1 | (self.0 & 2) >> 1 | (self.0 & 4))
    }
}

impl From<bool> for Truths {
    fn from(holds: bool) -> Self {
        if holds { Self::TRUE } else { Self::FALSE }
    }
}

impl Default for Truths {
    /// The truths of what is not looked at.
    fn default() -> Self {
        Self::ALL
    }
}

impl Condition {
    /// The truths that it may have, by what each tested fact may be.
    pub fn could<'a>(&self, scope: &Scope, open: &impl Fn(&Test) -> Domain<'a>) -> Truths {
        match self {
            Self::All(parts) => fold(parts, scope, open),
            // Any of them is not: none of them.
            Self::Any(parts) => parts.iter().fold(Truths::FALSE, |any, part| {
                if any == Truths::TRUE { any } else { !(!any).and(!part.could(scope, open)) }
            }),
            Self::Not(part) => !part.could(scope, open),
            Self::Test(test) => test.could(scope, open(test)),
        }
    }

    /// Visits the tests of open facts that leave it open, each with whether the condition may come to hold by it: what stands
    /// beside a fact that nobody asks for any more leaves it open, but lets nothing hold.
    pub(crate) fn each_open<'a>(
        &self,
        scope: &Scope,
        open: &impl Fn(&Test) -> Domain<'a>,
        visit: &mut impl FnMut(&Test, bool),
    ) {
        self.visit_open(scope, open, Some(Truth::True), visit);
    }

    /// Visits as [`Self::each_open`] does. `wanted` is what this part must be for the whole to hold; none where it cannot.
    fn visit_open<'a>(
        &self,
        scope: &Scope,
        open: &impl Fn(&Test) -> Domain<'a>,
        wanted: Option<Truth>,
        visit: &mut impl FnMut(&Test, bool),
    ) {
        let truths = self.could(scope, open);
        if truths.sure().is_some() {
            return;
        }
        let wanted = wanted.filter(|wanted| truths.may_be(*wanted));
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.visit_open(scope, open, wanted, visit);
                }
            }
            Self::Not(part) => part.visit_open(scope, open, wanted.map(|wanted| !wanted), visit),
            Self::Test(test) => visit(test, wanted.is_some()),
        }
    }
}

fn fold<'a>(parts: &[Condition], scope: &Scope, open: &impl Fn(&Test) -> Domain<'a>) -> Truths {
    let mut all = Truths::TRUE;
    for part in parts {
        let mut truths = part.could(scope, open);
        // "We know that not": whatever is not known fails the other test.
        if let Condition::Test(test) = part
            && truths.may_be(Truth::Unknown)
            && truths.sure().is_none()
            && parts.iter().any(|part| part.requires_known(test))
        {
            truths = Truths(truths.0 & Truths::EITHER.0);
        }
        all = all.and(truths);
        if all == Truths::FALSE {
            return all;
        }
    }
    all
}

impl Condition {
    fn requires_known(&self, of: &Test) -> bool {
        matches!(self, Self::Test(test) if test.asks == Expectation::Known && test.slot == of.slot && test.fact == of.fact)
    }
}

impl Test {
    fn could(&self, scope: &Scope, domain: Domain) -> Truths {
        match domain {
            Domain::Is(value) => Truths::of(self.truth_of(value, scope)),
            Domain::Among(values) => {
                values.iter().fold(Truths::NONE, |truths, value| truths.with(Truths::of(self.truth_of(*value, scope))))
            }
            Domain::Any => match self.asks {
                Expectation::Known | Expectation::Missing | Expectation::Unknown | Expectation::Timed => Truths::EITHER,
                _ => Truths::ALL,
            },
        }
    }
}

#[cfg(test)]
mod tests;
