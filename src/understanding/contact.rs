//! Values with a recognisable form: telephone numbers, e-mail addresses, policy numbers; and which of them takes a
//! token first.

use std::ops::Range;

use regex::Regex;
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region};

use super::{ParsedMessage, ValueKind, Vocabulary, plate::PlatePatterns, registry::iban_at, text::Text};
use crate::domain::fact::Value;

/// The regions that are tried for a number without a country code, in order: overseas numbers are not valid in mainland
/// France.
const REGIONS: [Region; 6] = [Region::FR, Region::RE, Region::GP, Region::MQ, Region::GF, Region::YT];

/// The numbers that Arcep reserves for fiction (numbering plan, decision 2018-0881, 2.5.12). Nobody answers there, so
/// demonstrations use them, but no list of valid numbers contains them.
const FICTION: [&str; 6] = ["+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998"];

/// The most tokens of a policy number that is written in groups.
const MAX_NUMBER_TOKENS: usize = 7;

/// The shortest policy number that is recognised where it was not asked for.
const MIN_CONFIDENT: usize = 6;

/// The regular expressions by which values are found in the folded text.
#[derive(Debug)]
pub(super) struct Patterns {
    email: Regex,
    phone: Regex,
    /// A number that begins an answer: "1.", "2)", "3 -" at the start of a line, "1." or "2)" within one.
    pub(super) numbered: Regex,
    pub(super) plates: PlatePatterns,
}

impl Patterns {
    pub(super) fn new() -> Result<Self, Box<regex::Error>> {
        Ok(Self {
            email: Regex::new(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")?,
            phone: Regex::new(r"(?:\+|\b0)[0-9](?:[ .\-()]{0,2}[0-9]){7,13}\b")?,
            numbered: Regex::new(r"(?m)(?:^[ \t]*(\d{1,2})[ \t]*[.):–-]|[ \t,;](\d{1,2})[.)])(?:[ \t]+|$)")?,
            plates: PlatePatterns::new()?,
        })
    }
}

/// A value found by its form: its tokens, its kind and itself.
pub(super) type Shaped = (Range<usize>, ValueKind, Value);

impl Vocabulary {
    /// E-mail addresses, IBANs, companies, telephone numbers, plates and policy numbers, in that order: the first to
    /// match a token keeps it.
    pub(super) fn shapes(&self, text: &Text) -> Vec<Shaped> {
        let mut found: Vec<Shaped> = Vec::new();
        let folded = text.folded();
        if folded.contains('@') {
            for email in self.patterns.email.find_iter(folded) {
                found.push((text.tokens_of(email.range()), ValueKind::Email, Value::Email(email.as_str().to_owned())));
            }
        }
        // Most messages have too few figures for any of the rest.
        let figures = folded.bytes().filter(u8::is_ascii_digit).count();
        if figures >= 9 {
            for at in 0..text.len() {
                if let Some((tokens, kind, number)) = iban_at(text, at).or_else(|| self.company_at(text, at)) {
                    found.push((tokens, kind, Value::Text(number)));
                }
            }
        }
        if figures >= 8 {
            for phone in self.patterns.phone.find_iter(folded) {
                let tokens = text.tokens_of(phone.range());
                if found.iter().all(|(taken, ..)| !overlap(taken, &tokens))
                    && let Some(number) = phone_number(phone.as_str())
                {
                    found.push((tokens, ValueKind::Phone, Value::Phone(number)));
                }
            }
        }
        if figures >= 3 {
            for (tokens, plate) in self.plates(text) {
                if found.iter().all(|(taken, ..)| !overlap(taken, &tokens)) {
                    found.push((tokens, ValueKind::Plate, Value::Text(plate)));
                }
            }
            for (tokens, number) in self.said_policy_numbers(text) {
                if found.iter().all(|(taken, ..)| !overlap(taken, &tokens)) {
                    found.push((tokens, ValueKind::PolicyNumber, Value::Text(number)));
                }
            }
        }
        found
    }

    /// The policy number. `confident`: it was not asked for, so a word or the insurer's pattern must say that it is
    /// one.
    pub(super) fn policy_number(
        &self,
        parsed: &ParsedMessage,
        pattern: Option<&Regex>,
        confident: bool,
    ) -> Option<String> {
        let text = &parsed.text;
        if confident && self.others_policy.find(text).is_some() {
            return None;
        }
        let free = |tokens: &Range<usize>| {
            parsed.values.iter().all(|found| {
                matches!(found.value, Value::Number(_) | Value::Text(_)) || !overlap(&found.tokens, tokens)
            })
        };
        if let Some(pattern) = pattern {
            let numbers = |spaced| {
                windows(text, spaced).find_map(|tokens| {
                    let written = text.written(tokens.clone()).to_uppercase();
                    let is_free = !confident || (written.len() >= MIN_CONFIDENT && free(&tokens));
                    matching(pattern, written).filter(|_| is_free)
                })
            };
            // "75 41 289" is taken for 7541289 only where the number was asked for.
            return numbers(false).or_else(|| if confident { None } else { numbers(true) });
        }
        if let Some((_, number)) = self.said_policy_numbers(text).into_iter().find(|(tokens, _)| free(tokens)) {
            return Some(number);
        }
        if confident {
            return None;
        }
        (0..text.len())
            .find_map(|at| grouped_figures(text, at).filter(|(_, end)| free(&(at..*end))).map(|(number, _)| number))
    }

    /// Numbers that follow a word such as "contrat n°".
    fn said_policy_numbers(&self, text: &Text) -> Vec<(Range<usize>, String)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let Some(prefix) = self.policy_prefixes.at(text, at) else {
                at += 1;
                continue;
            };
            let mut start = prefix.end;
            while matches!(
                text.str(start),
                "n" | "no" | "num" | "numero" | "number" | "est" | "le" | "is" | "c" | "°" | "º" | ":" | "#"
            ) {
                start += 1;
            }
            at = start;
            if let Some((number, end)) = grouped_figures(text, start) {
                found.push((start..end, number));
                at = end;
            }
        }
        found
    }
}

/// Runs of whole words and figures with at least one figure, without blanks inside or, when `spaced`, with.
fn windows(text: &Text, spaced: bool) -> impl Iterator<Item = Range<usize>> {
    let solid = |at: usize| text.is_word(at) || text.is_digits(at);
    let joined = move |at: usize| text.is_glued(at) && solid(at) && at > 0 && solid(at - 1);
    (0..text.len()).filter(move |&start| solid(start) && !joined(start)).flat_map(move |start| {
        let longest = (start + 1..=(start + MAX_NUMBER_TOKENS).min(text.len())).rev();
        longest.map(move |end| start..end).filter(move |tokens| {
            let blanks = tokens.clone().skip(1).any(|at| !text.is_glued(at));
            let figures = tokens.clone().any(|at| text.is_digits(at));
            solid(tokens.end - 1) && !joined(tokens.end) && blanks == spaced && figures
        })
    })
}

/// The number, where all of it matches the insurer's pattern, as written or without blanks.
fn matching(pattern: &Regex, written: String) -> Option<String> {
    let whole = |text: &str| pattern.find(text).is_some_and(|found| found.len() == text.len());
    if whole(&written) {
        return Some(written);
    }
    let compact: String = written.chars().filter(|char| !char.is_whitespace()).collect();
    let bare: String = compact.chars().filter(|char| char.is_alphanumeric()).collect();
    [compact, bare].into_iter().find(|text| whole(text))
}

pub(super) fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Six to twelve figures, perhaps in groups, and perhaps after one to three letters.
fn grouped_figures(text: &Text, at: usize) -> Option<(String, usize)> {
    let letters = text.word(at);
    let mut number = String::new();
    let mut end = at;
    let dash = usize::from(text.is_mark(at + 1, '-'));
    if (1..=3).contains(&letters.len()) && text.is_digits(at + 1 + dash) && text.is_glued(at + 1 + dash) {
        number = text.written(at..at + 1 + dash).to_uppercase();
        end += 1 + dash;
    }
    let prefix = number.len();
    while text.is_digits(end) && number.len() < 16 {
        number.push_str(text.str(end));
        end += 1;
        if text.is_mark(end, '-') && text.is_digits(end + 1) && text.is_glued(end + 1) {
            end += 1;
        }
    }
    (6..=12).contains(&(number.len() - prefix)).then_some((number, end))
}

/// The E.164 form of a written number; none when no such number can exist.
fn phone_number(written: &str) -> Option<String> {
    let plain: String = written.chars().filter(|char| char.is_ascii_digit() || *char == '+').collect();
    let plain = plain.strip_prefix("00").map_or_else(|| plain.clone(), |rest| format!("+{rest}"));
    // "+33 (0)6 12 34 56 78".
    let plain = plain.replacen("+330", "+33", 1);
    REGIONS.into_iter().find_map(|region| {
        let number = PhoneNumber::parse(&plain, Some(region)).ok()?;
        let written = number.format_as(PhoneNumberFormat::E164).to_string();
        let fiction = written.len() == 12 && FICTION.iter().any(|range| written.starts_with(range));
        (fiction || number.is_valid()).then_some(written)
    })
}
