//! One ç makes a text message hold 70 letters instead of 160: where that costs a message, such letters are replaced by
//! the nearest that the short alphabet has. Where it costs none, the text stays as it was written.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Alphabet, gsm7, segment};

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
        '«' | '»' | '“' | '”' => "\"",
        '’' | '‘' => "'",
        '–' | '—' => "-",
        '…' => "...",
        // No-break spaces, wide and narrow.
        '\u{a0}' | '\u{202f}' => " ",
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        _ => return None,
    })
}

/// The letter under the accents that GSM-7 lacks, as in names from elsewhere: "Kovačević", "Yılmaz".
fn bare(letter: char) -> Option<char> {
    let mut parts = std::iter::once(letter).nfd();
    let base = parts.next().filter(|base| *base != letter && gsm7::septets(*base).is_some())?;
    parts.all(is_combining_mark).then_some(base)
}

/// The text with its rare letters replaced, if that saves a message; else as it is.
pub fn shorten(text: &str) -> Cow<'_, str> {
    if Alphabet::of(text) == Alphabet::Gsm7 {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match replacement(letter) {
            _ if gsm7::septets(letter).is_some() => plain.push(letter),
            Some(instead) => plain.push_str(instead),
            None => plain.push(bare(letter).unwrap_or(letter)),
        }
    }
    if segment(&plain).parts.len() < segment(text).parts.len() { Cow::Owned(plain) } else { Cow::Borrowed(text) }
}

/// The first letter that no message in the short alphabet can carry, nor a replacement of it.
pub fn foreign(text: &str) -> Option<char> {
    let is_lost = |letter: &char| replacement(*letter).is_none() && bare(*letter).is_none();
    text.chars().find(|letter| gsm7::septets(*letter).is_none() && is_lost(letter))
}

#[cfg(test)]
mod tests;
