//! Ways to reach and to name: addresses, phones, e-mails, plates, policy numbers.

use std::ops::Range;

use regex::Regex;
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region};

use super::{
    Reading, ValueKind, Vocabulary,
    text::{Kind, Text},
    vocabulary::TimeWord,
};
use crate::domain::fact::{Address, Value};

/// Where a number without its country belongs, in the order tried: overseas numbers are not valid in mainland France.
const REGIONS: [Region; 6] = [Region::FR, Region::RE, Region::GP, Region::MQ, Region::GF, Region::YT];

/// What ARCEP keeps for works of fiction (numbering plan, decision 2018-0881, 2.5.12): nobody answers there, and
/// demonstrations use them, but no list of valid numbers holds them.
const FICTION: [&str; 6] = ["+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998"];

/// The longest street and the longest town, in words.
const MAX_STREET_TOKENS: usize = 10;
const MAX_TOWN_WORDS: usize = 6;

/// The most parts that people cut a policy number into.
const MAX_NUMBER_TOKENS: usize = 7;

/// A shorter policy number could be anything, when it was not asked for.
const MIN_CONFIDENT: usize = 6;

/// What is found by its shape, in the folded text.
#[derive(Debug)]
pub(super) struct Patterns {
    email: Regex,
    phone: Regex,
    /// Plates since 2009: no I, O or U.
    siv: Regex,
    /// Plates before.
    fni: Regex,
}

impl Patterns {
    pub(super) fn new() -> Result<Self, Box<regex::Error>> {
        Ok(Self {
            email: Regex::new(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")?,
            phone: Regex::new(r"(?:\+|\b0)[0-9](?:[ .\-()]{0,2}[0-9]){7,13}\b")?,
            siv: Regex::new(r"\b([a-hj-np-tv-z]{2})([ -]?)([0-9]{3})([ -]?)([a-hj-np-tv-z]{2})\b")?,
            fni: Regex::new(r"\b([0-9]{1,4})[ -]?([a-z]{1,3})[ -]?(0[1-9]|[1-8][0-9]|9[0-5]|2[ab]|97[1-6])\b")?,
        })
    }
}

/// Something found by its shape: where, what, and its value.
pub(super) type Shaped = (Range<usize>, ValueKind, Value);

impl Vocabulary {
    /// E-mails, phones and plates, in that order: the first to claim a word keeps it.
    pub(super) fn shapes(&self, text: &Text) -> Vec<Shaped> {
        let mut found: Vec<Shaped> = Vec::new();
        let folded = text.folded();
        if folded.contains('@') {
            for email in self.patterns.email.find_iter(folded) {
                found.push((text.tokens_of(email.range()), ValueKind::Email, Value::Email(email.as_str().to_owned())));
            }
        }
        // Most messages hold too few figures for either.
        let figures = folded.bytes().filter(u8::is_ascii_digit).count();
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
            for plate in self.patterns.siv.captures_iter(folded) {
                let Some(whole) = plate.get(0) else { continue };
                let tokens = text.tokens_of(whole.range());
                // "de 500 le" has the shape of a plate: blanks alone are believed only between capitals.
                let written = text.written(tokens.clone());
                let blanks = &plate[2] == " " || &plate[4] == " ";
                let believed = !blanks || !written.chars().any(char::is_lowercase);
                if believed && found.iter().all(|(taken, ..)| !overlap(taken, &tokens)) {
                    found.push((tokens, ValueKind::Plate, Value::Text(siv(&plate))));
                }
            }
        }
        found
    }

    /// A plate, when one is asked for: of both systems, however it is spaced.
    pub(super) fn plate(&self, text: &Text) -> Option<String> {
        let folded = text.folded();
        if let Some(plate) = self.patterns.siv.captures(folded) {
            return Some(siv(&plate));
        }
        let plate = self.patterns.fni.captures(folded)?;
        Some(format!("{} {} {}", &plate[1], &plate[2], &plate[3]).to_uppercase())
    }

    /// The policy number; `confident` when it was not asked for, so that something must say what it is.
    pub(super) fn policy_number(&self, reading: &Reading, pattern: Option<&Regex>, confident: bool) -> Option<String> {
        let text = &reading.text;
        let free = |tokens: &Range<usize>| {
            reading.values.iter().all(|found| {
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
            // "75 41 289" is the number 7541289 with breath taken; that is believed only of an answer.
            return numbers(false).or_else(|| if confident { None } else { numbers(true) });
        }
        let mut at = 0;
        while at < text.len() {
            let prefix = self.policy_prefixes.at(text, at);
            let mut start = prefix.map_or(at, |found| found.end);
            if prefix.is_some() {
                let small = |at| {
                    matches!(
                        text.str(at),
                        "n" | "no" | "num" | "numero" | "number" | "est" | "le" | "is" | "°" | "º" | ":" | "#"
                    )
                };
                while small(start) {
                    start += 1;
                }
            }
            if (prefix.is_some() || !confident)
                && let Some((number, end)) = grouped_figures(text, start)
                && free(&(start..end))
            {
                return Some(number);
            }
            at = start.max(at + 1);
        }
        None
    }

    /// The address that begins at `at`: a number, a street, and perhaps a postcode, a town and a floor.
    pub(super) fn address_at(&self, text: &Text, at: usize) -> Option<(Address, usize)> {
        if text.str(at).len() > 4 || !text.is_digits(at) {
            return None;
        }
        let mut street = at + 1;
        while matches!(text.word(street), "bis" | "ter" | "quater" | "a" | "b" | "c") || text.is_mark(street, ',') {
            street += 1;
        }
        let name = self.streets.at(text, street)?.end;
        if !text.is_word(name) && !text.is_digits(name) {
            return None;
        }
        let mut end = name;
        while end < text.len() && end < name + MAX_STREET_TOKENS && postcode_at(text, end).is_none() {
            let closing = match text.token(end).map(|token| token.kind) {
                Some(Kind::Mark(',')) => self.after_comma(text, end + 1).is_none(),
                Some(Kind::Mark(mark)) => !matches!(mark, '-' | '/' | '°'),
                _ => end > name && self.ends_place(text, end),
            };
            if closing {
                break;
            }
            end += 1;
        }
        let mut address =
            Address { line: text.written(at..end).trim_end_matches([',', ' ']).to_owned(), ..Address::default() };
        if let Some(postcode) = postcode_at(text, end) {
            address.postcode = Some(postcode.to_owned());
            end += 1;
            let (town, after) = self.town_at(text, end);
            address.city = town;
            end = after;
            let complement = if text.is_mark(end, ',') { end + 1 } else { end };
            if let Some(after) = self.complement_at(text, complement) {
                address.line = format!("{}, {}", address.line, text.written(complement..after));
                end = after;
            }
        }
        Some((address, end))
    }

    /// An address, when one is asked for: what has no street may still have a postcode, or figures and a name.
    pub(super) fn loose_address(&self, text: &Text) -> Option<Address> {
        let line = text.original().trim().to_owned();
        if let Some(at) = (0..text.len()).find(|&at| postcode_at(text, at).is_some()) {
            let (city, _) = self.town_at(text, at + 1);
            return Some(Address { line, postcode: postcode_at(text, at).map(str::to_owned), city });
        }
        let words = (0..text.len()).filter(|&at| text.is_word(at)).count();
        let figures = (0..text.len()).any(|at| text.is_digits(at));
        let street = self.streets.find(text).is_some();
        let plausible = words >= 2 && (street || (figures && self.time.find(text).is_none()));
        plausible.then_some(Address { line, postcode: None, city: None })
    }

    /// A comma inside an address is followed by its next part.
    fn after_comma(&self, text: &Text, at: usize) -> Option<()> {
        let near = (at..at + 4).any(|next| postcode_at(text, next).is_some());
        (near || self.complement_at(text, at).is_some()).then_some(())
    }

    /// The town's name after a postcode.
    fn town_at(&self, text: &Text, at: usize) -> (Option<String>, usize) {
        let mut end = at;
        while end < at + MAX_TOWN_WORDS
            && text.is_word(end)
            && !self.ends_place(text, end)
            && self.complement_at(text, end).is_none()
        {
            end += 1;
        }
        let town = text.written(at..end);
        ((!town.is_empty()).then(|| town.to_owned()), end)
    }

    /// "2e étage", "bât B", "appt 12", "rdc".
    fn complement_at(&self, text: &Text, at: usize) -> Option<usize> {
        let mut end = at;
        let mut named = false;
        while end < at + 8 {
            if let Some((_, after)) = self.rank_at(text, end)
                && let Some(word) = self.complements.at(text, after)
            {
                (named, end) = (true, word.end);
            } else if let Some(word) = self.complements.at(text, end) {
                named = true;
                end = word.end;
                if text.is_digits(end) || text.str(end).len() == 1 && text.is_word(end) {
                    end += 1;
                }
            } else if named && text.is_mark(end, ',') && self.complements.at(text, end + 1).is_some() {
                end += 1;
            } else {
                break;
            }
        }
        named.then_some(end)
    }

    /// A word that no place's name holds.
    fn ends_place(&self, text: &Text, at: usize) -> bool {
        let time = matches!(
            self.time.at(text, at).map(|found| found.tag),
            Some(TimeWord::Day(_) | TimeWord::Weekday(_) | TimeWord::Since | TimeWord::Now | TimeWord::AgoBefore)
        );
        time || self.place_ends.at(text, at).is_some() || self.polite.at(text, at).is_some()
    }
}

/// Runs of tokens that hold a figure and are cut from no word, without blanks inside or, when `spaced`, with.
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

/// What matches the insurer's pattern from end to end, as written or without blanks.
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

fn siv(plate: &regex::Captures) -> String {
    format!("{}-{}-{}", &plate[1], &plate[3], &plate[5]).to_uppercase()
}

/// A French postcode: five figures, 01000 to 98999.
fn postcode_at(text: &Text, at: usize) -> Option<&str> {
    let figures = text.str(at);
    let postcode = figures.len() == 5 && text.digits(at).is_some_and(|code| (1_000..99_000).contains(&code));
    // "12000 euros" is no town.
    let money = text.is_mark(at + 1, '€') || matches!(text.word(at + 1), "euro" | "euros" | "e" | "eur");
    (postcode && !money).then_some(figures)
}

/// Six to twelve figures, perhaps in groups, and perhaps after one to three letters.
fn grouped_figures(text: &Text, at: usize) -> Option<(String, usize)> {
    let letters = text.word(at);
    let mut number = String::new();
    let mut end = at;
    if (1..=3).contains(&letters.len()) && (text.is_digits(at + 1) && text.is_glued(at + 1)) {
        number.push_str(&letters.to_uppercase());
        end += 1;
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

/// The E.164 form of a number as it was written; none when no such number can exist.
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
