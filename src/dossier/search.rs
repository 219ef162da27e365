//! By what a dossier is found: the words of its reference and of its holder's name, folded.
//!
//! Both engines compare bytes, so what differs for an ear or an eye only (case, accents, "œ") is taken out here.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::Dossier;

/// Words of a text that are looked at: whoever writes more wrote a sentence.
const MAX_WORDS: usize = 6;
/// Letters of a key that are kept.
const MAX_LETTERS: usize = 80;
/// What stands for a name that nobody told yet: behind all folded names.
const NO_NAME: &str = "~";

/// The first words of a text, folded: lower case, without accents, split at whatever is neither letter nor digit.
pub fn words(text: &str) -> Vec<String> {
    folded(text).split_whitespace().take(MAX_WORDS).map(str::to_owned).collect()
}

/// A text without what differs for an eye or an ear only, with spaces between its words.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            letter if letter.is_alphanumeric() => folded.push(letter),
            _ => folded.push(' '),
        }
    }
    folded
}

/// The words of a text, once from each of them on: whoever knows any of them finds the text by how the key begins.
fn keys(text: &str) -> impl Iterator<Item = String> {
    let mut words = words(text);
    (0..words.len()).map(move |_| {
        let key: String = words.join(" ").chars().take(MAX_LETTERS).collect();
        words.rotate_left(1);
        key
    })
}

impl Dossier {
    /// The keys by which it is found, each once: "petit jeanne" and "jeanne petit".
    pub fn search_keys(&self) -> Vec<String> {
        let mut all: Vec<String> =
            keys(&self.reference).chain(self.holder.iter().flat_map(|holder| keys(holder))).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// By what lists sort their holders: the folded name. Without a name it stands behind those with one.
    pub fn holder_key(&self) -> String {
        let named = self.holder.iter().flat_map(|holder| keys(holder)).next();
        named.unwrap_or_else(|| NO_NAME.to_owned())
    }
}

#[cfg(test)]
mod tests;
