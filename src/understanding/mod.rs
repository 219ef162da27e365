//! Understanding: turns what a person wrote into values, commands and answers.
//!
//! [`Vocabulary::read`] parses a message once: its values with their positions, the command, the danger. Then
//! [`Vocabulary::answer`] reads it as the answer to a question, and [`Vocabulary::extract_unprompted`] searches it for
//! the answers to questions that were not asked yet.
//!
//! This room does no I/O and keeps nothing. It refuses to guess: what can be understood in two ways is
//! [`Answer::Nothing`], and the flow asks again. The words that people use are in `flows/vocabulary.yaml`; here is only
//! how they combine.

mod address;
mod amount;
mod answer;
mod choice;
mod command;
mod communes;
mod contact;
mod context;
mod danger;
mod faq;
mod hash;
mod intent;
mod names;
mod number;
mod numbered;
mod phrases;
mod plate;
mod registry;
mod rules;
mod shown;
mod small;
mod spoken;
mod text;
mod time;
mod values;
mod vocabulary;
mod words;

use std::sync::Arc;

use jiff::civil;

pub use amount::{Foreign, Tax};
pub use answer::{Answer, Want};
pub use choice::{ChoiceItem, ChoiceSet};
pub use command::Command;
pub use communes::Town;
pub use danger::Danger;
pub use faq::{Faq, FaqHit, FaqSource, is_mistyped};
#[cfg(test)]
pub(crate) use intent::classified_in;
pub use intent::{IntentScore, IntentSource, Intents, Lexicon, sentences, stands_alone};
pub use rules::Rule;
pub use shown::ShownAnswers;
pub use small::SmallWords;
pub use time::Open;
pub use values::{Entity, ValueKind};
pub use vocabulary::{Currency, Vocabulary, VocabularyError};

use crate::domain::{fact::Value, language::Language};
use text::Text;

/// The context in which a message is read: the local time, and the language in which the person is addressed.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    pub now: civil::DateTime,
    pub language: Language,
}

/// A parsed message.
#[derive(Clone, Debug)]
pub struct ParsedMessage {
    text: Arc<Text>,
    command: Option<Command>,
    /// Whether "je ne sais pas" stands somewhere in the message, perhaps beside other things.
    does_not_know: bool,
    danger: Option<Danger>,
    greeting: bool,
    acknowledges: bool,
    /// Whether it corrects something said before: "en fait", "I meant".
    amends: bool,
    values: Vec<Entity>,
    /// The sum of several amounts, in cents, where the message lists them.
    sum: Option<i64>,
    shown: bool,
}

impl ParsedMessage {
    pub fn command(&self) -> Option<Command> {
        self.command
    }

    pub fn danger(&self) -> Option<Danger> {
        self.danger
    }

    /// Whether the message is a greeting and nothing else.
    pub fn is_greeting(&self) -> bool {
        self.greeting
    }

    /// Whether the message is "ok" or the like: it was read, and answers nothing.
    pub fn acknowledges(&self) -> bool {
        self.acknowledges
    }

    /// Whether the message denies one value and tells another: "samedi, pas dimanche".
    pub fn denies(&self) -> bool {
        self.values.iter().any(|found| found.denied) || self.text.denies_what_is()
    }

    /// The folded words of the message.
    pub fn words(&self) -> Vec<String> {
        let text = &self.text;
        (0..text.len()).filter(|&at| text.is_word(at)).map(|at| text.word(at).to_owned()).collect()
    }

    /// What the message says after its last "c'est": the new value in "c'est pas 12, c'est le 14".
    pub fn after_being(&self) -> Option<&str> {
        let text = &self.text;
        let being = |&at: &usize| {
            matches!(text.word(at), "est" | "etait" | "is")
                && matches!(text.word(at.wrapping_sub(1)), "c" | "it")
                && text.word(at + 1) != "pas"
        };
        let last = (1..text.len()).rev().find(being)?;
        Some(text.written(last + 1..text.len())).filter(|rest| !rest.is_empty())
    }

    /// Whether the message corrects something said before.
    pub fn amends(&self) -> bool {
        self.amends
    }

    pub fn values(&self) -> &[Entity] {
        &self.values
    }

    /// The original text.
    pub fn said(&self) -> &str {
        self.text.original()
    }

    /// Whether the message has three tokens at most: hardly more than a yes or a no.
    pub fn is_short(&self) -> bool {
        self.text.len() <= 3
    }

    /// Whether the message is one word that dates are made of: "Noël", "Avril" and "Lundi" are surnames too.
    pub fn is_one_dated_word(&self) -> bool {
        self.text.len() == 1 && self.values.iter().any(|found| found.kind == ValueKind::Time)
    }

    /// Whether the message names a moment or how long something lasts.
    pub fn tells_when(&self) -> bool {
        self.values.iter().any(|found| matches!(found.kind, ValueKind::Time | ValueKind::Duration))
    }

    /// Whether the message has no words.
    pub fn is_empty(&self) -> bool {
        self.text.len() == 0
    }

    /// Whether the message is an answer that the pending question shows, see [`Vocabulary::read_answer`].
    pub fn is_shown_answer(&self) -> bool {
        self.shown
    }

    /// Whether the value was read with low certainty, so that it should be confirmed.
    pub fn is_uncertain(&self, value: &Value) -> bool {
        let added_up = matches!(value, Value::Amount(cents) if self.sum == Some(*cents));
        added_up
            || self
                .values
                .iter()
                .any(|found| found.uncertain && (found.value == *value || found.ahead.as_ref() == Some(value)))
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
    /// Parses a message.
    pub fn read(&self, text: &str, ctx: &Listening) -> ParsedMessage {
        self.parse(Text::new(text), ctx, false)
    }

    /// As [`Self::read`], where a question shows its answers: one of them is not searched for values.
    pub fn read_answer(&self, text: &str, ctx: &Listening, shown: &ShownAnswers) -> ParsedMessage {
        let text = Text::new(text);
        let is_shown = shown.holds(&text, ctx.language);
        self.parse(text, ctx, is_shown)
    }

    fn parse(&self, text: Text, ctx: &Listening, shown: bool) -> ParsedMessage {
        let values = if shown { Vec::new() } else { self.find_values(&text, ctx) };
        let content = self.content(&text);
        let does_not_know = self.does_not_know(&text);
        let command = self.command(&text, &content, does_not_know, &values);
        let greeting = text.len() > 0 && content.is_empty() && self.greetings.find(&text).is_some();
        let danger = self.danger(&text, &content, &values, ctx.now);
        let amends = self.amends.find(&text).is_some();
        let acknowledges = self.acknowledgements.contains(&content);
        let text = Arc::new(text);
        let sum = amount::listed(&text, &values);
        ParsedMessage { text, command, does_not_know, danger, greeting, acknowledges, amends, values, sum, shown }
    }
}

#[cfg(test)]
mod tests;
