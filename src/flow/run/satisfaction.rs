//! Once the dossier is closed: the person is told so, and asked once whether it went well; where not, what was missing. Two taps
//! answer it, on the channel that they use. Nobody is asked who complained or was hurt.

use jiff::Timestamp;

use super::{
    effect::Effect,
    event::UserMessage,
    interpreter::Interpreter,
    state::{Satisfaction, State},
};
use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        message::{Body, Input, QuickReply},
    },
    flow::program::library::Library,
    understanding::{ChoiceItem, ParsedMessage},
};

/// The facts of the answers, and that of a complaint.
const SATISFIED: &str = "satisfied";
const WHY: &str = "satisfied_why";
pub(super) const COMPLAINED: &str = "complained";
/// Facts that say that somebody was hurt.
const HURT: [&str; 1] = ["injured"];
/// What may have been missing.
const REASONS: [&str; 4] = ["delay", "clarity", "amount", "other"];

/// Whether the message answers the question: then it opens nothing again. Pure, as [`super::step::step`].
pub fn rates(library: &Library, insurer: &str, state: &State, message: &UserMessage, now: Timestamp) -> bool {
    if !matches!(state.satisfaction, Some(Satisfaction::Asked | Satisfaction::AskedWhy)) || !message.files.is_empty() {
        return false;
    }
    let mut interpreter = Interpreter::new(library, insurer, state.clone(), now);
    interpreter.parsed = Some(library.vocabulary.read(&message.text, &interpreter.listening()));
    interpreter.rating(message).is_some()
}

impl Interpreter<'_> {
    /// Tells that the dossier is closed. `asks`: whether the person may be asked how it went.
    pub(super) fn closed(&mut self, asks: bool) {
        if !self.state.qualified || self.state.foreign.is_some() {
            return;
        }
        let closed = self.words().say_with("closed", &[("value", self.state.reference.as_str().into())]);
        self.preface.push(closed);
        if !asks || self.state.satisfaction.is_some() || self.was_hurt_or_complained() {
            self.flush();
            return;
        }
        self.state.satisfaction = Some(Satisfaction::Asked);
        let buttons = self.ratings();
        self.ask_of_satisfaction("satisfaction_ask", buttons);
    }

    fn was_hurt_or_complained(&self) -> bool {
        let yes = |fact: &str| self.state.fact(fact) == Some(&Value::Bool(true));
        yes(COMPLAINED)
            || HURT.into_iter().any(yes)
            || self.state.dangers.contains("injury")
            || self.state.peril() == Some("injury")
    }

    fn ask_of_satisfaction(&mut self, key: &str, quick_replies: Vec<QuickReply>) {
        let text = self.words().say(key);
        let text = self.with_preface(text);
        let input = Some(Input::Choice);
        self.effects.push(Effect::Say { body: Body { text, quick_replies, input, ..Body::default() } });
    }

    fn ratings(&self) -> Vec<QuickReply> {
        let buttons = [("yes", "button_satisfied_yes"), ("no", "button_satisfied_no")];
        buttons.map(|(value, key)| self.button(&format!("{SATISFIED}={value}"), key)).to_vec()
    }

    fn reasons(&self) -> Vec<QuickReply> {
        REASONS.map(|reason| self.button(&format!("{WHY}={reason}"), &format!("button_why_{reason}"))).to_vec()
    }

    /// The answer in a message, by what its button sends.
    fn rating(&self, message: &UserMessage) -> Option<String> {
        let is_first = self.state.satisfaction == Some(Satisfaction::Asked);
        let mut buttons = if is_first { self.ratings() } else { self.reasons() }.into_iter();
        if let Some(payload) = &message.choice {
            return buttons.map(|button| button.payload).find(|button| button == payload);
        }
        let figures = message.text.trim().trim_end_matches(['.', ')', '!', ' ']);
        if let Ok(number) = figures.parse::<usize>() {
            return buttons.map(|button| button.payload).nth(number.checked_sub(1)?);
        }
        // The very words of a button, which a letter can only repeat: "Oui, plutôt bien".
        if let Some(button) = buttons.find(|button| button.label.to_lowercase() == figures.to_lowercase()) {
            return Some(button.payload);
        }
        let parsed = self.parsed.as_ref().filter(|parsed| ParsedMessage::is_short(parsed))?;
        if is_first {
            return self.yes_or_no().map(|yes| format!("{SATISFIED}={}", if yes { "yes" } else { "no" }));
        }
        let reasons = self.reasons().into_iter().map(|button| {
            let label = crate::domain::language::Text { fr: button.label.clone(), en: button.label };
            ChoiceItem { value: button.payload, label, ..ChoiceItem::default() }
        });
        self.choice_among(parsed, reasons)
    }

    /// Takes the answer.
    pub(super) fn rated(&mut self, message: &UserMessage) {
        self.parsed = Some(self.library.vocabulary.read(&message.text, &self.listening()));
        let Some(rating) = self.rating(message) else { return };
        let thanks = |interpreter: &mut Self| {
            interpreter.state.satisfaction = Some(Satisfaction::Answered);
            let text = interpreter.words().say("satisfaction_thanks");
            interpreter.preface.push(text);
            interpreter.flush();
        };
        match rating.split_once('=') {
            Some((SATISFIED, value)) => {
                self.set_fact(FactName::from(SATISFIED), Value::Bool(value == "yes"), Source::Policyholder);
                if value == "yes" {
                    thanks(self);
                } else {
                    self.state.satisfaction = Some(Satisfaction::AskedWhy);
                    let reasons = self.reasons();
                    self.ask_of_satisfaction("satisfaction_why", reasons);
                }
            }
            Some((_, reason)) => {
                self.set_fact(FactName::from(WHY), Value::Choice(reason.to_owned()), Source::Policyholder);
                thanks(self);
            }
            None => {}
        }
    }
}
