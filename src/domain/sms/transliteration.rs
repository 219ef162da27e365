//! One ç makes a text message hold 70 letters instead of 160: where that costs a message, such letters are replaced by
//! the nearest that the short alphabet has. Where it costs none, the text stays as it was written.

use std::borrow::Cow;

use super::{Alphabet, gsm7, segment};

/// What stands for a letter that GSM-7 lacks. It has é è à ù É Ç and keeps them.
fn replacement(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ç' => "c",
        'â' => "a",
        'ê' | 'ë' => "e",
        'î' | 'ï' => "i",
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
        _ => return None,
    })
}

/// The text with its rare letters replaced, if that saves a message; else as it is.
pub fn shorten(text: &str) -> Cow<'_, str> {
    if Alphabet::of(text) == Alphabet::Gsm7 {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match replacement(letter) {
            Some(instead) => plain.push_str(instead),
            None => plain.push(letter),
        }
    }
    if segment(&plain).parts.len() < segment(text).parts.len() { Cow::Owned(plain) } else { Cow::Borrowed(text) }
}

/// The first letter that no message in the short alphabet can carry, nor a replacement of it.
pub fn foreign(text: &str) -> Option<char> {
    text.chars().find(|letter| gsm7::septets(*letter).is_none() && replacement(*letter).is_none())
}

#[cfg(test)]
mod tests;
