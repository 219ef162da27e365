//! The language in which a message is written, by words that only one of ours has.

use super::{ParsedMessage, Vocabulary};
use crate::domain::language::Language;

/// How many such words tell the language: a single one may be borrowed, a name, or the only French that somebody knows.
const TELLING: usize = 2;

/// The shortest message, in words, that can change a conversation's language: "ok thanks" is said in every language.
const MIN_WORDS: usize = 3;

impl Vocabulary {
    /// The language of the message, where it is certain. `first`: it is the conversation's first message, for which
    /// fewer words are enough.
    pub fn spoken(&self, parsed: &ParsedMessage, first: bool) -> Option<Language> {
        let text = &parsed.text;
        let words = (0..text.len()).filter(|&at| text.is_word(at)).count();
        if words < TELLING || (!first && words < MIN_WORDS) {
            return None;
        }
        let (mut french, mut english, mut at) = (0, 0, 0);
        while at < text.len() {
            let Some(found) = self.telling.at(text, at) else {
                at += 1;
                continue;
            };
            match found.tag {
                Language::Fr => french += 1,
                Language::En => english += 1,
            }
            at = found.end;
        }
        let surely = |one: usize, other: usize| one >= TELLING && one > 2 * other;
        if surely(english, french) {
            Some(Language::En)
        } else if surely(french, english) {
            Some(Language::Fr)
        } else {
            None
        }
    }
}
