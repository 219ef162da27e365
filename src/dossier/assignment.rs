//! Which member of a desk is given a new dossier, and why.

use serde::{Deserialize, Serialize};

use crate::domain::{desk::Desk, language::Language};

/// A member of a desk who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub login: String,
    /// The perils that they know; none: all of them.
    pub skills: Vec<String>,
    pub languages: Vec<Language>,
    /// How many open dossiers they hold.
    pub held: i64,
    /// How many they can hold.
    pub holds: i64,
}

/// Why the rule gave a dossier to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByRule {
    pub desk: Desk,
    /// The peril, where it is a skill that not everybody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// The person's language, where it is not what everybody speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How many they hold with it.
    pub held: i64,
    pub holds: i64,
}

/// The colleague who is given a dossier: they know its peril and have room. Whoever speaks the person's language comes
/// first, then who has most room; among equals the first by login, so that it can be told beforehand.
pub fn choose<'a>(
    desk: &Desk,
    peril: &str,
    language: Language,
    colleagues: &'a [Colleague],
) -> Option<(&'a Colleague, ByRule)> {
    let knows = |colleague: &&Colleague| colleague.skills.is_empty() || colleague.skills.iter().any(|own| own == peril);
    let fit: Vec<&Colleague> = colleagues.iter().filter(|one| one.held < one.holds).filter(knows).collect();
    let speaks = |colleague: &Colleague| colleague.languages.contains(&language);
    // Of two shares the smaller, without dividing.
    let best = fit.into_iter().min_by(|a, b| {
        let by_share = (a.held * b.holds).cmp(&(b.held * a.holds));
        speaks(b).cmp(&speaks(a)).then(by_share).then_with(|| a.login.cmp(&b.login))
    })?;
    let rule = ByRule {
        desk: desk.clone(),
        skill: (!best.skills.is_empty()).then(|| peril.to_owned()),
        language: Some(language).filter(|language| *language != Language::default() && speaks(best)),
        held: best.held + 1,
        holds: best.holds,
    };
    Some((best, rule))
}

#[cfg(test)]
mod tests;
