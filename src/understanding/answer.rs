//! Answers: a message taken as the answer to a question that was asked, or searched for one that was not.

use jiff::civil;

use super::{
    Command, Entity, Listening, ParsedMessage, ValueKind, Vocabulary, amount, choice, choice::ChoiceSet, text::Text,
    time,
};
use crate::domain::{
    fact::{Moment, Precision, Value},
    message::Input,
};

/// What a question wants.
#[derive(Clone, Copy, Debug)]
pub struct Want<'a> {
    pub input: Input,
    pub choices: Option<&'a ChoiceSet>,
    /// A loss is looked for in the past, an appointment in the future.
    pub prefer_past: bool,
    /// What a policy number looks like at this insurer.
    pub policy_pattern: Option<&'a regex::Regex>,
}

/// A message taken as the answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Value(Value),
    /// The person says that they do not know.
    Unknown,
    /// It was not understood, or could be understood in several ways.
    Nothing,
}

impl Vocabulary {
    /// Takes the whole message as the answer to the question that is pending.
    pub fn answer(&self, reading: &ParsedMessage, want: &Want, ctx: &Listening) -> Answer {
        match self.asked(reading, want, ctx) {
            Some(value) => Answer::Value(value),
            None if reading.does_not_know => Answer::Unknown,
            None => Answer::Nothing,
        }
    }

    /// Looks for the answer to a question that was not asked yet: only what cannot be meant otherwise.
    pub fn extract_unprompted(&self, reading: &ParsedMessage, want: &Want, ctx: &Listening) -> Option<Value> {
        match want.input {
            Input::Choice => want.choices?.one(reading, self, true).map(|value| Value::Choice(value.to_owned())),
            Input::Choices => {
                let values = want.choices?.several(reading, self, true);
                (!values.is_empty()).then_some(Value::Choices(values))
            }
            Input::Amount => only(reading, |found| matches!(found.value, Value::Amount(_))),
            // "Que faire maintenant ?" tells when it is said, and not when it happened.
            Input::Date | Input::DateTime => only_moment(reading, want.prefer_past, ctx.now)
                .filter(|value| !matches!(value, Value::Moment(moment) if is_this_minute(moment, ctx.now))),
            Input::Phone => only(reading, |found| matches!(found.value, Value::Phone(_))),
            Input::Email => only(reading, |found| matches!(found.value, Value::Email(_))),
            Input::Plate => only(reading, |found| found.kind == ValueKind::Plate),
            Input::Address | Input::Location => only(reading, |found| {
                let place = found.kind == ValueKind::Address
                    || (found.kind == ValueKind::Commune && want.input == Input::Location);
                place && matches!(&found.value, Value::Address(address) if address.postcode.is_some())
            }),
            Input::PolicyNumber => self.policy_number(reading, want.policy_pattern, true).map(Value::Text),
            Input::YesNo => self.told(reading, want, true),
            Input::Text | Input::Consent | Input::Number | Input::Duration | Input::Photos | Input::Document => None,
        }
    }

    fn asked(&self, reading: &ParsedMessage, want: &Want, ctx: &Listening) -> Option<Value> {
        let text = &reading.text;
        match want.input {
            Input::Text => {
                let text = text.original().trim();
                let silent = text.is_empty() || reading.command == Some(Command::DontKnow);
                (!silent).then(|| Value::Text(text.to_owned()))
            }
            Input::YesNo | Input::Consent => {
                self.polarity(reading).map(Value::Bool).or_else(|| self.told(reading, want, false))
            }
            Input::Choice => want.choices?.one(reading, self, false).map(|value| Value::Choice(value.to_owned())),
            Input::Choices => {
                let values = want.choices?.several(reading, self, false);
                (!values.is_empty()).then_some(Value::Choices(values))
            }
            Input::Number => only_number(reading)
                .or_else(|| counted_units(reading, self))
                .or_else(|| self.article(text))
                .or_else(|| self.nothing_counted(text))
                .map(Value::Number),
            Input::Amount => amount(reading)
                .or_else(|| {
                    let euros = only_number(reading).or_else(|| self.nothing_counted(text))?;
                    amount::cents(euros)
                })
                .map(Value::Amount),
            Input::Date | Input::DateTime => only_moment(reading, want.prefer_past, ctx.now),
            Input::Duration => self.duration(text, ctx).map(Value::Duration),
            Input::Address | Input::Location => only(reading, |found| found.kind == ValueKind::Address)
                .or_else(|| self.loose_address(text).or_else(|| self.named_place(text)).map(Value::Address)),
            Input::Phone => only(reading, |found| matches!(found.value, Value::Phone(_))),
            Input::Email => only(reading, |found| matches!(found.value, Value::Email(_))),
            Input::PolicyNumber => self.policy_number(reading, want.policy_pattern, false).map(Value::Text),
            Input::Plate => self.plate(text).map(Value::Text),
            Input::Photos | Input::Document => None,
        }
    }

    /// Yes or no, told in the question's own words: "ça coule encore".
    fn told(&self, reading: &ParsedMessage, want: &Want, confident: bool) -> Option<Value> {
        let said = want.choices?.one_in_words(reading, self, confident)?;
        Some(Value::Bool(said == choice::YES))
    }

    /// How long, all durations of the message together, in minutes.
    fn duration(&self, text: &Text, ctx: &Listening) -> Option<i64> {
        let times = self.times(text, ctx);
        let (mut sum, mut at) = (None, 0);
        while at < text.len() {
            match times.length_at(at) {
                Some((minutes, end)) => (sum, at) = (Some(sum.unwrap_or_default() + minutes), end),
                None => at += 1,
            }
        }
        sum
    }

    /// "un" as a whole answer is a number, elsewhere an article.
    fn article(&self, text: &Text) -> Option<f64> {
        let start = self.skip_polite(text, 0);
        let number = self.number_at(text, start)?;
        (number.article && number.end == text.len()).then_some(number.value)
    }

    /// "aucun", "rien": none is a count.
    fn nothing_counted(&self, text: &Text) -> Option<f64> {
        let start = self.skip_polite(text, 0);
        let first = self.polarity.at(text, start).filter(|_| !self.is_not_knowing(text, start))?;
        (!first.tag && matches!(text.word(start), "aucun" | "aucune" | "rien" | "none" | "nothing")).then_some(0.0)
    }

    /// Yes or no, when the message begins so and does not say the contrary later.
    fn polarity(&self, reading: &ParsedMessage) -> Option<bool> {
        let text = &reading.text;
        let start = self.skip_polite(text, 0);
        if let Some((rank, end)) = self.rank_at(text, start)
            && end == text.len()
        {
            return match rank {
                1 => Some(true),
                2 => Some(false),
                _ => None,
            };
        }
        // "Aucune idée" begins like a no.
        if self.is_not_knowing(text, start) {
            return None;
        }
        let first = self.polarity.at(text, start)?;
        let mut at = first.end;
        while at < text.len() {
            match self.polarity.at(text, at) {
                // "oui mais non": only a plain contrary counts, "oui pas de souci" is still a yes.
                Some(other) if other.tag != first.tag && (other.tag || !self.is_negation(text, at)) => return None,
                Some(other) => at = other.end,
                None => at += 1,
            }
        }
        Some(first.tag)
    }
}

/// The only value of a kind that no other question took; several different ones would be a guess.
fn only(reading: &ParsedMessage, wanted: impl Fn(&Entity) -> bool) -> Option<Value> {
    let mut found = reading.values.iter().filter(|found| !found.taken && wanted(found));
    let first = found.next()?;
    found.all(|other| other.value == first.value).then(|| first.value.clone())
}

/// The only moment; "hier, samedi vers 18 h" is one in two words, so the more precise of two counts that are of one day,
/// or of which one holds the other ("la semaine dernière, jeudi"). Beside what happened, the present is no answer: "ça a
/// commencé hier et maintenant ça coule".
fn only_moment(reading: &ParsedMessage, prefer_past: bool, now: civil::DateTime) -> Option<Value> {
    let moments = reading.values.iter().filter(|found| !found.taken).filter_map(|found| {
        let value = if prefer_past { &found.value } else { found.ahead.as_ref().unwrap_or(&found.value) };
        if let Value::Moment(moment) = value { Some(moment) } else { None }
    });
    let moments: Vec<&Moment> = moments.collect();
    let one = one_moment(moments.iter().copied());
    if !prefer_past || one.is_some() {
        return one;
    }
    let is_present =
        |moment: &Moment| moment.precision <= Precision::Day && time::holds(moment, now) && moment.end.is_none();
    one_moment(moments.into_iter().filter(|moment| !is_present(moment)))
}

fn is_this_minute(moment: &Moment, now: civil::DateTime) -> bool {
    moment.precision == Precision::Minute && moment.end.is_none() && time::holds(moment, now)
}

fn one_moment<'a>(moments: impl Iterator<Item = &'a Moment>) -> Option<Value> {
    let mut best: Option<&Moment> = None;
    for moment in moments {
        match best {
            Some(known) if time::contains(moment, known) => {}
            Some(known) if !time::contains(known, moment) && known.start.date() != moment.start.date() => return None,
            Some(known) if known.precision <= moment.precision => {}
            _ => best = Some(moment),
        }
    }
    best.cloned().map(Value::Moment)
}

/// The amount; of "entre 500 et 800 euros" the higher.
fn amount(reading: &ParsedMessage) -> Option<i64> {
    let mut found = reading.values.iter().filter(|found| !found.taken).filter_map(|found| match found.value {
        Value::Amount(cents) => Some((cents, found.tokens.clone())),
        _ => None,
    });
    let (first, tokens) = found.next()?;
    match found.next() {
        None => Some(first),
        // Two amounts with one word between them are the ends of an estimate.
        Some((second, next)) if next.start <= tokens.end + 1 && found.next().is_none() => Some(first.max(second)),
        Some(_) => None,
    }
}

fn only_number(reading: &ParsedMessage) -> Option<f64> {
    match only(reading, |found| matches!(found.value, Value::Number(_)))? {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// The count of the only duration: "2 ans" answers "how many?" too.
fn counted_units(reading: &ParsedMessage, vocabulary: &Vocabulary) -> Option<f64> {
    let mut durations = reading.values.iter().filter(|found| found.kind == ValueKind::Duration);
    let first = durations.next().filter(|_| durations.next().is_none())?;
    vocabulary.number_at(&reading.text, first.tokens.start).map(|number| number.value)
}
