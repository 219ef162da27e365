//! Finding: which words the full-text index has of a text, and what a handler's search asks of them.
//!
//! Both engines get the same words and the same question, so that they answer alike: neither splits or folds a text itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::search::folded;

/// The letters of a search that are looked at, and its words.
const MAX_LETTERS: usize = 200;
const MAX_WORDS: usize = 8;
/// The letters of a word that are kept: what is longer is no word.
const MAX_WORD: usize = 40;
/// From so many digits on, numbers that stand together are one: a telephone number, a policy.
const MIN_DIGITS: usize = 5;
/// A word that is forgiven a mistake has so many letters.
const NEAR: std::ops::RangeInclusive<usize> = 4..=24;
/// Crockford's base 32 has no I, L or O: whoever reads one aloud means a digit.
const REFERENCE_LETTERS: usize = 8;
/// Of a text that is quoted, the letters before and behind the first word that was found.
const QUOTED: (usize, usize) = (60, 120);

/// Something that is known of a dossier, by which it is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchField {
    /// What it is: the name of a fact, or `reference`, `holder`, `policy`, `address`, `expert`.
    #[serde(rename = "n")]
    pub name: String,
    #[serde(rename = "t")]
    pub text: String,
}

/// What is asked for: a dossier is found by any of the alternatives. Each is a list of places, all of which must be filled by a word
/// that begins with one of the place's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The words as they were typed.
    typed: Vec<String>,
    pub alternatives: Vec<Vec<Vec<String>>>,
}

/// A piece of a text that is shown, and whether it was searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub text: String,
    pub hit: bool,
}

/// All words of a text as the index has them, with numbers that stand together also as one.
pub fn terms(text: &str) -> BTreeSet<String> {
    let folded = folded(text);
    let all: Vec<&str> = folded.split_whitespace().collect();
    let mut terms: BTreeSet<String> = all.iter().map(|word| cut(word)).collect();
    terms.extend(numbers(&all).into_iter().flat_map(|(_, _, number)| spellings(&number)));
    // A code that is written in groups, such as a plate or a reference.
    if (2..=4).contains(&all.len()) && all.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_digit())) {
        terms.insert(cut(&all.concat()));
    }
    terms
}

fn cut(word: &str) -> String {
    word.chars().take(MAX_WORD).collect()
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The runs of words that are numbers, each with its place, its length and its digits.
fn numbers(words: &[&str]) -> Vec<(usize, usize, String)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let length = words[at..].iter().take_while(|word| is_number(word)).count();
        let digits = words[at..at + length].concat();
        if digits.len() >= MIN_DIGITS {
            runs.push((at, length, cut(&digits)));
        }
        at += length.max(1);
    }
    runs
}

/// A number, and a French telephone number as it is dialled at home.
fn spellings(number: &str) -> Vec<String> {
    let mut all = vec![number.to_owned()];
    let national = number.strip_prefix("0033").or_else(|| number.strip_prefix("33"));
    if let Some(national) = national.map(|rest| rest.strip_prefix('0').unwrap_or(rest)).filter(|rest| !rest.is_empty())
    {
        all.push(format!("0{national}"));
    }
    if let Some(rest) = number.strip_prefix("00") {
        all.push(rest.to_owned());
    }
    all
}

impl Search {
    /// What somebody typed, who may still be typing the last word.
    pub fn of(text: &str) -> Self {
        let text: String = text.chars().take(MAX_LETTERS).collect();
        let folded = folded(&text);
        let mut all: Vec<&str> = folded.split_whitespace().take(MAX_WORDS).collect();
        // "l'eau", "qu'elle", and a word of which one letter is typed: they say nothing where other words stand.
        let says_little = |word: &&str| word.len() < 2 && !is_number(word) || *word == "qu";
        if all.iter().any(|word| !says_little(word)) {
            all.retain(|word| !says_little(word));
        }
        let mut alternatives: Vec<Vec<Vec<String>>> = Vec::new();
        let mut add = |places: Vec<Vec<String>>| {
            if !places.is_empty() && !alternatives.contains(&places) {
                alternatives.push(places);
            }
        };
        let typed: Vec<String> = all.iter().map(|word| cut(word)).collect();
        let runs = numbers(&all);
        // Numbers that stand together are one: "06 12 34 56 78".
        if !runs.is_empty() {
            let mut places = Vec::new();
            let mut at = 0;
            while at < all.len() {
                if let Some((_, length, number)) = runs.iter().find(|(start, ..)| *start == at) {
                    places.push(spellings(number));
                    at += length;
                } else {
                    places.push(vec![cut(all[at])]);
                    at += 1;
                }
            }
            add(places);
        }
        add(typed.iter().map(|word| vec![word.clone()]).collect());
        let whole = all.concat();
        if all.len() > 1 && whole.bytes().any(|byte| byte.is_ascii_digit()) {
            add(vec![vec![cut(&whole)]]);
        }
        if let Some(read) = as_reference(&whole) {
            add(vec![vec![read]]);
        }
        Self { typed, alternatives }
    }

    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// The words as they were typed, folded.
    pub fn words(&self) -> &[String] {
        &self.typed
    }

    /// The reference that is meant where the whole of it is one, in the spelling of the dossier.
    pub fn reference(&self) -> Option<String> {
        self.alternatives.iter().filter(|places| places.len() == 1).flatten().flatten().find_map(|word| {
            let read = as_reference(word).filter(|read| read.len() == REFERENCE_LETTERS)?.to_uppercase();
            Some(format!("{}-{}", &read[..4], &read[4..]))
        })
    }

    /// Whether there is hardly a letter to search for.
    pub fn is_short(&self) -> bool {
        self.words().iter().all(|word| word.len() < 2)
    }

    /// The words by which references and names have keys: as they were typed, and those of a reference in one piece.
    pub fn keys(&self) -> Vec<Vec<String>> {
        let single = self.alternatives.iter().filter(|places| places.len() == 1).flatten().flatten();
        let read = single.filter_map(|word| as_reference(word)).map(|read| {
            let (first, second) = read.split_at(REFERENCE_LETTERS / 2);
            vec![first.to_owned(), second.to_owned()]
        });
        let mut all: Vec<Vec<String>> = Vec::new();
        for words in std::iter::once(self.typed.clone()).chain(read) {
            if !words.is_empty() && !all.contains(&words) {
                all.push(words);
            }
        }
        all
    }

    /// The telephone numbers with which what is meant may begin, as they are stored.
    pub fn phones(&self) -> Vec<String> {
        let single = self.alternatives.iter().filter(|places| places.len() == 1).flatten().flatten();
        let numbers = single.filter(|word| is_number(word) && word.len() >= MIN_DIGITS && !word.starts_with("00"));
        let stored = numbers.map(|number| match number.strip_prefix('0') {
            Some(rest) => format!("+33{rest}"),
            None => format!("+{number}"),
        });
        let stored: BTreeSet<String> = stored.collect();
        stored.into_iter().collect()
    }

    /// The same with other words in the place of each: what may have been meant. None where no word has others.
    pub fn instead(&self, meant: impl Fn(&str) -> Vec<String>) -> Option<Self> {
        let meant: Vec<Vec<String>> = self.typed.iter().map(|word| meant(word)).collect();
        if meant.iter().all(Vec::is_empty) {
            return None;
        }
        let places = self.typed.iter().zip(meant);
        let places = places.map(|(typed, words)| if words.is_empty() { vec![typed.clone()] } else { words });
        Some(Self { typed: self.typed.clone(), alternatives: vec![places.collect()] })
    }

    /// How many of the places that must be filled a text fills, of the alternative of which it fills most.
    pub fn filled_by(&self, text: &str) -> usize {
        let terms = terms(text);
        let fills = |place: &Vec<String>| place.iter().any(|word| begins_any(&terms, word));
        self.alternatives.iter().map(|places| places.iter().filter(|place| fills(place)).count()).max().unwrap_or(0)
    }

    fn begins(&self, folded: &str) -> bool {
        self.alternatives.iter().flatten().flatten().any(|word| folded.starts_with(word.as_str()))
    }
}

fn begins_any(terms: &BTreeSet<String>, word: &str) -> bool {
    terms.range(word.to_owned()..).next().is_some_and(|term| term.starts_with(word))
}

/// A reference or the beginning of one, folded, in its own letters.
fn as_reference(word: &str) -> Option<String> {
    let fits = (MIN_DIGITS..=REFERENCE_LETTERS).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() && byte != b'u')
        && !is_number(word);
    let read = |letter: char| match letter {
        'i' | 'l' => '1',
        'o' => '0',
        letter => letter,
    };
    // The beginning of a reference without a digit is a word.
    let is_reference = word.len() == REFERENCE_LETTERS || word.bytes().any(|byte| byte.is_ascii_digit());
    (fits && is_reference).then(|| word.chars().map(read).collect())
}

/// A text with what was searched for marked: the whole of it, or the place around the first hit.
pub fn marked(text: &str, search: &Search, quote: bool) -> Vec<Marked> {
    let mut pieces: Vec<Marked> = Vec::new();
    let mut add = |text: &str, hit: bool| match pieces.last_mut() {
        Some(last) if last.hit == hit => last.text.push_str(text),
        _ if !text.is_empty() => pieces.push(Marked { text: text.to_owned(), hit }),
        _ => {}
    };
    if is_whole(text, search) {
        return vec![Marked { text: text.to_owned(), hit: true }];
    }
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let is_word = letter.is_alphanumeric();
        let end = rest.find(|other: char| other.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end.max(letter.len_utf8()));
        add(word, is_word && folded(word).split_whitespace().any(|word| search.begins(word)));
        rest = behind;
    }
    if quote { around_first(pieces) } else { pieces }
}

/// Whether a text is a number or a code that was searched for, however either is grouped: it is found as one.
fn is_whole(text: &str, search: &Search) -> bool {
    let folded = folded(text);
    let mut words = folded.split_whitespace();
    let Some(first) = words.next().filter(|_| text.chars().count() <= MAX_WORD) else { return false };
    let glued: String = folded.split_whitespace().collect();
    let mut asked = search.alternatives.iter().flatten().flatten();
    // One that ends within the first group is marked there.
    asked.any(|word| {
        (is_number(&glued) || word.len() > first.len()) && spellings(&glued).iter().any(|one| one.starts_with(word))
    })
}

fn around_first(mut pieces: Vec<Marked>) -> Vec<Marked> {
    let (before, behind) = QUOTED;
    let first = pieces.iter().position(|piece| piece.hit).unwrap_or(0);
    let mut kept = pieces.split_off(first);
    if let Some(last) = pieces.pop() {
        let length = last.text.chars().count();
        let skipped = length.saturating_sub(before);
        let mut tail: &str = last.text.char_indices().nth(skipped).map_or("", |(at, _)| &last.text[at..]);
        // It begins with a whole word.
        if let Some((_, rest)) = tail.split_once(char::is_whitespace).filter(|_| skipped > 0) {
            tail = rest;
        }
        let cut = if skipped > 0 || !pieces.is_empty() { "…" } else { "" };
        kept.insert(0, Marked { text: format!("{cut}{}", tail.trim_start()), hit: false });
    }
    let mut left = before + behind;
    let mut shown = Vec::new();
    for mut piece in kept {
        let length = piece.text.chars().count();
        if length > left {
            piece.text = piece.text.chars().take(left).chain(['…']).collect();
            shown.push(piece);
            break;
        }
        left -= length;
        shown.push(piece);
    }
    shown
}

/// The words of what is known that are forgiven a mistake: names and places.
pub fn near_words(fields: &[SearchField]) -> BTreeSet<String> {
    let is_word = |word: &str| NEAR.contains(&word.chars().count()) && word.chars().all(char::is_alphabetic);
    let folded = fields.iter().filter(|field| !field.text.contains('@')).map(|field| folded(&field.text));
    folded
        .flat_map(|text| text.split_whitespace().filter(|word| is_word(word)).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// A word, and what is left of it without one of its letters: two words that are one mistake apart have one of these in common.
pub fn near_keys(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().take(*NEAR.end() + 1).collect();
    let without = |left_out: usize| {
        letters.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, letter)| letter).collect()
    };
    (0..letters.len()).map(without).chain([letters.iter().collect()]).collect()
}

#[cfg(test)]
mod tests;
