//! How many text messages a text takes, and where it is cut.

use std::fmt::Write as _;

use super::{gsm7, shorten};

/// The alphabets that a text message can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Counted in septets: 160 in one message, 153 in each part of several (seven go to the header).
    Gsm7,
    /// Counted in UTF-16 units: 70 in one message, 67 in each part of several.
    Ucs2,
}

impl Alphabet {
    /// GSM-7 when all letters are in it.
    pub fn of(text: &str) -> Self {
        if text.chars().all(|letter| gsm7::septets(letter).is_some()) { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// How many units one message holds.
    pub fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// How many units each part of a longer message holds.
    pub fn part(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    fn units(self, letter: char) -> usize {
        match self {
            Self::Gsm7 => gsm7::septets(letter).unwrap_or(1),
            Self::Ucs2 => letter.len_utf16(),
        }
    }
}

/// A text as it is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments<'t> {
    pub alphabet: Alphabet,
    /// The length of the whole text: septets or UTF-16 units.
    pub units: usize,
    /// At least one, in order. No escape pair and no surrogate pair is split.
    pub parts: Vec<&'t str>,
}

/// Cuts a text into what one message each can carry.
pub fn segment(text: &str) -> Segments<'_> {
    let alphabet = Alphabet::of(text);
    let units: usize = text.chars().map(|letter| alphabet.units(letter)).sum();
    if units <= alphabet.alone() {
        return Segments { alphabet, units, parts: vec![text] };
    }
    let mut parts = Vec::with_capacity(units.div_ceil(alphabet.part()));
    let (mut start, mut filled) = (0, 0);
    for (at, letter) in text.char_indices() {
        let more = alphabet.units(letter);
        if filled + more > alphabet.part() {
            parts.push(&text[start..at]);
            (start, filled) = (at, 0);
        }
        filled += more;
    }
    parts.push(&text[start..]);
    Segments { alphabet, units, parts }
}

/// How many text messages a text is sent as.
pub fn count(text: &str) -> usize {
    segment(&shorten(text)).parts.len()
}

/// A text with the answers that fit, as numbered lines below it.
pub fn with_choices<'l>(text: &str, labels: impl IntoIterator<Item = &'l str>) -> String {
    let mut whole = text.to_owned();
    for (number, label) in (1..).zip(labels) {
        let _ = write!(whole, "\n{number} {label}");
    }
    whole
}

#[cfg(test)]
mod tests;
