//! Danger interrupts at any step: the emergency numbers first, a person is called, and the flow waits for "I am safe".

use super::{
    effect::{Effect, Handover, Note},
    interpreter::Interpreter,
    state::Mode,
};
use crate::{
    domain::{
        fact::Value,
        message::{Body, Input},
        priority::Priority,
    },
    flow::program::{
        handovers::OwnReason,
        steps::{Question, StepKind},
    },
    understanding::{Answer, Command, Danger, Want},
};

/// Once a flow was told that the fire is out, "la friteuse a pris feu" in answer to a question of it is the story.
const FIRE_IS_OUT: &str = "fire_out";

/// The questions by which a flow itself asks for danger: their answers are the flow's to handle.
pub(super) const SAFETY_FACTS: [&str; 2] = ["danger", "injured"];

impl Interpreter<'_> {
    /// Whether the flow asked for what this message says: its own question about danger, or, once danger was asked for,
    /// what happened ("un incendie").
    pub(super) fn flow_asked_for_danger(&self, danger: Danger) -> bool {
        let Some((_, step)) = self.current() else { return false };
        let (StepKind::Ask(question), Some(reading)) = (&step.kind, &self.reading) else { return false };
        let settled = self.state.dangers.contains(danger.as_str())
            || (danger == Danger::Fire && self.state.fact(FIRE_IS_OUT) == Some(&Value::Bool(true)))
            || (reading.is_short() && SAFETY_FACTS.iter().any(|fact| self.state.facts.contains_key(*fact)));
        let names = question.input == Input::Choice && settled;
        (names || SAFETY_FACTS.contains(&question.fact.as_str()))
            && self.state.mode == Mode::Flow
            && !self.state.facts.contains_key(question.fact.as_str())
            && matches!(
                self.library.vocabulary.answer(reading, &self.wanting(question), &self.listening()),
                Answer::Value(_)
            )
    }

    /// "Oui", without a word of what it is, to the flow's own question about danger.
    pub(super) fn says_there_is_danger(&self, question: &Question) -> bool {
        question.input == Input::Choice
            && SAFETY_FACTS.contains(&question.fact.as_str())
            && self.yes_or_no() == Some(true)
    }

    pub(super) fn interrupt(&mut self, danger: Danger) {
        let code = danger.as_str();
        let new = self.state.dangers.insert(code.to_owned());
        let key = format!("danger_{code}");
        let words = self.words();
        let text = match words.say(&key) {
            text if text.is_empty() => words.say("danger"),
            text => text,
        };
        let quick_replies = vec![self.button("cmd=safe", "button_safe")];
        let body = Body { text, urgent: true, quick_replies, ..Body::default() };
        self.effects.push(Effect::Say { body });
        if new {
            self.effects.push(Effect::HandOver(Handover {
                reason: OwnReason::Danger.code().to_owned(),
                priority: Priority::Urgent,
            }));
            self.effects.push(Effect::Note(Note::Danger { danger: code.to_owned() }));
        }
        if matches!(self.state.mode, Mode::Flow | Mode::Waiting { .. }) {
            self.state.mode = Mode::Danger;
            // What else a first cry tells is not asked again once they are safe.
            if self.state.peril.is_none() {
                self.understand_claim();
                self.learn_quietly();
            }
        }
    }

    /// The person answers "Êtes-vous en sécurité ?".
    pub(super) fn after_danger(&mut self, payload: Option<&str>, command: Option<Command>) {
        let want = Want { input: Input::YesNo, choices: None, prefer_past: true, policy_pattern: None };
        let answer =
            self.reading.as_ref().map(|reading| self.library.vocabulary.answer(reading, &want, &self.listening()));
        let safe = payload == Some("cmd=safe")
            || command == Some(Command::Resume)
            || answer == Some(Answer::Value(Value::Bool(true)));
        let text = self.words().say(if safe { "danger_over" } else { "danger_waiting" });
        self.preface.push(text);
        if safe {
            if self.state.peril.is_none() {
                self.understand_claim();
                self.learn_quietly();
            }
            self.state.mode = Mode::Flow;
            self.reading = None;
            self.ask_pending();
        } else {
            let text = self.with_preface(String::new());
            let quick_replies = vec![self.button("cmd=safe", "button_safe")];
            let body = Body { text, quick_replies, ..Body::default() };
            self.effects.push(Effect::Say { body });
        }
    }
}
