//! Values: everything in a message that is recognisable as a value without a question, from the left, with its
//! position.

use std::ops::Range;

use serde::Serialize;

use super::{
    Foreign, Listening, Open, Tax, Vocabulary, address, context,
    text::Text,
    time::{Cycle, TimeReader, When},
};
use crate::domain::{fact::Value, language::Language, number::FiniteNumber};

/// What a found value is, in more detail than its type: a plate and a policy number are both text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    Time,
    Amount,
    Number,
    /// In minutes.
    Duration,
    /// In square metres.
    Surface,
    Plate,
    PolicyNumber,
    Phone,
    Email,
    Iban,
    /// A company's number (INSEE).
    Siren,
    /// The number of a company's site (INSEE).
    Siret,
    /// With a street.
    Address,
    /// A commune or its postcode, without a street.
    Commune,
}

/// A value found in a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its byte range in the message.
    pub span: Range<usize>,
    pub kind: ValueKind,
    pub value: Value,
    /// For a moment: its value when the future is meant, where that differs.
    pub ahead: Option<Value>,
    /// For a moment: which end is open.
    pub open: Option<Open>,
    /// For an amount: the lower end of an estimate, in cents.
    pub low: Option<i64>,
    /// For an amount: whether it includes its taxes, where that is said.
    pub tax: Option<Tax>,
    /// For an amount in another currency than the euro. Its value is then a text, which no question takes for an
    /// amount.
    pub foreign: Option<Foreign>,
    /// For a commune: its INSEE code, where it is certain.
    pub insee: Option<&'static str>,
    /// Whether the reading is uncertain, so that it should be confirmed.
    pub uncertain: bool,
    /// For a moment: the span after which the same words name another.
    pub(super) cycle: Cycle,
    /// For a moment: whether a day was named, and not only an hour.
    pub(super) dated: bool,
    /// For a moment: so many days after the one that was named before: "le lendemain".
    pub(super) beside: Option<i8>,
    /// For a moment: whether it is only when something was seen: "je l'ai vu ce matin".
    pub(super) noticed: bool,
    /// Whether it is denied: "samedi, pas dimanche".
    pub(super) denied: bool,
    pub(super) tokens: Range<usize>,
    pub(super) taken: bool,
}

impl Entity {
    fn new(text: &Text, tokens: Range<usize>, kind: ValueKind, value: Value) -> Self {
        let span = text.span(tokens.clone());
        Self {
            span,
            kind,
            value,
            ahead: None,
            open: None,
            low: None,
            tax: None,
            foreign: None,
            insee: None,
            uncertain: false,
            cycle: Cycle::Fixed,
            dated: true,
            beside: None,
            noticed: false,
            denied: false,
            tokens,
            taken: false,
        }
    }

    /// For a moment: whether a day was named, and not only an hour.
    pub fn has_day(&self) -> bool {
        self.dated
    }

    fn time(text: &Text, at: usize, when: When) -> Self {
        // "fuite de samedi": the "de" does not belong to the moment.
        let of = matches!(text.word(at), "de" | "d" | "of") && text.word(at + 1) != "ici";
        let start = if of && when.end > at + 1 { at + 1 } else { at };
        let ahead = (when.ahead != when.past).then_some(Value::Moment(when.ahead));
        let (open, uncertain, cycle, dated, beside) = (when.open, when.uncertain, when.cycle, when.dated, when.beside);
        let found = Self::new(text, start..when.end, ValueKind::Time, Value::Moment(when.past));
        Self { ahead, open, uncertain, cycle, dated, beside, tokens: at..when.end, ..found }
    }
}

impl Vocabulary {
    /// Every value in the message, from the left; each token belongs to one value.
    pub(super) fn find_values(&self, text: &Text, ctx: &Listening) -> Vec<Entity> {
        let times = self.times(text, ctx);
        let mut values: Vec<Entity> = Vec::new();
        let shapes = self.shapes(text);
        let shaped = |at: usize| shapes.iter().find(|(tokens, ..)| tokens.contains(&at));
        // "1250,06 12 34 56 78": what stands before a phone takes none of its figures.
        let runs_into = |at: usize, end: usize| shapes.iter().any(|(tokens, ..)| (at + 1..end).contains(&tokens.start));
        let abroad = (0..text.len()).any(|at| self.foreign_currency_at(text, at).is_some());
        let foreign = |at: usize| if abroad { self.foreign_at(text, at) } else { None };
        let mut at = 0;
        while at < text.len() {
            let end = if let Some((tokens, kind, value)) = shaped(at) {
                values.push(Entity::new(text, tokens.clone(), *kind, value.clone()));
                tokens.end
            } else if let Some((mut address, end)) = self.address_at(text, at) {
                let uncertain = address::check(&mut address);
                let found = Entity::new(text, at..end, ValueKind::Address, Value::Address(address));
                values.push(Entity { uncertain, ..found });
                end
            } else if let Some(end) = self.dated_street(text, at, &times) {
                end
            } else if let Some(when) = times.at(at) {
                let end = when.end;
                values.push(Entity::time(text, at, when));
                end
            } else if let Some((foreign, end)) = foreign(at) {
                let value = Value::Text(text.written(at..end).to_owned());
                let found = Entity::new(text, at..end, ValueKind::Amount, value);
                values.push(Entity { foreign: Some(foreign), ..found });
                end
            } else if let Some(amount) =
                self.amount_at(text, at).filter(|amount| !runs_into(at, amount.end) && !self.is_coin(text, at))
            {
                let found = Entity::new(text, at..amount.end, ValueKind::Amount, Value::Amount(amount.cents));
                values.push(Entity { low: amount.low, tax: amount.tax, ..found });
                amount.end
            } else if let Some(place) = self.place_at(text, at) {
                let found = Entity::new(text, at..place.end, ValueKind::Commune, Value::Address(place.address));
                values.push(Entity { insee: place.code, uncertain: place.uncertain, ..found });
                place.end
            } else if let Some((number, end)) = self.surface_at(text, at) {
                values.push(Entity::new(text, at..end, ValueKind::Surface, Value::Number(number)));
                end
            } else if let Some((minutes, end)) = times.duration_at(at) {
                values.push(Entity::new(text, at..end, ValueKind::Duration, Value::Duration(minutes)));
                end
            } else if let Some((_, end)) = self.rank_at(text, at).filter(|(_, end)| *end > at + 1) {
                end
            } else if let Some((number, end)) = self.plain_number_at(text, at).filter(|(_, end)| !runs_into(at, *end)) {
                values.push(Entity::new(text, at..end, ValueKind::Number, Value::Number(number)));
                end
            } else {
                at + 1
            };
            at = end.max(at + 1);
        }
        context::settle(text, self, ctx.now, &mut values);
        values
    }

    /// The position after a street that is named by a date: "rue du 4 septembre".
    fn dated_street(&self, text: &Text, at: usize, times: &TimeReader) -> Option<usize> {
        let street = self.streets.at(text, at)?;
        let named = text.word(street.end) == "du" && text.str(at).len() > 1;
        if named { times.at(street.end).map(|when| when.end) } else { None }
    }

    pub(super) fn times<'a>(&'a self, text: &'a Text, ctx: &Listening) -> TimeReader<'a> {
        TimeReader { vocabulary: self, text, now: ctx.now, month_first_too: ctx.language == Language::En }
    }

    /// "45,5 m2", "une trentaine de m²": square metres.
    fn surface_at(&self, text: &Text, at: usize) -> Option<(FiniteNumber, usize)> {
        let article = usize::from(text.word(at) == "une");
        let (value, end) = match self.counts.at(text, at + article) {
            #[expect(clippy::cast_precision_loss, reason = "the vocabulary's counts are small")]
            Some(count) => (count.tag as f64, count.end + usize::from(matches!(text.word(count.end), "de" | "of"))),
            None => self.number_at(text, at).map(|number| (number.value, number.end))?,
        };
        let unit = self.square_metres.at(text, end)?;
        Some((FiniteNumber::new(value)?, unit.end))
    }

    /// Whether an amount at `at` is what a coin or a note is worth: "on passe une pièce de 1 euro".
    fn is_coin(&self, text: &Text, at: usize) -> bool {
        let coin = |back: usize| at.checked_sub(back).is_some_and(|at| self.coins.at(text, at).is_some());
        coin(1) || (at > 0 && self.is_article(text, at - 1) && coin(2))
    }

    /// A number that is no article.
    fn plain_number_at(&self, text: &Text, at: usize) -> Option<(FiniteNumber, usize)> {
        let number = self.number_at(text, at).filter(|number| !number.article)?;
        Some((FiniteNumber::new(number.value)?, number.end))
    }
}
