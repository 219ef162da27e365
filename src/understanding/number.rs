//! Numbers and amounts of money, in figures and in words.

use super::{
    Vocabulary,
    text::Text,
    vocabulary::{TimeWord, Unit},
};

/// The longest number in words: "quatre vingt dix neuf mille neuf cent quatre vingt dix neuf".
const MAX_NUMBER_WORDS: usize = 12;

/// Above this, a figure with an "e" is euros; under it, a rank ("2e étage").
const MIN_EUROS_BY_LETTER: f64 = 25.0;

/// Amounts beyond this are a mistake or a joke.
const MAX_EUROS: f64 = 1e10;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// The token after the last.
    pub(super) end: usize,
    /// It could be another word: the article "un", "neuf" for new, the French "four".
    pub(super) article: bool,
}

impl Vocabulary {
    /// The number that begins at the token `at`.
    pub(super) fn number_at(&self, text: &Text, at: usize) -> Option<Number> {
        let plain = if text.is_digits(at) { figures_at(text, at) } else { self.spelled_at(text, at) }?;
        // "1,2k", "3 mille".
        match self.thousands.at(text, plain.end) {
            Some(thousands) if !plain.article && text.is_digits(at) => {
                Some(Number { value: plain.value * 1_000.0, end: thousands.end, ..plain })
            }
            _ => Some(plain),
        }
    }

    /// The amount that begins at `at`, in cents: its currency is said, or its thousands ("1,2k").
    pub(super) fn amount_at(&self, text: &Text, at: usize) -> Option<(i64, usize)> {
        if text.is_mark(at, '€') {
            let number = self.number_at(text, at + 1)?;
            return Some((cents(number.value)?, number.end));
        }
        let number = self.number_at(text, at)?;
        let money = if text.is_mark(number.end, '€') {
            Some(number.end + 1)
        } else {
            self.money.at(text, number.end).map(|found| found.end)
        };
        let Some(end) = money else {
            let by_letter = text.is_digits(at) && number.end > at && text.word(number.end - 1) == "k";
            return if by_letter { Some((cents(number.value)?, number.end)) } else { None };
        };
        let by_letter = text.word(end - 1) == "e";
        if by_letter && (number.value < MIN_EUROS_BY_LETTER || self.complements.at(text, end).is_some()) {
            return None;
        }
        // "12€50", "12 euros 50".
        if number.value.fract() == 0.0 && text.str(end).len() == 2 && self.unit_at(text, end + 1).is_none() {
            let small = text.digits(end).filter(|_| text.is_glued(end) || !by_letter);
            if let Some(small) = small {
                return Some((cents(number.value)? + i64::try_from(small).ok()?, end + 1));
            }
        }
        Some((cents(number.value)?, end))
    }

    /// "trois", "mille deux cents", "twenty-five".
    fn spelled_at(&self, text: &Text, at: usize) -> Option<Number> {
        self.numbers.at(text, at)?;
        let first = text.word(at);
        // The folding took the accent that the library needs.
        if first == "zero" {
            return Some(Number { value: 0.0, end: at + 1, article: false });
        }
        let languages = [text2num::Language::french(), text2num::Language::english()];
        let language = languages.iter().find(|language| text2num::text2digits(first, *language).is_ok())?;
        let words: Vec<&str> = (at..text.len().min(at + MAX_NUMBER_WORDS))
            .take_while(|&next| self.numbers.at(text, next).is_some() || self.number_joints.at(text, next).is_some())
            .map(|next| text.word(next))
            .collect();
        (1..=words.len()).rev().find_map(|count| {
            // Ranks come out as "3e": they are no counts, and do not parse.
            let value: f64 = text2num::text2digits(&words[..count].join(" "), language).ok()?.parse().ok()?;
            let article = count == 1 && matches!(first, "un" | "une" | "one" | "neuf" | "four");
            Some(Number { value, end: at + count, article })
        })
    }

    fn unit_at(&self, text: &Text, at: usize) -> Option<Unit> {
        match self.time.at(text, at)?.tag {
            TimeWord::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    /// How long: "2 heures", "une demi-journée" is not read, "3 jours et demi" is 3 days. In minutes.
    pub(super) fn duration(&self, text: &Text) -> Option<i64> {
        let mut minutes: Option<f64> = None;
        let mut at = 0;
        while at < text.len() {
            let Some(number) = self.number_at(text, at) else {
                at += 1;
                continue;
            };
            let Some(unit) = self.unit_at(text, number.end) else {
                at = number.end;
                continue;
            };
            let each = match unit {
                Unit::Minute => 1.0,
                Unit::Hour => 60.0,
                Unit::Day => 1_440.0,
                Unit::Week => 10_080.0,
                Unit::Fortnight => 20_160.0,
                Unit::Month => 43_200.0,
                Unit::Quarter => 129_600.0,
                Unit::Year => 525_600.0,
            };
            let mut total = number.value * each;
            at = number.end + 1;
            // "1h30".
            if unit == Unit::Hour
                && let Some(rest) = text.digits(at).filter(|&rest| rest < 60 && text.is_glued(at))
            {
                total += u32::try_from(rest).map(f64::from).unwrap_or_default();
                at += 1;
            }
            minutes = Some(minutes.unwrap_or_default() + total);
        }
        minutes.filter(|&minutes| minutes <= MAX_EUROS).and_then(whole)
    }
}

/// Euros to cents, when they are an amount that can be.
pub(super) fn cents(euros: f64) -> Option<i64> {
    if (0.0..=MAX_EUROS).contains(&euros) { whole(euros * 100.0) } else { None }
}

/// The nearest whole number.
fn whole(value: f64) -> Option<i64> {
    let rounded = value.round();
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked first and far within both types")]
    (rounded.is_finite() && rounded.abs() < 1e15).then_some(rounded as i64)
}

/// "1250", "1 250,50", "1.250,50", "0,5".
fn figures_at(text: &Text, at: usize) -> Option<Number> {
    let mut figures = text.str(at).to_owned();
    let mut end = at + 1;
    if figures.len() <= 3 && !figures.starts_with('0') {
        loop {
            let (dotted, group) =
                if text.is_mark(end, '.') && text.is_glued(end) { (true, end + 1) } else { (false, end) };
            if text.str(group).len() != 3 || !text.is_digits(group) || text.is_glued(group) != dotted {
                break;
            }
            figures.push_str(text.str(group));
            end = group + 1;
        }
    }
    let decimal = (text.is_mark(end, ',') || text.is_mark(end, '.')) && text.is_glued(end);
    if decimal && text.is_digits(end + 1) && text.is_glued(end + 1) && text.str(end + 1).len() <= 3 {
        figures.push('.');
        figures.push_str(text.str(end + 1));
        end += 2;
    }
    let value: f64 = figures.parse().ok()?;
    value.is_finite().then_some(Number { value, end, article: false })
}
