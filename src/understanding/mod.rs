//! Listening: what a person wrote, turned into values, commands and answers.
//!
//! [`Vocabulary::read`] reads a message once: the values it holds and where, the command, the danger. Then
//! [`Vocabulary::answer`] takes the message as the answer to a question, and [`Vocabulary::volunteer`] looks in it for
//! the answers to questions that were not asked yet.
//!
//! This room does no I/O and keeps nothing. It refuses to guess: what can be read in two ways is [`Answer::Nothing`],
//! and the flow asks again. People's words are in `flows/vocabulary.yaml`, not here; here is only how they combine.

mod address;
mod amount;
mod choice;
mod communes;
mod contact;
mod context;
mod danger;
mod faq;
mod intent;
mod number;
mod phrases;
mod plate;
mod registry;
mod text;
mod time;
mod vocabulary;

use std::ops::Range;

use jiff::civil;
use serde::{Deserialize, Serialize};

pub use amount::Tax;
pub use choice::{ChoiceItem, ChoiceSet};
pub use faq::{Faq, FaqHit, FaqSource};
pub use intent::{IntentScore, IntentSource, Intents, Lexicon, sentences, stands_alone};
pub use time::Open;
pub use vocabulary::{Vocabulary, VocabularyError};

use crate::domain::{
    fact::{Moment, Value},
    language::Language,
    message::{Channel, Input},
};
use text::{Kind, Text};
use time::{Cycle, TimeReader, When};

/// Who listens, and when: local time, and the language in which the person is spoken to.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    pub now: civil::DateTime,
    pub language: Language,
}

/// What a person may ask at any step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Help,
    Correct,
    Cancel,
    Restart,
    Summary,
    DontKnow,
    Later,
    Skip,
    Done,
    Human,
    Stop,
    Resume,
    /// "En français".
    French,
    /// "In English".
    English,
    /// To go on by another channel: the one that was named, if one was.
    Elsewhere(Option<Channel>),
}

/// A danger that is said to be there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    Injury,
    Fire,
    Gas,
    Electricity,
    Collapse,
    /// A call for help that does not say why.
    Distress,
}

impl Danger {
    /// The code in facts, notes and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Injury => "injury",
            Self::Fire => "fire",
            Self::Gas => "gas",
            Self::Electricity => "electricity",
            Self::Collapse => "collapse",
            Self::Distress => "distress",
        }
    }
}

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

/// What a found value is, more finely than its type: a plate and a policy number are both text.
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
    /// The number of a company (INSEE).
    Siren,
    /// The number of a company's place.
    Siret,
    /// With a street.
    Address,
    /// A commune or its postcode, without a street.
    Commune,
}

/// A value found in a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Where it stands, in bytes of the message.
    pub span: Range<usize>,
    pub kind: ValueKind,
    pub value: Value,
    /// For a moment: how it reads when the future is meant, where that differs.
    pub ahead: Option<Value>,
    /// For a moment: an end that is not told.
    pub open: Option<Open>,
    /// For an amount: the lower end of an estimate, in cents.
    pub least: Option<i64>,
    /// For an amount: whether it holds its taxes.
    pub tax: Option<Tax>,
    /// For a commune: its INSEE code, where it is certain.
    pub insee: Option<&'static str>,
    /// It is well to ask whether this was meant.
    pub doubt: bool,
    /// For a moment: after what span the same words name another.
    cycle: Cycle,
    /// For a moment: a day was said, and not only an hour.
    dated: bool,
    tokens: Range<usize>,
    taken: bool,
}

impl Found {
    fn new(text: &Text, tokens: Range<usize>, kind: ValueKind, value: Value) -> Self {
        let span = text.span(tokens.clone());
        Self {
            span,
            kind,
            value,
            ahead: None,
            open: None,
            least: None,
            tax: None,
            insee: None,
            doubt: false,
            cycle: Cycle::Fixed,
            dated: true,
            tokens,
            taken: false,
        }
    }

    fn time(text: &Text, at: usize, when: When) -> Self {
        // "fuite de samedi": the "de" is not of the moment.
        let of = matches!(text.word(at), "de" | "d" | "of") && text.word(at + 1) != "ici";
        let start = if of && when.end > at + 1 { at + 1 } else { at };
        let ahead = (when.ahead != when.past).then_some(Value::Moment(when.ahead));
        let (open, doubt, cycle, dated) = (when.open, when.doubt, when.cycle, when.dated);
        let found = Self::new(text, start..when.end, ValueKind::Time, Value::Moment(when.past));
        Self { ahead, open, doubt, cycle, dated, tokens: at..when.end, ..found }
    }
}

/// A message that was read.
#[derive(Clone, Debug)]
pub struct Reading {
    text: Text,
    command: Option<Command>,
    /// "Je ne sais pas" stands somewhere in the message, perhaps among other things.
    does_not_know: bool,
    danger: Option<Danger>,
    greeting: bool,
    /// It takes back something said before: "en fait", "I meant".
    amends: bool,
    values: Vec<Found>,
}

impl Reading {
    pub fn command(&self) -> Option<Command> {
        self.command
    }

    pub fn danger(&self) -> Option<Danger> {
        self.danger
    }

    /// The message greets and says nothing else.
    pub fn is_greeting(&self) -> bool {
        self.greeting
    }

    /// The message takes back something said before.
    pub fn amends(&self) -> bool {
        self.amends
    }

    pub fn values(&self) -> &[Found] {
        &self.values
    }

    /// What was written.
    pub fn said(&self) -> &str {
        self.text.original()
    }

    /// A word or two: hardly more than a yes or a no.
    pub fn is_short(&self) -> bool {
        self.text.len() <= 3
    }

    /// Nothing was written.
    pub fn is_empty(&self) -> bool {
        self.text.len() == 0
    }

    /// The value was read with low certainty: it is well to ask whether it was meant.
    pub fn doubts(&self, value: &Value) -> bool {
        self.values.iter().any(|found| found.doubt && (found.value == *value || found.ahead.as_ref() == Some(value)))
    }

    /// Marks a value as used, so that no other question takes it too.
    pub fn take(&mut self, value: &Value) {
        for found in &mut self.values {
            if found.value == *value || found.ahead.as_ref() == Some(value) {
                found.taken = true;
                return;
            }
        }
    }
}

impl Vocabulary {
    /// Reads a message once.
    pub fn read(&self, text: &str, ctx: &Listening) -> Reading {
        let text = Text::new(text);
        let values = self.find_values(&text, ctx);
        let content = self.content(&text);
        let does_not_know = self.does_not_know(&text);
        let command = self.command(&text, &content, does_not_know, &values);
        let greeting = text.len() > 0 && content.is_empty() && self.greetings.find(&text).is_some();
        let danger = self.danger(&text, &content, &values, ctx.now);
        let amends = self.amends.find(&text).is_some();
        Reading { text, command, does_not_know, danger, greeting, amends, values }
    }

    /// Takes the whole message as the answer to the question that is pending.
    pub fn answer(&self, reading: &Reading, want: &Want, ctx: &Listening) -> Answer {
        match self.asked(reading, want, ctx) {
            Some(value) => Answer::Value(value),
            None if reading.does_not_know => Answer::Unknown,
            None => Answer::Nothing,
        }
    }

    /// Looks for the answer to a question that was not asked yet: only what cannot be meant otherwise.
    pub fn volunteer(&self, reading: &Reading, want: &Want, _ctx: &Listening) -> Option<Value> {
        match want.input {
            Input::Choice => want.choices?.one(reading, self, true).map(|value| Value::Choice(value.to_owned())),
            Input::Choices => {
                let values = want.choices?.several(reading, self, true);
                (!values.is_empty()).then_some(Value::Choices(values))
            }
            Input::Amount => only(reading, |found| matches!(found.value, Value::Amount(_))),
            Input::Date | Input::DateTime => only_moment(reading, want.prefer_past),
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

    fn asked(&self, reading: &Reading, want: &Want, ctx: &Listening) -> Option<Value> {
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
            Input::Date | Input::DateTime => only_moment(reading, want.prefer_past),
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
    fn told(&self, reading: &Reading, want: &Want, confident: bool) -> Option<Value> {
        let said = want.choices?.one_in_words(reading, self, confident)?;
        Some(Value::Bool(said == choice::YES))
    }

    /// Everything in the message that is a value by itself, from the left; each word belongs to one value.
    fn find_values(&self, text: &Text, ctx: &Listening) -> Vec<Found> {
        let times = self.times(text, ctx);
        let mut values: Vec<Found> = Vec::new();
        let shapes = self.shapes(text);
        let shaped = |at: usize| shapes.iter().find(|(tokens, ..)| tokens.contains(&at));
        let mut at = 0;
        while at < text.len() {
            let end = if let Some((tokens, kind, value)) = shaped(at) {
                values.push(Found::new(text, tokens.clone(), *kind, value.clone()));
                tokens.end
            } else if let Some((mut address, end)) = self.address_at(text, at) {
                let doubt = address::check(&mut address);
                let found = Found::new(text, at..end, ValueKind::Address, Value::Address(address));
                values.push(Found { doubt, ..found });
                end
            } else if let Some(end) = self.dated_street(text, at, &times) {
                end
            } else if let Some(when) = times.at(at) {
                let end = when.end;
                values.push(Found::time(text, at, when));
                end
            } else if let Some(amount) = self.amount_at(text, at) {
                let found = Found::new(text, at..amount.end, ValueKind::Amount, Value::Amount(amount.cents));
                values.push(Found { least: amount.least, tax: amount.tax, ..found });
                amount.end
            } else if let Some(place) = self.place_at(text, at) {
                let found = Found::new(text, at..place.end, ValueKind::Commune, Value::Address(place.address));
                values.push(Found { insee: place.code, doubt: place.doubt, ..found });
                place.end
            } else if let Some((number, end)) = self.surface_at(text, at) {
                values.push(Found::new(text, at..end, ValueKind::Surface, Value::Number(number)));
                end
            } else if let Some((minutes, end)) = times.duration_at(at) {
                values.push(Found::new(text, at..end, ValueKind::Duration, Value::Duration(minutes)));
                end
            } else if let Some((_, end)) = self.rank_at(text, at).filter(|(_, end)| *end > at + 1) {
                end
            } else if let Some(number) = self.number_at(text, at).filter(|number| !number.article) {
                values.push(Found::new(text, at..number.end, ValueKind::Number, Value::Number(number.value)));
                number.end
            } else {
                at + 1
            };
            at = end.max(at + 1);
        }
        context::settle(text, self, ctx.now, &mut values);
        values
    }

    /// "rue du 4 septembre": the token after a street that is named by a date.
    fn dated_street(&self, text: &Text, at: usize, times: &TimeReader) -> Option<usize> {
        let street = self.streets.at(text, at)?;
        let named = text.word(street.end) == "du" && text.str(at).len() > 1;
        if named { times.at(street.end).map(|when| when.end) } else { None }
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

    fn times<'a>(&'a self, text: &'a Text, ctx: &Listening) -> TimeReader<'a> {
        TimeReader { vocabulary: self, text, now: ctx.now, month_first_too: ctx.language == Language::En }
    }

    /// "45,5 m2", "une trentaine de m²": square metres.
    fn surface_at(&self, text: &Text, at: usize) -> Option<(f64, usize)> {
        let article = usize::from(text.word(at) == "une");
        let (value, end) = match self.counts.at(text, at + article) {
            #[expect(clippy::cast_precision_loss, reason = "the vocabulary's counts are small")]
            Some(count) => (count.tag as f64, count.end + usize::from(matches!(text.word(count.end), "de" | "of"))),
            None => self.number_at(text, at).map(|number| (number.value, number.end))?,
        };
        self.square_metres.at(text, end).map(|unit| (value, unit.end))
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
    fn polarity(&self, reading: &Reading) -> Option<bool> {
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

    /// The words of a message that are neither courtesy nor marks, joined by one blank.
    fn content(&self, text: &Text) -> String {
        let mut content = String::new();
        let mut at = 0;
        while at < text.len() {
            if let Some(polite) = self.polite.at(text, at) {
                at = polite.end;
                continue;
            }
            if text.token(at).is_some_and(|token| !matches!(token.kind, Kind::Mark(_)) || text.str(at) == "?") {
                if !content.is_empty() && text.str(at) != "?" {
                    content.push(' ');
                }
                if text.str(at) != "?" {
                    content.push_str(text.str(at));
                }
            }
            at += 1;
        }
        content
    }

    fn command(&self, text: &Text, content: &str, does_not_know: bool, values: &[Found]) -> Option<Command> {
        if content.is_empty() {
            return None;
        }
        if let Some((_, command)) = self.alone.iter().find(|(phrase, _)| phrase == content) {
            return Some(*command);
        }
        if let Some((_, found)) = self.commands.find(text)
            && found.tag != Command::DontKnow
        {
            return Some(found.tag);
        }
        if does_not_know && values.is_empty() && self.words_beside_not_knowing(text) <= MAX_WORDS_BESIDE {
            return Some(Command::DontKnow);
        }
        // A word mistyped; STOP alone must be meant to the letter.
        let allowed = choice::mistakes_allowed(content.len()).min(content.len() / 6);
        if allowed == 0 || content.len() > MAX_MISTYPED_COMMAND || !values.is_empty() {
            return None;
        }
        self.alone
            .iter()
            .filter(|(phrase, command)| {
                let near =
                    phrase.len().abs_diff(content.len()) <= allowed && phrase.as_bytes()[0] == content.as_bytes()[0];
                near && *command != Command::Stop
            })
            .find(|(phrase, _)| strsim::osa_distance(phrase, content) <= allowed)
            .map(|(_, command)| *command)
    }

    fn does_not_know(&self, text: &Text) -> bool {
        (0..text.len()).any(|at| self.is_not_knowing(text, at))
    }

    fn is_not_knowing(&self, text: &Text, at: usize) -> bool {
        self.commands.at(text, at).is_some_and(|found| found.tag == Command::DontKnow)
    }

    fn words_beside_not_knowing(&self, text: &Text) -> usize {
        let (mut beside, mut at) = (0, 0);
        while at < text.len() {
            let unknown =
                self.commands.at(text, at).filter(|found| found.tag == Command::DontKnow).map(|found| found.end);
            if let Some(end) = unknown.or_else(|| self.polite.at(text, at).map(|found| found.end)) {
                at = end;
                continue;
            }
            beside += usize::from(text.is_word(at));
            at += 1;
        }
        beside
    }

    fn skip_polite(&self, text: &Text, mut at: usize) -> usize {
        while at < text.len() {
            match self.polite.at(text, at) {
                Some(polite) => at = polite.end,
                None if matches!(text.token(at).map(|token| token.kind), Some(Kind::Mark(_))) => at += 1,
                None => break,
            }
        }
        at
    }

    fn is_negation(&self, text: &Text, at: usize) -> bool {
        self.negations.at(text, at).is_some()
    }

    /// The thing named at `at` is denied by the words just before it: "pas de", "aucune", "sans".
    fn is_negated(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|start| {
            self.negations.at(text, start).is_some_and(|negation| {
                negation.end <= at && (negation.end..at).all(|between| is_article(text.word(between)))
            })
        })
    }

    /// A rank at `at`, in figures or in words, and the token after it.
    fn rank_at(&self, text: &Text, at: usize) -> Option<(u64, usize)> {
        if let Some(rank) = text.digits(at) {
            let ending =
                matches!(text.word(at + 1), "e" | "er" | "ere" | "eme" | "nd" | "nde" | "re" | "st" | "rd" | "th");
            return Some((rank, if ending && text.is_glued(at + 1) { at + 2 } else { at + 1 }));
        }
        self.ordinals.at(text, at).map(|found| (found.tag, found.end))
    }

    /// A word or mark that may stand around a number when it picks a choice.
    fn fills_rank(&self, text: &Text, at: usize) -> bool {
        matches!(
            text.token(at).map(|token| token.kind),
            Some(Kind::Mark(',' | '.' | '°' | ')' | '/' | '&' | '+' | ';' | '!' | '#'))
        ) || self.around_rank.at(text, at).is_some()
            || self.polite.at(text, at).is_some()
    }
}

/// A longer message is no mistyped command.
const MAX_MISTYPED_COMMAND: usize = 24;

/// "Je ne sais pas du tout combien" is not knowing; with more words beside, the message says something else too.
const MAX_WORDS_BESIDE: usize = 3;

/// The only value of a kind that no other question took; several different ones would be a guess.
fn only(reading: &Reading, wanted: impl Fn(&Found) -> bool) -> Option<Value> {
    let mut found = reading.values.iter().filter(|found| !found.taken && wanted(found));
    let first = found.next()?;
    found.all(|other| other.value == first.value).then(|| first.value.clone())
}

/// The only moment; "hier, samedi vers 18 h" is one in two words, so the more precise of two on one day counts.
fn only_moment(reading: &Reading, prefer_past: bool) -> Option<Value> {
    let moments = reading.values.iter().filter(|found| !found.taken).filter_map(|found| {
        let value = if prefer_past { &found.value } else { found.ahead.as_ref().unwrap_or(&found.value) };
        if let Value::Moment(moment) = value { Some(moment) } else { None }
    });
    let mut best: Option<&Moment> = None;
    for moment in moments {
        match best {
            Some(known) if known.start.date() != moment.start.date() => return None,
            Some(known) if known.precision <= moment.precision => {}
            _ => best = Some(moment),
        }
    }
    best.cloned().map(Value::Moment)
}

/// The amount; of "entre 500 et 800 euros" the higher.
fn amount(reading: &Reading) -> Option<i64> {
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

fn only_number(reading: &Reading) -> Option<f64> {
    match only(reading, |found| matches!(found.value, Value::Number(_)))? {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// The count of the only duration: "2 ans" answers "how many?" too.
fn counted_units(reading: &Reading, vocabulary: &Vocabulary) -> Option<f64> {
    let mut durations = reading.values.iter().filter(|found| found.kind == ValueKind::Duration);
    let first = durations.next().filter(|_| durations.next().is_none())?;
    vocabulary.number_at(&reading.text, first.tokens.start).map(|number| number.value)
}

fn is_article(word: &str) -> bool {
    matches!(word, "de" | "d" | "du" | "des" | "la" | "le" | "les" | "l" | "un" | "une" | "the" | "a" | "an" | "any")
}

#[cfg(test)]
mod tests;
