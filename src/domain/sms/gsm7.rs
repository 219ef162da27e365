//! The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038, 6.2.1), one septet an octet ("unpacked").

/// Announces that the next septet is one of the extension table.
const ESCAPE: u8 = 0x1b;

/// The default alphabet: a letter's place is its code. The escape stands for itself.
const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', //
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É', //
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', //
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', //
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', //
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', //
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', //
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The extension table.
const EXTENDED: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// How many septets a letter takes, two for those of the extension table; none when it is not in the alphabet.
pub fn septets(letter: char) -> Option<usize> {
    if basic(letter).is_some() { Some(1) } else { extended(letter).map(|_| 2) }
}

/// The codes of a text; none when a letter is not in the alphabet.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut codes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match basic(letter) {
            Some(code) => codes.push(code),
            None => codes.extend([ESCAPE, extended(letter)?]),
        }
    }
    Some(codes)
}

/// The text of some codes. An unknown extension is read as the letter of the default alphabet, as the standard asks of
/// receivers; what is no septet becomes U+FFFD.
pub fn decode(codes: &[u8]) -> String {
    let mut text = String::with_capacity(codes.len());
    let mut codes = codes.iter().copied();
    while let Some(code) = codes.next() {
        let letter = if code == ESCAPE {
            let Some(code) = codes.next() else { break };
            EXTENDED.iter().find(|(known, _)| *known == code).map_or_else(|| letter_of(code), |(_, letter)| *letter)
        } else {
            letter_of(code)
        };
        text.push(letter);
    }
    text
}

fn letter_of(code: u8) -> char {
    BASIC.get(usize::from(code)).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The code of each letter below U+0100, by the letter; [`NONE`] when it is not in the alphabet. Every text of the flows is
/// measured letter by letter when they are loaded, so that a search through the alphabet would be most of that time.
const LATIN: [u8; 256] = {
    let mut codes = [NONE; 256];
    let mut code: u8 = 0;
    while code < 128 {
        let letter = BASIC[code as usize] as usize;
        if letter < 256 && code != ESCAPE {
            codes[letter] = code;
        }
        code += 1;
    }
    codes
};
const NONE: u8 = u8::MAX;

fn basic(letter: char) -> Option<u8> {
    match u8::try_from(letter) {
        Ok(latin) => Some(LATIN[usize::from(latin)]).filter(|code| *code != NONE),
        // The Greek capitals.
        Err(_) => BASIC.iter().position(|known| *known == letter).and_then(|code| u8::try_from(code).ok()),
    }
}

fn extended(letter: char) -> Option<u8> {
    EXTENDED.iter().find(|(_, known)| *known == letter).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests;
