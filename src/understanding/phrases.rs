//! Phrase books: the phrases that the vocabulary lists, found in a message word by word.

use super::{
    hash::WordMap,
    text::{Text, words_of},
};

/// The most words and figures that a `*` in a phrase may stand for; it may also stand for none.
const MAX_GAP: usize = 3;

/// Phrases, each with its meaning, the tag. A phrase is a row of words; `a|b` is either, `*` stands for up to
/// [`MAX_GAP`] words.
#[derive(Debug)]
pub(super) struct PhraseBook<T> {
    by_first: WordMap<Vec<Phrase<T>>>,
}

#[derive(Debug)]
struct Phrase<T> {
    rest: Vec<Element>,
    tag: T,
}

#[derive(Clone, Debug)]
enum Element {
    Word(Box<str>),
    Gap,
}

/// A phrase that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match<T> {
    pub(super) tag: T,
    /// The position after its last token.
    pub(super) end: usize,
    /// The range of tokens that the `*` stood for.
    pub(super) gap: (usize, usize),
}

impl<T> Default for PhraseBook<T> {
    fn default() -> Self {
        Self { by_first: WordMap::default() }
    }
}

impl<T: Copy> PhraseBook<T> {
    pub(super) fn add(&mut self, phrase: &str, tag: T) {
        let mut spelled: Vec<Vec<Element>> = vec![Vec::new()];
        for part in phrase.split_whitespace() {
            let alternatives: Vec<Vec<Element>> = if part == "*" {
                vec![vec![Element::Gap]]
            } else {
                part.split('|')
                    .map(|word| words_of(word).into_iter().map(|word| Element::Word(word.into())).collect())
                    .collect()
            };
            spelled = spelled
                .iter()
                .flat_map(|start| alternatives.iter().map(|next| [start.as_slice(), next].concat()))
                .collect();
        }
        for mut elements in spelled {
            if let Some(Element::Word(first)) = elements.first().cloned() {
                elements.remove(0);
                let phrases = self.by_first.get_or_insert_with(&first, Vec::new);
                // The longest first.
                let place = phrases.partition_point(|phrase| phrase.rest.len() >= elements.len());
                phrases.insert(place, Phrase { rest: elements, tag });
            }
        }
    }

    /// The longest phrase that begins at the token `at`.
    pub(super) fn at(&self, text: &Text, at: usize) -> Option<Match<T>> {
        let (word, hash) = text.hashed(at)?;
        self.by_first.get(hash, word)?.iter().find_map(|phrase| follow(text, at + 1, &phrase.rest, phrase.tag))
    }

    /// The first phrase in the message, with the token at which it begins.
    pub(super) fn find(&self, text: &Text) -> Option<(usize, Match<T>)> {
        (0..text.len()).find_map(|at| self.at(text, at).map(|found| (at, found)))
    }
}

fn follow<T: Copy>(text: &Text, mut at: usize, rest: &[Element], tag: T) -> Option<Match<T>> {
    let mut gap = (at, at);
    for (index, element) in rest.iter().enumerate() {
        match element {
            Element::Word(word) if text.str(at) == &**word => at += 1,
            Element::Word(_) => return None,
            Element::Gap => {
                return (0..=MAX_GAP)
                    .take_while(|&skipped| {
                        skipped == 0 || text.is_word(at + skipped - 1) || text.is_digits(at + skipped - 1)
                    })
                    .find_map(|skipped| {
                        follow(text, at + skipped, &rest[index + 1..], tag).map(|found| (skipped, found))
                    })
                    .map(|(skipped, found)| Match { gap: (at, at + skipped), ..found });
            }
        }
        gap = (at, at);
    }
    Some(Match { tag, end: at, gap })
}

#[cfg(test)]
mod tests;
