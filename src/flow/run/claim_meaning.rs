//! What a message tells of a claim by its intent, for the questions that the intent answers.

use crate::domain::fact::Value;

/// A claim that is as probable sets its facts, where the words of the choices say nothing.
pub(super) const MEANT: f32 = 0.45;
/// A claim that is as probable sets its facts whatever the words of the choices say.
const SURELY_MEANT: f32 = 0.85;

/// What a message means by its intent: the facts of a claim.
#[derive(Clone, Debug, Default)]
pub(super) struct ClaimMeaning<'a> {
    pub(super) sets: &'a [(String, Value)],
    pub(super) score: f32,
    pub(super) words_first: bool,
}

impl ClaimMeaning<'_> {
    /// The value of a fact; `surely`: whatever other words say.
    pub(super) fn value(&self, fact: &str, surely: bool) -> Option<Value> {
        let enough = if surely { self.score >= SURELY_MEANT && !self.words_first } else { self.score >= MEANT };
        self.sets.iter().find(|(name, _)| enough && name == fact).map(|(_, value)| value.clone())
    }
}
