//! One ç makes a text message hold 70 letters instead of 160: where that costs a message, such letters are replaced by
//! the nearest that the short alphabet has. Where it costs none, the text stays as it was written. Typographic marks are
//! replaced wherever that is enough for the short alphabet: a phone shows the plain ones as well.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Alphabet, gsm7, segment};

/// What stands for a typographic mark that GSM-7 lacks.
fn mark(letter: char) -> Option<&'static str> {
    Some(match letter {
        '«' | '»' | '“' | '”' => "\"",
        '’' | '‘' => "'",
        '–' | '—' => "-",
        '…' => "...",
        // No-break spaces, wide and narrow.
        '\u{a0}' | '\u{202f}' => " ",
        _ => return None,
    })
}

/// What stands for a letter that GSM-7 lacks. It has é è à ù É Ç and keeps them.
fn replacement(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ç' => "c",
        'â' => "a",
        'ê' | 'ë' => "e",
        'î' | 'ï' | 'ı' => "i",
        'ô' | '°' => "o",
        'û' => "u",
        'ÿ' => "y",
        'œ' => "oe",
        'À' | 'Â' => "A",
        'È' | 'Ê' | 'Ë' => "E",
        'Î' | 'Ï' => "I",
        'Ô' => "O",
        'Ù' | 'Û' => "U",
        'Ÿ' => "Y",
        'Œ' => "OE",
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        _ => return mark(letter),
    })
}

/// The letter under the accents that GSM-7 lacks, as in names from elsewhere: "Kovačević", "Yılmaz".
fn bare(letter: char) -> Option<char> {
    let mut parts = std::iter::once(letter).nfd();
    let base = parts.next().filter(|base| *base != letter && gsm7::septets(*base).is_some())?;
    parts.all(is_combining_mark).then_some(base)
}

/// The text with its typographic marks replaced, if nothing else keeps it from the short alphabet; with its rare letters
/// replaced, if that saves a message; else as it is.
pub fn shorten(text: &str) -> Cow<'_, str> {
    if Alphabet::of(text) == Alphabet::Gsm7 {
        return Cow::Borrowed(text);
    }
    let parts = segment(text).parts.len();
    let marked = replaced(text, |letter| mark(letter).map(Cow::Borrowed));
    if Alphabet::of(&marked) == Alphabet::Gsm7 && segment(&marked).parts.len() <= parts {
        return Cow::Owned(marked);
    }
    let plain = replaced(text, |letter| {
        replacement(letter).map(Cow::Borrowed).or_else(|| bare(letter).map(|base| Cow::Owned(base.to_string())))
    });
    if segment(&plain).parts.len() < parts { Cow::Owned(plain) } else { Cow::Borrowed(text) }
}

/// The text with `instead` of each letter that GSM-7 lacks. The spaces inside guillemets go with them.
fn replaced(text: &str, instead: impl Fn(char) -> Option<Cow<'static, str>>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\u{a0}' | '\u{202f}' if letters.peek() == Some(&'»') => {}
            _ if gsm7::septets(letter).is_some() => plain.push(letter),
            _ => match instead(letter) {
                Some(instead) => plain.push_str(&instead),
                None => plain.push(letter),
            },
        }
        if letter == '«' {
            letters.next_if(|next| matches!(next, ' ' | '\u{a0}' | '\u{202f}'));
        }
    }
    plain
}

/// The first letter that no message in the short alphabet can carry, nor a replacement of it.
pub fn foreign(text: &str) -> Option<char> {
    let is_lost = |letter: &char| replacement(*letter).is_none() && bare(*letter).is_none();
    text.chars().find(|letter| gsm7::septets(*letter).is_none() && is_lost(letter))
}

#[cfg(test)]
mod tests;
