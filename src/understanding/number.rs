//! Numbers, in figures and in words.

use super::{Vocabulary, text::Text};

/// The longest number in words: "quatre vingt dix neuf mille neuf cent quatre vingt dix neuf".
const MAX_NUMBER_WORDS: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// The position after its last token.
    pub(super) end: usize,
    /// Whether it could be another word: the article "un", "neuf" for new, the French "four".
    pub(super) article: bool,
}

impl Vocabulary {
    /// The number that begins at the token `at`. Each is parsed once, for many readers ask for the same one.
    pub(super) fn number_at(&self, text: &Text, at: usize) -> Option<Number> {
        let numbers = text.numbers(|text| (0..text.len()).map(|at| self.read_number(text, at)).collect());
        numbers.get(at).copied().flatten()
    }

    fn read_number(&self, text: &Text, at: usize) -> Option<Number> {
        let plain = if text.is_digits(at) { self.figures_at(text, at) } else { self.spelled_at(text, at) }?;
        // "1,2k", "3 mille".
        let plain = self.with_decimals(text, at, plain);
        match self.thousands.at(text, plain.end) {
            Some(thousands) if !plain.article && text.is_digits(at) => {
                Some(Number { value: plain.value * 1_000.0, end: thousands.end, ..plain })
            }
            _ => Some(plain),
        }
    }

    /// "deux virgule cinq", "trois virgule zéro cinq": a number in words with its decimals.
    fn with_decimals(&self, text: &Text, at: usize, plain: Number) -> Number {
        if text.is_digits(at) || !matches!(text.word(plain.end), "virgule" | "point") {
            return plain;
        }
        let mut figures = format!("{}.", plain.value);
        let mut end = plain.end + 1;
        while let Some(next) = self.spelled_at(text, end) {
            let zero = next.value == 0.0;
            figures.push_str(&next.value.to_string());
            end = next.end;
            if !zero {
                break;
            }
        }
        match figures.parse() {
            Ok(value) if end > plain.end + 1 => Number { value, end, article: false },
            _ => plain,
        }
    }

    /// "trois", "mille deux cents", "twenty-five".
    fn spelled_at(&self, text: &Text, at: usize) -> Option<Number> {
        self.numbers.at(text, at)?;
        let first = text.word(at);
        // The library needs the accent of "zéro", which folding removed.
        if first == "zero" {
            return Some(Number { value: 0.0, end: at + 1, article: false });
        }
        let languages = [text2num::Language::french(), text2num::Language::english()];
        let language = languages.iter().find(|language| text2num::text2digits(first, *language).is_ok())?;
        let words: Vec<&str> = (at..text.len().min(at + MAX_NUMBER_WORDS))
            .take_while(|&next| self.numbers.at(text, next).is_some() || self.joins(text, next))
            .map(|next| text.word(next))
            .collect();
        let mut longest: Option<Number> = None;
        for count in 1..=words.len() {
            // The library turns ranks into "3e", which does not parse: they are no counts.
            let value =
                text2num::text2digits(&words[..count].join(" "), language).ok().and_then(|said| said.parse().ok());
            let article = count == 1 && matches!(first, "un" | "une" | "one" | "neuf" | "four");
            longest = value.map(|value| Number { value, end: at + count, article }).or(longest);
            // "Vingt et" is no number and "vingt et un" is one, so one word more is tried; two words beyond, none
            // follows.
            if longest.is_none_or(|number| number.end + 1 < at + count) {
                break;
            }
        }
        longest
    }

    /// "vingt et un", "one hundred and twenty"; but "mille et deux mille" are two numbers.
    fn joins(&self, text: &Text, at: usize) -> bool {
        let french = text.word(at) != "et" || matches!(text.word(at + 1), "un" | "une" | "onze");
        french && self.number_joints.at(text, at).is_some()
    }

    /// "1250", "1 250,50", "1.250,50", "0,5".
    fn figures_at(&self, text: &Text, at: usize) -> Option<Number> {
        let mut figures = text.str(at).to_owned();
        let mut end = at + 1;
        if figures.len() <= 3 && !figures.starts_with('0') {
            end = self.after_commas(text, at, &mut figures);
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

    /// "1,250.50" and "1,250 €": commas before three figures separate thousands where cents or a currency follow.
    fn after_commas(&self, text: &Text, at: usize, figures: &mut String) -> usize {
        let grouped = |end: usize| {
            text.is_mark(end, ',')
                && text.is_glued(end)
                && text.is_glued(end + 1)
                && text.is_digits(end + 1)
                && text.str(end + 1).len() == 3
        };
        let mut end = at + 1;
        while grouped(end) {
            end += 2;
        }
        let cents = text.is_mark(end, '.') && text.is_glued(end) && text.is_digits(end + 1);
        let money = self.is_money(text, end);
        let led = at > 0 && self.is_money(text, at - 1);
        if !(cents || money || led) {
            return at + 1;
        }
        for group in (at + 2..end).step_by(2) {
            figures.push_str(text.str(group));
        }
        end
    }
}

/// The nearest whole number.
pub(super) fn whole(value: f64) -> Option<i64> {
    let rounded = value.round();
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked first and far within both types")]
    (rounded.is_finite() && rounded.abs() < 1e15).then_some(rounded as i64)
}
