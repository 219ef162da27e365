//! Amounts of money: "1 250,50 €", "1,2k", "800 balles", "entre 500 et 800", with or without tax.

use serde::Serialize;

use super::{Entity, ValueKind, Vocabulary, number::Number, text::Text, vocabulary::Currency};
use crate::domain::fact::Value;

/// From this on, a figure followed by "e" is an amount; under it, a rank ("2e étage").
const MIN_EUROS_BY_LETTER: f64 = 25.0;

/// The highest amount that is read, in euros: a higher one is a mistake or a joke.
const MAX_EUROS: f64 = 1e10;

/// From this on, "entre 500 et 800" without a currency is an amount; "entre 5 et 8" counts something else.
const MIN_EUROS_UNSAID: f64 = 50.0;

/// Whether an amount includes its taxes, where that is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tax {
    /// "HT".
    Excluded,
    /// "TTC".
    Included,
}

/// An amount, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// The amount; the upper end of an estimate ("entre 500 et 800").
    pub(super) cents: i64,
    /// The lower end of such an estimate.
    pub(super) low: Option<i64>,
    pub(super) tax: Option<Tax>,
    /// The position after its last token.
    pub(super) end: usize,
}

/// A sum in another currency than the euro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// In hundredths of the currency, even where it has none; the upper end of an estimate.
    pub cents: i64,
    pub currency: Currency,
}

impl Vocabulary {
    /// "200 CHF", "$300", "150 livres sterling", "entre 200 et 300 francs suisses", and the token after it.
    pub(super) fn foreign_at(&self, text: &Text, at: usize) -> Option<(Foreign, usize)> {
        let start = at + usize::from(matches!(text.word(at), "entre" | "between" | "de" | "from"));
        let told = |number: Number, currency: Currency, end: usize| {
            Some((Foreign { cents: cents(number.value)?, currency }, end))
        };
        if let Some((currency, figures)) = self.foreign_currency_at(text, start).filter(|(_, end)| text.is_digits(*end))
        {
            let number = self.number_at(text, figures)?;
            return told(number, currency, number.end);
        }
        let first = self.number_at(text, start).filter(|number| !number.article)?;
        if let Some((currency, end)) = self.foreign_currency_at(text, first.end) {
            return told(first, currency, end);
        }
        let joint =
            matches!(text.word(first.end), "et" | "a" | "ou" | "and" | "to" | "or") || text.is_mark(first.end, '-');
        let second = self.number_at(text, first.end + 1).filter(|_| joint)?;
        let (currency, end) = self.foreign_currency_at(text, second.end)?;
        told(second, currency, end)
    }

    pub(super) fn foreign_currency_at(&self, text: &Text, at: usize) -> Option<(Currency, usize)> {
        let sign = self.money_signs.iter().find(|(sign, _)| text.is_mark(at, *sign));
        let named = || self.foreign_money.at(text, at).map(|found| (found.tag, found.end));
        sign.map(|(_, currency)| (*currency, at + 1)).or_else(named)
    }

    /// Whether a currency stands at `at`, euros or others.
    pub(super) fn is_money(&self, text: &Text, at: usize) -> bool {
        text.is_mark(at, '€') || self.money.at(text, at).is_some() || self.foreign_currency_at(text, at).is_some()
    }

    /// The amount that begins at `at`. It has a currency or thousands ("1,2k"), or it is an estimate.
    pub(super) fn amount_at(&self, text: &Text, at: usize) -> Option<Amount> {
        let (cents, low, end) = match self.estimate_at(text, at) {
            Some((low, cents, end)) => (cents, Some(low), end),
            None => self.one_amount_at(text, at).map(|(cents, end)| (cents, None, end))?,
        };
        let tax = self.taxes.at(text, end);
        Some(Amount { cents, low, tax: tax.map(|tax| tax.tag), end: tax.map_or(end, |tax| tax.end) })
    }

    /// "entre 500 et 800", "de 500 à 800 €", "500-800€", "500 ou 600 euros".
    fn estimate_at(&self, text: &Text, at: usize) -> Option<(i64, i64, usize)> {
        let led = matches!(text.word(at), "entre" | "between" | "de" | "from");
        let start = if led { at + 1 } else { at };
        let (low, low_said, link) = self.euros_at(text, start)?;
        let joint = matches!(text.word(link), "et" | "a" | "ou" | "and" | "to" | "or")
            || ((text.is_mark(link, '-') || text.is_mark(link, '/')) && text.is_digits(link + 1));
        if !joint {
            return None;
        }
        let (high, high_said, end) = self.euros_at(text, link + 1)?;
        // "entre 500 et 800" is an estimate without a currency, unless a word follows that says what is counted.
        let unsaid = matches!(text.word(at), "entre" | "between")
            && low >= MIN_EUROS_UNSAID
            && low.fract() == 0.0
            && !text.is_word(end);
        let said = high_said || (low_said && unsaid);
        // "2 à 3k": the thousands belong to both figures.
        let thousands = high_said && !low_said && high >= 1_000.0 && low < 100.0 && !text.is_digits(end - 1);
        let low = if thousands && high % 1_000.0 == 0.0 { low * 1_000.0 } else { low };
        if !(said || unsaid) || low > high || (low_said && !high_said && text.is_word(end)) {
            return None;
        }
        Some((cents(low)?, cents(high)?, end))
    }

    /// A sum of euros, and whether its currency is said.
    fn euros_at(&self, text: &Text, at: usize) -> Option<(f64, bool, usize)> {
        if let Some((cents, end)) = self.one_amount_at(text, at) {
            #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^52 cents")]
            return Some((cents as f64 / 100.0, true, end));
        }
        let number = self.number_at(text, at).filter(|number| !number.article)?;
        Some((number.value, false, number.end))
    }

    /// The amount that begins at `at`, in cents, and the token after it.
    fn one_amount_at(&self, text: &Text, at: usize) -> Option<(i64, usize)> {
        if text.is_mark(at, '€') || (text.is_digits(at + 1) && self.currency_at(text, at).is_some()) {
            if !text.is_digits(at + 1) || text.word(at) == "e" {
                return None;
            }
            let (value, end) = self.sum_at(text, at + 1)?;
            return Some((cents(value)?, end));
        }
        let (value, figures_end) = self.sum_at(text, at)?;
        if let Some(end) = self.centimes_at(text, figures_end) {
            return Some((cents(value / 100.0)?, end));
        }
        let figures = text.is_digits(at);
        let Some(end) = self.currency_at(text, figures_end) else {
            let by_letter = figures && figures_end > at && matches!(text.word(figures_end - 1), "k" | "ke");
            return if by_letter { Some((cents(value)?, figures_end)) } else { None };
        };
        let by_letter = text.word(end - 1) == "e";
        let rank = figures && (value < MIN_EUROS_BY_LETTER || self.complements.at(text, end).is_some());
        if by_letter && (rank || !figures) {
            return None;
        }
        // "12€50", "12 euros 50", "12 euros et 50 centimes".
        let joint = if matches!(text.word(end), "et" | "and") { end + 1 } else { end };
        if value.fract() == 0.0
            && let Some(small) = text.digits(joint).filter(|small| *small < 100)
        {
            if let Some(after) = self.centimes_at(text, joint + 1) {
                return Some((cents(value)? + i64::try_from(small).ok()?, after));
            }
            let two = text.str(joint).len() == 2 && joint == end && (text.is_glued(end) || !by_letter);
            let counted = text.is_word(end + 1) && self.time.at(text, end + 1).is_some();
            if two && !counted {
                return Some((cents(value)? + i64::try_from(small).ok()?, end + 1));
            }
        }
        Some((cents(value)?, end))
    }

    /// A number, or a round one, whichever says more: in "un million deux cent mille" the million is only its beginning.
    fn sum_at(&self, text: &Text, at: usize) -> Option<(f64, usize)> {
        let plain = self.number_at(text, at).map(|number| (number.value, number.end));
        match self.rounded_at(text, at) {
            Some(rounded) if plain.is_none_or(|plain| plain.1 <= rounded.1) => Some(rounded),
            _ => plain,
        }
    }

    /// "une centaine d'euros", "un millier d'euros", "2 millions d'euros": the number and the token before its currency.
    fn rounded_at(&self, text: &Text, at: usize) -> Option<(f64, usize)> {
        let article = matches!(text.word(at), "un" | "une" | "a");
        let (times, start) = if article {
            (1.0, at + 1)
        } else {
            match self.number_at(text, at) {
                Some(number) if !number.article => (number.value, number.end),
                _ => (1.0, at),
            }
        };
        let (each, end) = match text.word(start) {
            "million" | "millions" => (1e6, start + 1),
            "m" if text.is_mark(start + 1, '€') => (1e6, start + 1),
            _ => {
                let count = self.counts.at(text, start)?;
                #[expect(clippy::cast_precision_loss, reason = "the vocabulary's counts are small")]
                (count.tag as f64, count.end)
            }
        };
        let of = matches!(text.word(end), "de" | "d" | "of");
        Some((times * each, if of { end + 1 } else { end }))
    }

    fn currency_at(&self, text: &Text, at: usize) -> Option<usize> {
        if text.is_mark(at, '€') {
            // "€uros".
            let word = text.is_glued(at + 1) && matches!(text.word(at + 1), "uro" | "uros");
            return Some(if word { at + 2 } else { at + 1 });
        }
        self.money.at(text, at).map(|found| found.end)
    }

    fn centimes_at(&self, text: &Text, at: usize) -> Option<usize> {
        self.centimes.at(text, at).map(|found| found.end)
    }
}

/// Euros in cents; none for more than [`MAX_EUROS`].
pub(super) fn cents(euros: f64) -> Option<i64> {
    if (0.0..=MAX_EUROS).contains(&euros) { super::number::whole(euros * 100.0) } else { None }
}

/// The least figure without a currency that counts as a price in a list of prices: "la télé 700 €, le vélo 350".
pub(super) const MIN_PRICE: f64 = 20.0;

/// The sum of the amounts that a message lists, in cents: two or more, with the same tax. Figures without a currency beside them
/// count as well.
pub(super) fn listed(text: &Text, values: &[Entity]) -> Option<i64> {
    let mut listed = values.iter().filter(|found| !found.denied);
    let first = listed.clone().find(|found| matches!(found.value, Value::Amount(_)))?;
    let (mut sum, mut count) = (0_i64, 0);
    let same = listed.all(|found| match &found.value {
        Value::Amount(more) => {
            (sum, count) = (sum + more, count + 1);
            found.tax == first.tax && found.low.is_none()
        }
        Value::Number(number) if found.kind == ValueKind::Number && number.get() >= MIN_PRICE => {
            (sum, count) = (sum + cents(number.get()).unwrap_or_default(), count + 1);
            !text.is_word(found.tokens.end)
                || matches!(text.word(found.tokens.end), "de" | "d" | "et" | "le" | "la" | "les" | "pour" | "en")
        }
        _ => true,
    });
    (same && count > 1).then_some(sum)
}
