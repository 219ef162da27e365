//! The tense of a sentence, for a date that could lie in the past or in the future: "il a plu lundi", "je serai là
//! lundi".
//!
//! There is no grammar of verbs here: auxiliaries, endings and a few words tell the tense, the nearest of the same
//! sentence. Where none tells it, the question decides.

use std::ops::Range;

use crate::understanding::{
    Vocabulary,
    text::{Text, TokenKind},
    vocabulary::TenseWord,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::understanding) enum Tense {
    Past,
    Future,
}

/// How many tokens a participle or an infinitive may stand from its auxiliary.
const REACH: usize = 3;

/// A comma or "et" between a verb and a date counts as this many words.
const CLAUSE: usize = 4;

/// How many tokens from a date a verb may stand. It bounds the work on a text without full stops.
const SENTENCE: usize = 40;

/// The verbs of a message that tell a tense, each with the position of its token.
#[derive(Debug)]
pub(in crate::understanding) struct Tenses(Vec<(usize, Tense)>);

impl Tenses {
    pub(in crate::understanding) fn of(text: &Text, vocabulary: &Vocabulary) -> Self {
        Self((0..text.len()).filter_map(|at| Some((at, tense_at(text, at, vocabulary)?))).collect())
    }

    /// The tense of the verb that is nearest to these tokens in their sentence.
    pub(in crate::understanding) fn around(&self, text: &Text, tokens: &Range<usize>) -> Option<Tense> {
        let distance = |at: usize| {
            let between = if at < tokens.start { at + 1..tokens.start } else { tokens.end..at.max(tokens.end) };
            let mut far = between.len();
            if far > SENTENCE {
                return None;
            }
            for at in between {
                match text.token(at)?.kind {
                    TokenKind::Mark('!' | '?' | ';' | '\n') => return None,
                    TokenKind::Mark('.') if !text.is_glued(at + 1) => return None,
                    TokenKind::Mark(',') => far += CLAUSE,
                    _ if matches!(text.word(at), "et" | "and" | "mais" | "but" | "puis") => far += CLAUSE,
                    _ => {}
                }
            }
            Some(far)
        };
        let outside = self.0.iter().filter(|(at, _)| !tokens.contains(at));
        let near = outside.filter_map(|(at, tense)| Some((distance(*at)?, *tense)));
        near.min_by_key(|(far, _)| *far).map(|(_, tense)| tense)
    }
}

fn tense_at(text: &Text, at: usize, vocabulary: &Vocabulary) -> Option<Tense> {
    let word = text.word(at);
    if word.is_empty() {
        return None;
    }
    let within_reach = |is: &dyn Fn(usize) -> bool| (at + 1..=at + REACH).take_while(|&at| text.is_word(at)).any(is);
    match vocabulary.tense.at(text, at).map(|found| found.tag) {
        Some(TenseWord::Past) => return Some(Tense::Past),
        Some(TenseWord::Future) => return Some(Tense::Future),
        Some(TenseWord::Going) => {
            return within_reach(&|at| is_infinitive(text.word(at))).then_some(Tense::Future);
        }
        Some(TenseWord::Auxiliary) => {
            // Many write "à" without its accent, so the word after "a" decides whether it is the auxiliary.
            let preposition = text.written(at..at + 1).starts_with(['à', 'À']);
            return (!preposition && within_reach(&|at| is_participle(text, at))).then_some(Tense::Past);
        }
        Some(TenseWord::Being) => {
            let reflexive = at > 0 && matches!(text.word(at - 1), "s" | "se" | "me" | "m" | "nous" | "vous");
            let gone = |at: usize| vocabulary.tense.at(text, at).is_some_and(|found| found.tag == TenseWord::Gone);
            let past = within_reach(&gone) || (reflexive && within_reach(&|at| is_participle(text, at)));
            return past.then_some(Tense::Past);
        }
        Some(TenseWord::Gone) | None => {}
    }
    by_ending(word)
}

fn is_infinitive(word: &str) -> bool {
    word.len() >= 4 && ["er", "ir", "re", "oir"].iter().any(|ending| word.ends_with(ending))
}

/// Whether a word is a participle: "débordé", "rempli", "perdu", "mis", also without the accent.
fn is_participle(text: &Text, at: usize) -> bool {
    let word = text.word(at);
    let preposition = matches!(text.word(at), "partir" | "cote" | "cause" | "droite" | "suite" | "quelle" | "cette");
    word.len() >= 2
        && !preposition
        && ["e", "ee", "es", "ees", "i", "ie", "is", "it", "u", "ue", "us", "ues", "ert", "eint", "aint"]
            .iter()
            .any(|ending| word.ends_with(ending))
}

/// The tense by endings that few other words have.
fn by_ending(word: &str) -> Option<Tense> {
    let stem = |endings: &[&str]| {
        endings.iter().find_map(|ending| word.strip_suffix(ending)).filter(|stem| !stem.is_empty()).map(str::to_owned)
    };
    if matches!(word, "camera" | "opera" | "ouvrez" | "livrez" | "couvrez" | "vrai" | "extra" | "environs" | "mais") {
        return None;
    }
    if let Some(stem) = stem(&["rai", "ra", "ront", "rez", "rons"])
        && stem.ends_with(['e', 'i', 'd', 'u', 'v'])
        && word.len() >= 4
    {
        return Some(Tense::Future);
    }
    // The conditional is used to ask, and tells no tense.
    if stem(&["rait", "rais", "raient", "riez"]).is_some() {
        return None;
    }
    let imperfect = word.len() >= 6 && (word.ends_with("ait") || word.ends_with("aient"));
    let exception = matches!(word, "parfait" | "souhait" | "portrait" | "extrait" | "retrait" | "forfait");
    if imperfect && !exception {
        return Some(Tense::Past);
    }
    let english = word.len() >= 5 && word.ends_with("ed") && !matches!(word, "indeed" | "speed" | "exceed" | "proceed");
    english.then_some(Tense::Past)
}
