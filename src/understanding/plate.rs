//! Number plates: those since 2009 (SIV, "AB-123-CD") and those before (FNI, "1234 AB 69").

use std::ops::Range;

use regex::{Captures, Regex};

use super::{Vocabulary, text::Text};

/// How many tokens before a plate the word that says whose it is ("par", "contre", "l'autre") may stand.
const OTHER_REACH: usize = 3;
/// How many tokens before a plate the word that announces it ("immatriculé") may stand.
const WORD_REACH: usize = 4;

/// The regular expressions for plates, in the folded text.
#[derive(Debug)]
pub(super) struct PlatePatterns {
    /// Since 2009: without the letters I, O and U.
    siv: Regex,
    /// Before 2009: ending with the département.
    fni: Regex,
}

impl PlatePatterns {
    pub(super) fn new() -> Result<Self, Box<regex::Error>> {
        Ok(Self {
            siv: Regex::new(r"\b([a-hj-np-tv-z]{2})([ -]?)([0-9]{3})([ -]?)([a-hj-np-tv-z]{2})\b")?,
            fni: Regex::new(r"\b([0-9]{1,4})[ -]?([a-z]{1,3})[ -]?(0[1-9]|[1-8][0-9]|9[0-5]|2[ab]|97[1-6])\b")?,
        })
    }
}

impl Vocabulary {
    /// Plates where none was asked for: in capitals or with hyphens, or near a word that announces one.
    pub(super) fn plates(&self, text: &Text) -> Vec<(Range<usize>, String)> {
        let folded = text.folded();
        let siv = self.patterns.plates.siv.captures_iter(folded).filter_map(|plate| {
            let tokens = text.tokens_of(plate.get(0)?.range());
            // "de 500 le" has the form of a plate.
            let blanks = &plate[2] == " " || &plate[4] == " ";
            let believed = !blanks || in_capitals(text, &tokens) || self.says_plate(text, tokens.start);
            believed.then(|| (tokens, siv(&plate)))
        });
        let fni = self.patterns.plates.fni.captures_iter(folded).filter_map(|plate| {
            let tokens = text.tokens_of(plate.get(0)?.range());
            // "12 rue 69" and "3 h 20" have the form of an old plate.
            let told = self.says_plate(text, tokens.start);
            let believed = told || (in_capitals(text, &tokens) && plate[1].len() >= 2 && plate[2].len() >= 2);
            (believed && self.time.at(text, tokens.start + 1).is_none()).then(|| (tokens, fni(&plate)))
        });
        // Whoever tells of two vehicles is asked for the plate of theirs.
        siv.chain(fni).filter(|(tokens, _)| !self.says_other(text, tokens.start)).collect()
    }

    /// Whether a plate that begins there is that of the other vehicle: "rentré dedans par AB-123-CD".
    fn says_other(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(OTHER_REACH)..at).any(|at| self.other_plate_words.at(text, at).is_some())
    }

    /// A plate where one was asked for: of either system, with any blanks.
    pub(super) fn plate(&self, text: &Text) -> Option<String> {
        let folded = text.folded();
        let patterns = &self.patterns.plates;
        patterns
            .siv
            .captures(folded)
            .map(|plate| siv(&plate))
            // "à 10h30" has the form of an old plate.
            .or_else(|| patterns.fni.captures_iter(folded).find(|plate| &plate[2] != "h").map(|plate| fni(&plate)))
    }

    fn says_plate(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(WORD_REACH)..at).any(|at| self.plate_words.at(text, at).is_some())
    }
}

fn in_capitals(text: &Text, tokens: &Range<usize>) -> bool {
    !text.written(tokens.clone()).chars().any(char::is_lowercase)
}

fn siv(plate: &Captures) -> String {
    format!("{}-{}-{}", &plate[1], &plate[3], &plate[5]).to_uppercase()
}

fn fni(plate: &Captures) -> String {
    format!("{} {} {}", &plate[1], &plate[2], &plate[3]).to_uppercase()
}
