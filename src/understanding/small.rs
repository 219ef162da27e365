//! Small words: articles and the like, which name nothing, words that deny, and numbers in words, which are the same as in
//! figures.

use super::hash::{WordMap, fnv};

/// The greatest number in words that is taken for its figures.
const GREATEST: u64 = 20;

/// What a small word is among the words of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SmallWord {
    /// "Le", "de".
    Article,
    /// Another word that names nothing among choices: "à".
    Linking,
    /// A word that denies those beside it: "pas".
    Denying,
    /// A number in words, with its figures and their hash: "deux".
    Figure(Box<str>, u64),
}

/// The small words of the vocabulary.
#[derive(Clone, Debug, Default)]
pub struct SmallWords {
    words: WordMap<SmallWord>,
}

impl SmallWords {
    pub(super) fn extend(&mut self, words: Vec<String>, kind: &SmallWord) {
        for word in words {
            self.words.get_or_insert_with(&word, || kind.clone());
        }
    }

    /// Learns the figures of the numbers in words. "Un" is an article, "neuf" also means new, and "four" is an oven.
    pub(super) fn read_figures(&mut self, numbers: Vec<String>) {
        let languages = [text2num::Language::french(), text2num::Language::english()];
        for word in numbers.into_iter().filter(|word| !matches!(word.as_str(), "un" | "une" | "one" | "neuf" | "four"))
        {
            let said = languages.iter().find_map(|language| text2num::text2digits(&word, language).ok());
            let figures = said.filter(|said| said.parse().is_ok_and(|value: u64| (2..=GREATEST).contains(&value)));
            if let Some(figures) = figures {
                let hash = fnv(figures.as_bytes());
                self.words.get_or_insert_with(&word, || SmallWord::Figure(figures.into(), hash));
            }
        }
    }

    pub(super) fn get(&self, hash: u64, word: &str) -> Option<&SmallWord> {
        self.words.get(hash, word)
    }

    pub(super) fn get_word(&self, word: &str) -> Option<&SmallWord> {
        self.words.get_word(word)
    }
}
