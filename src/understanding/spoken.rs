//! Which of our languages a message is written in, by words that only one of them has.

use super::{ParsedMessage, Vocabulary};
use crate::domain::language::Language;

/// So many words tell a language; one may be borrowed, a name, or all the French that somebody has.
const TELLING: usize = 2;

/// In a conversation a shorter message tells nothing: "ok thanks" is said in every language.
const LEAST_WORDS: usize = 3;

impl Vocabulary {
    /// The language in which the message is surely written. `first`: nothing was said before, so that less is enough.
    pub fn spoken(&self, reading: &ParsedMessage, first: bool) -> Option<Language> {
        let text = &reading.text;
        let words = (0..text.len()).filter(|&at| text.is_word(at)).count();
        if words < TELLING || (!first && words < LEAST_WORDS) {
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
