//! The facts that a message tells of a claim by its intent.

use crate::domain::{fact::Value, fact_name::FactName};

/// How probable an intent must be to set its facts where no words of the choices do.
pub(super) const MEANT: f32 = 0.45;
/// How probable an intent must be to set its facts whatever the words of the choices say.
const SURELY_MEANT: f32 = 0.85;

/// The facts that a message's intent sets, with the intent's probability.
#[derive(Clone, Debug, Default)]
pub(super) struct ClaimMeaning<'a> {
    pub(super) sets: &'a [(FactName, Value)],
    pub(super) score: f32,
    pub(super) words_first: bool,
}

impl ClaimMeaning<'_> {
    /// The value of a fact. `surely`: only if it holds whatever the words of the choices say.
    pub(super) fn value(&self, fact: &FactName, surely: bool) -> Option<Value> {
        let enough = if surely { self.score >= SURELY_MEANT && !self.words_first } else { self.score >= MEANT };
        self.sets.iter().find(|(name, _)| enough && name == fact).map(|(_, value)| value.clone())
    }
}
