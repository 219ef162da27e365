//! Numbers with check digits: IBAN (ISO 13616, modulo 97), SIREN and SIRET (INSEE, Luhn).

use std::ops::Range;

use super::{ValueKind, Vocabulary, text::Text};

/// The length of an IBAN in the countries whose accounts our policyholders have (ISO 13616 registry).
const IBAN_LENGTHS: [(&str, usize); 17] = [
    ("fr", 27),
    ("mc", 27),
    ("be", 16),
    ("lu", 20),
    ("ch", 21),
    ("de", 22),
    ("es", 24),
    ("it", 27),
    ("pt", 25),
    ("nl", 18),
    ("gb", 22),
    ("ie", 22),
    ("at", 20),
    ("pl", 28),
    ("ro", 24),
    ("gr", 27),
    ("dk", 18),
];

/// How many tokens before a company's number the word that announces it ("siret") may stand.
const WORD_REACH: usize = 4;

/// A number whose check digits are right: its tokens, its kind, and its canonical form.
type Proven = (Range<usize>, ValueKind, String);

impl Vocabulary {
    /// The SIRET or SIREN that begins at `at`: in groups of three, after its name, or as the whole message.
    pub(super) fn company_at(&self, text: &Text, at: usize) -> Option<Proven> {
        if !text.is_digits(at) || (at > 0 && text.is_digits(at - 1)) {
            return None;
        }
        let (mut figures, mut end, mut groups) = (String::new(), at, Vec::new());
        while text.is_digits(end) && figures.len() < 14 {
            figures.push_str(text.str(end));
            groups.push(text.str(end).len());
            end += 1;
        }
        let kind = match figures.len() {
            9 => ValueKind::Siren,
            14 => ValueKind::Siret,
            _ => return None,
        };
        let named = (at.saturating_sub(WORD_REACH)..at).any(|at| self.company_words.at(text, at).is_some());
        let alone = at == 0 && end == text.len();
        let grouped = groups.starts_with(&[3, 3, 3]);
        let money = self.is_money(text, end);
        let proven = luhn(&figures) || (kind == ValueKind::Siret && is_post_office(&figures));
        (proven && !money && (named || alone || grouped)).then_some((at..end, kind, figures))
    }
}

/// The IBAN that begins at the token `at`.
pub(super) fn iban_at(text: &Text, at: usize) -> Option<Proven> {
    if !text.is_word(at) || !text.is_digits(at + 1) {
        return None;
    }
    let (_, length) = IBAN_LENGTHS.iter().find(|(country, _)| *country == text.word(at))?;
    let mut iban = String::with_capacity(*length);
    let mut end = at;
    while iban.len() < *length && end < text.len() {
        match text.str(end) {
            "-" | "." | " " => {}
            part if text.is_word(end) || text.is_digits(end) => iban.push_str(part),
            _ => return None,
        }
        end += 1;
    }
    let whole = iban.len() == *length && !(text.is_glued(end) && (text.is_word(end) || text.is_digits(end)));
    (whole && is_iban(&iban)).then(|| (at..end, ValueKind::Iban, iban.to_uppercase()))
}

/// Checks an IBAN by ISO 7064, MOD 97-10: country and check digits are moved to the end, letters count from ten, and
/// the remainder of the number by 97 is one.
fn is_iban(iban: &str) -> bool {
    let value = |rest: u32, char: char| {
        let digit = char.to_digit(36)?;
        Some((rest * if digit > 9 { 100 } else { 10 } + digit) % 97)
    };
    let (country, account) = iban.split_at(4);
    account.chars().chain(country.chars()).try_fold(0, value) == Some(1)
}

/// The Luhn check: with every second figure from the right doubled, the sum of all digits is a multiple of ten.
fn luhn(figures: &str) -> bool {
    let sum: u32 = figures
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, figure)| {
            let digit = u32::from(figure - b'0') * if at % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10) && figures.bytes().any(|figure| figure != b'0')
}

/// INSEE's exception for the sites of La Poste (SIREN 356000000): the sum of their figures is a multiple of five.
fn is_post_office(siret: &str) -> bool {
    siret.starts_with("356000000")
        && siret.bytes().map(|figure| u32::from(figure - b'0')).sum::<u32>().is_multiple_of(5)
}

#[cfg(test)]
mod tests;
