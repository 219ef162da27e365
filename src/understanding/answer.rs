//! Answers: reads a message as the answer to the pending question, or searches it for the answer to a later one.

use std::ops::Range;

use jiff::civil;

use super::{
    Command, Entity, Listening, ParsedMessage, ValueKind, Vocabulary, amount, choice, choice::ChoiceSet, text::Text,
    time,
};
use crate::domain::{
    fact::{Moment, Precision, Value},
    message::Input,
    number::FiniteNumber,
};

/// Within how many tokens a yes or a no stands that says first about what it is: "la télé non, le frigo non plus".
const PLAIN_WITHIN: usize = 6;

/// How many words may stand before "un" where it counts: "oui juste un".
const WORDS_BEFORE_ONE: usize = 4;

/// What a question accepts.
#[derive(Clone, Copy, Debug)]
pub struct Want<'a> {
    pub input: Input,
    pub choices: Option<&'a ChoiceSet>,
    /// Whether dates are resolved in the past, as for a loss, or in the future, as for an appointment.
    pub prefer_past: bool,
    /// What half a yes counts as: "la télé oui, le reste non".
    pub partly: Option<bool>,
    /// The form of this insurer's policy numbers.
    pub policy_pattern: Option<&'a regex::Regex>,
}

/// The answer that a message gives to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Value(Value),
    /// The person says that they do not know.
    Unknown,
    /// The message gives no answer, or can be understood in several ways.
    Nothing,
}

impl Vocabulary {
    /// Reads the whole message as the answer to the pending question.
    pub fn answer(&self, parsed: &ParsedMessage, want: &Want, ctx: &Listening) -> Answer {
        match self.asked(parsed, want, ctx) {
            Some(value) => Answer::Value(value),
            None if parsed.does_not_know => Answer::Unknown,
            None => Answer::Nothing,
        }
    }

    /// Searches the message for the answer to a question that was not asked yet. Only an unambiguous one counts.
    pub fn extract_unprompted(&self, parsed: &ParsedMessage, want: &Want, ctx: &Listening) -> Option<Value> {
        match want.input {
            Input::Choice => want.choices?.one(parsed, self, true).map(|value| Value::Choice(value.to_owned())),
            Input::Choices => {
                let values = want.choices?.several(parsed, self, true);
                (!values.is_empty()).then_some(Value::Choices(values))
            }
            Input::Amount => {
                let amount = |found: &Entity| matches!(found.value, Value::Amount(_));
                let untouched = parsed.values.iter().filter(|found| amount(found)).all(|found| !found.taken);
                // A list of prices is added up, and confirmed.
                parsed.sum.filter(|_| untouched).map(Value::Amount).or_else(|| only(parsed, amount))
            }
            // "Que faire maintenant ?" does not say when the loss happened.
            Input::Date | Input::DateTime => only_moment(parsed, want.prefer_past, ctx.now)
                .filter(|value| !matches!(value, Value::Moment(moment) if is_this_minute(moment, ctx.now))),
            Input::Phone => only(parsed, |found| matches!(found.value, Value::Phone(_))),
            Input::Email => only(parsed, |found| matches!(found.value, Value::Email(_))),
            Input::Plate => only(parsed, |found| found.kind == ValueKind::Plate),
            Input::Address | Input::Location => only(parsed, |found| {
                let place = found.kind == ValueKind::Address
                    || (found.kind == ValueKind::Commune && want.input == Input::Location);
                place && matches!(&found.value, Value::Address(address) if address.postcode.is_some())
            }),
            Input::PolicyNumber => self.policy_number(parsed, want.policy_pattern, true).map(Value::Text),
            Input::YesNo => self.told(parsed, want, true),
            Input::Text | Input::Consent | Input::Number | Input::Duration | Input::Photos | Input::Document => None,
        }
    }

    fn asked(&self, parsed: &ParsedMessage, want: &Want, ctx: &Listening) -> Option<Value> {
        let text = &parsed.text;
        match want.input {
            Input::Text => {
                let text = text.original().trim();
                let silent = text.is_empty() || parsed.command == Some(Command::DontKnow);
                (!silent).then(|| Value::Text(text.to_owned()))
            }
            Input::YesNo | Input::Consent => {
                let told = self.told(parsed, want, false);
                let surely = self.told(parsed, want, true);
                match self.polarity(parsed).map(Value::Bool) {
                    // "oui, très vieux" to "a-t-il moins de dix ans ?" says both.
                    Some(said) if surely.is_some_and(|told| told != said) => None,
                    said => said
                        .or(told)
                        .or_else(|| self.plainly(text).map(Value::Bool))
                        .or_else(|| want.partly.filter(|_| self.is_in_halves(text)).map(Value::Bool)),
                }
            }
            Input::Choice => want.choices?.one(parsed, self, false).map(|value| Value::Choice(value.to_owned())),
            Input::Choices => {
                let choices = want.choices?;
                let named = choices.several(parsed, self, false);
                let values = if named.is_empty() && self.all_of_them.contains(&self.content(text)) {
                    choices.all()
                } else {
                    named
                };
                (!values.is_empty()).then_some(Value::Choices(values))
            }
            Input::Number => only_number(parsed)
                .or_else(|| counted_units(parsed, self))
                .or_else(|| only_year(parsed))
                .or_else(|| self.rounded_count(text))
                .or_else(|| self.article(text).or_else(|| self.closing_article(parsed)))
                .or_else(|| self.nothing_counted(text))
                .and_then(FiniteNumber::new)
                .map(Value::Number),
            Input::Amount => amount(parsed, self)
                .or_else(|| {
                    let euros =
                        only_number(parsed).or_else(|| upper_number(parsed)).or_else(|| self.nothing_counted(text))?;
                    amount::cents(euros)
                })
                .map(Value::Amount),
            Input::Date | Input::DateTime => {
                only_moment(parsed, want.prefer_past, ctx.now).or_else(|| self.date_in_one(text, want.prefer_past, ctx))
            }
            Input::Duration => self.duration(text, ctx).map(Value::Duration),
            Input::Address | Input::Location => only(parsed, |found| found.kind == ValueKind::Address)
                .or_else(|| self.loose_address(parsed).or_else(|| self.named_place(text)).map(Value::Address)),
            Input::Phone => only(parsed, |found| matches!(found.value, Value::Phone(_))),
            Input::Email => only(parsed, |found| matches!(found.value, Value::Email(_))),
            // "7600003 c'est le contrat de ma locataire, moi j'ai pas de numéro".
            Input::PolicyNumber if parsed.does_not_know && self.others_policy.find(text).is_some() => None,
            Input::PolicyNumber => self.policy_number(parsed, want.policy_pattern, false).map(Value::Text),
            Input::Plate => self.plate(text).map(Value::Text),
            Input::Photos | Input::Document => None,
        }
    }

    /// Yes or no, said in the words that the question lists for them: "ça coule encore".
    fn told(&self, parsed: &ParsedMessage, want: &Want, confident: bool) -> Option<Value> {
        let said = want.choices?.one_in_words(parsed, self, confident)?;
        Some(Value::Bool(said == choice::YES))
    }

    /// The sum of all durations of the message, in minutes.
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

    /// "060670", "06061970": a date whose figures are written in one.
    fn date_in_one(&self, text: &Text, prefer_past: bool, ctx: &Listening) -> Option<Value> {
        let figures = text.str(0);
        if text.len() != 1 || !text.is_digits(0) || !matches!(figures.len(), 6 | 8) {
            return None;
        }
        let spaced = format!("{} {} {}", &figures[..2], &figures[2..4], &figures[4..]);
        only_moment(&self.read(&spaced, ctx), prefer_past, ctx.now)
    }

    /// The number "un", which counts as one only where it is the whole answer; elsewhere it is an article.
    fn article(&self, text: &Text) -> Option<f64> {
        let start = self.skip_polite(text, 0);
        let number = self.number_at(text, start)?;
        // "un, celui du dessus".
        (number.article && (number.end == text.len() || text.is_mark(number.end, ','))).then_some(number.value)
    }

    /// "Juste un": a number that is an article elsewhere, at the end of a message of few words without another number.
    fn closing_article(&self, parsed: &ParsedMessage) -> Option<f64> {
        let text = &parsed.text;
        let last = (0..text.len()).rev().find(|&at| text.is_word(at))?;
        let brief = parsed.values.is_empty() && last < WORDS_BEFORE_ONE;
        self.number_at(text, last).filter(|number| brief && number.article).map(|number| number.value)
    }

    /// "Une vingtaine de kilomètres": a rounded count, where the message has no other number.
    fn rounded_count(&self, text: &Text) -> Option<f64> {
        let counts = (0..text.len()).filter_map(|at| self.counts.at(text, at)).collect::<Vec<_>>();
        let figures = (0..text.len()).any(|at| text.is_digits(at));
        match counts.as_slice() {
            #[expect(clippy::cast_precision_loss, reason = "the vocabulary's counts are small")]
            [only] if !figures => Some(only.tag as f64),
            _ => None,
        }
    }

    /// Zero, said as "aucun" or "rien".
    fn nothing_counted(&self, text: &Text) -> Option<f64> {
        let start = self.skip_polite(text, 0);
        let first = self.polarity.at(text, start).filter(|_| !self.is_not_knowing(text, start))?;
        (!first.tag && matches!(text.word(start), "aucun" | "aucune" | "rien" | "none" | "nothing")).then_some(0.0)
    }

    /// Whether a word such as "mais" or "enfin" stands between: what follows it is not only an explanation.
    fn turns_between(&self, text: &Text, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.turns.at(text, at).is_some() || matches!(text.word(at), "enfin" | "si"))
    }

    /// Yes or no after what it is about: "le gaz oui", "fermé oui la nuit", "la télé non, le frigo non plus". None where
    /// both are said, something else is denied ("le gaz oui, pas l'électricité"), it is asked ("ça marche, non ?"), or a no
    /// belongs to the word after it ("non assuré").
    fn plainly(&self, text: &Text) -> Option<bool> {
        let plain = |at: usize| match text.word(at) {
            "oui" | "ouais" | "yes" => Some(true),
            "non" | "nan" => Some(false),
            _ => None,
        };
        // Where the message begins with one, that is no answer to something else.
        let start = self.skip_polite(text, 0);
        let first = (0..text.len().min(PLAIN_WITHIN)).find(|&at| plain(at).is_some()).filter(|&at| at > start)?;
        let said = plain(first)?;
        let stands_alone = said
            || !text.is_word(first + 1)
            || matches!(text.word(first + 1), "plus" | "juste" | "le" | "la" | "les" | "c" | "on" | "je" | "il");
        let agrees = (first..text.len()).filter_map(plain).all(|other| other == said);
        let is_open = (0..text.len()).any(|at| text.is_mark(at, '?') || self.is_negation(text, at));
        (stands_alone && agrees && !is_open && !self.does_not_know(text)).then_some(said)
    }

    /// Whether the message says yes of one thing and no of another: "la perceuse oui, le reste non", "pas toutes".
    fn is_in_halves(&self, text: &Text) -> bool {
        let said = |words: [&str; 3]| (0..text.len()).any(|at| words.contains(&text.word(at)));
        let asks = (0..text.len()).any(|at| text.is_mark(at, '?'));
        !asks && (self.partly.find(text).is_some() || (said(["oui", "ouais", "yes"]) && said(["non", "nan", "no"])))
    }

    /// Yes or no, when the message begins with it and does not say the contrary later.
    fn polarity(&self, parsed: &ParsedMessage) -> Option<bool> {
        let text = &parsed.text;
        let start = self.skip_polite(text, 0);
        if let Some((rank, end)) = self.rank_at(text, start)
            && end == text.len()
        {
            return match rank {
                1 => Some(true),
                // "0": there is none.
                0 | 2 => Some(false),
                _ => None,
            };
        }
        // "Aucune idée" begins like a no and means not knowing.
        if self.is_not_knowing(text, start) {
            return None;
        }
        let first = self.polarity.at(text, start)?;
        let mut at = first.end;
        while at < text.len() {
            match self.polarity.at(text, at) {
                // "Pas encore mais je vais y aller": a letter stands for a yes only where it begins.
                Some(other) if other.end == at + 1 && text.str(at).len() == 1 => at = other.end,
                // "oui mais non" is neither; in "oui pas de souci" the negation belongs to another word.
                Some(other)
                    if other.tag != first.tag
                        && (other.tag || !self.is_negation(text, at))
                        && (self.soft_yes.at(text, at).is_none() || self.turns_between(text, first.end, at)) =>
                {
                    return None;
                }
                Some(other) => at = other.end,
                None => at += 1,
            }
        }
        Some(first.tag)
    }
}

/// The only value of a kind that no other question took; none where there are several different ones.
fn only(parsed: &ParsedMessage, wanted: impl Fn(&Entity) -> bool) -> Option<Value> {
    let mut found = parsed.values.iter().filter(|found| !found.taken && !found.denied && wanted(found));
    let first = found.next()?;
    found.all(|other| other.value == first.value).then(|| first.value.clone())
}

/// The only moment of the message. "hier, samedi vers 18 h" names one moment twice: of two moments of one day, or of
/// which one contains the other ("la semaine dernière, jeudi"), the more precise counts. Beside another moment the
/// present is ignored: "ça a commencé hier et maintenant ça coule".
fn only_moment(parsed: &ParsedMessage, prefer_past: bool, now: civil::DateTime) -> Option<Value> {
    let moments = parsed.values.iter().filter(|found| !found.taken && !found.denied).filter_map(|found| {
        let value = if prefer_past { &found.value } else { found.ahead.as_ref().unwrap_or(&found.value) };
        if let Value::Moment(moment) = value { Some(moment) } else { None }
    });
    let moments: Vec<&Moment> = moments.collect();
    let one = one_moment(moments.iter().copied());
    if !prefer_past {
        return one;
    }
    // "ce matin, là maintenant, vers 8h30".
    let earlier = one_moment(moments.iter().copied().filter(|moment| !is_this_minute(moment, now)));
    if let Some(found) = earlier.or(one) {
        return Some(found);
    }
    // "Cette nuit je pense, je l'ai vu ce matin": what was seen then has happened before.
    let happened = parsed.values.iter().filter(|found| !found.taken && !found.denied && !found.noticed);
    let happened =
        happened.filter_map(|found| if let Value::Moment(moment) = &found.value { Some(moment) } else { None });
    if let Some(found) = one_moment(happened) {
        return Some(found);
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
            Some(known) if time::contains(known, moment) => best = Some(moment),
            Some(known) if known.start.date() != moment.start.date() => return None,
            Some(known) if known.precision <= moment.precision => {}
            _ => best = Some(moment),
        }
    }
    best.cloned().map(Value::Moment)
}

/// The only amount of the message; the upper end of an estimate.
fn amount(parsed: &ParsedMessage, vocabulary: &Vocabulary) -> Option<i64> {
    let told = parsed.values.iter().filter(|found| !found.taken && !found.denied);
    let found: Vec<(i64, &Range<usize>)> = told
        .filter_map(|found| match found.value {
            Value::Amount(cents) => Some((cents, &found.tokens)),
            _ => None,
        })
        .collect();
    match found.as_slice() {
        [] => None,
        [(only, _)] => Some(*only),
        // The ends of an estimate: "700 ou 800 €".
        [(first, tokens), (second, next)] if is_range(&parsed.text, tokens.end, next.start) => Some(*first.max(second)),
        // "… environ 12 000 € avec les peintures": of several, the one that is called all of it, which none exceeds.
        several => {
            let most = several.iter().map(|(cents, _)| *cents).max();
            let mut whole = several
                .iter()
                .filter(|(cents, tokens)| Some(*cents) == most && is_total(&parsed.text, vocabulary, tokens));
            whole.next().filter(|_| whole.next().is_none()).map(|(cents, _)| *cents).or(parsed.sum)
        }
    }
}

/// Whether what stands between two amounts makes them the ends of one.
fn is_range(text: &Text, end: usize, next: usize) -> bool {
    next == end + 1 && (matches!(text.word(end), "ou" | "a" | "or" | "to") || text.is_mark(end, '-'))
}

/// How many tokens from an amount the word may stand that says that it is all of it.
const NEAR_TOTAL: usize = 3;

/// Whether a word beside an amount says that it is the whole: "en tout", "soit".
fn is_total(text: &Text, vocabulary: &Vocabulary, amount: &Range<usize>) -> bool {
    let before = amount.start.saturating_sub(NEAR_TOTAL)..amount.start;
    let in_clause = |at: usize| text.is_word(at) || text.is_mark(at, ':') || text.is_mark(at, '=');
    let said_before = before.rev().take_while(|&at| in_clause(at)).any(|at| vocabulary.totals.at(text, at).is_some());
    said_before || vocabulary.totals.at(text, amount.end).is_some()
}

fn only_number(parsed: &ParsedMessage) -> Option<f64> {
    match only(parsed, |found| matches!(found.value, Value::Number(_)))? {
        Value::Number(number) => Some(number.get()),
        _ => None,
    }
}

/// The upper of two numbers that are the ends of an estimate: "entre 800 et 1000".
fn upper_number(parsed: &ParsedMessage) -> Option<f64> {
    let free = parsed.values.iter().filter(|found| !found.taken && !found.denied);
    let numbers = free.filter_map(|found| match found.value {
        Value::Number(number) if found.kind == ValueKind::Number => Some((number.get(), &found.tokens)),
        _ => None,
    });
    match numbers.collect::<Vec<_>>().as_slice() {
        [(first, tokens), (second, next)]
            if next.start == tokens.end + 1 && first < second && *first >= amount::MIN_PRICE =>
        {
            Some(*second)
        }
        _ => None,
    }
}

/// The year that is the only moment of the message, where a number was asked for: "en 1984".
fn only_year(parsed: &ParsedMessage) -> Option<f64> {
    match only(parsed, |found| found.kind == ValueKind::Time)? {
        Value::Moment(moment) if moment.precision == Precision::Year => Some(f64::from(moment.start.year())),
        _ => None,
    }
}

/// The count of the only duration, for a question that asks how many: "2 ans" is 2.
fn counted_units(parsed: &ParsedMessage, vocabulary: &Vocabulary) -> Option<f64> {
    let mut durations = parsed.values.iter().filter(|found| found.kind == ValueKind::Duration);
    let first = durations.next().filter(|_| durations.next().is_none())?;
    vocabulary.number_at(&parsed.text, first.tokens.start).map(|number| number.value)
}
