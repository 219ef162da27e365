//! A message after the case was closed: whether the person means the same claim or another.

use jiff::Timestamp;

use super::{
    effect::Effect,
    event::UserMessage,
    interpreter::Interpreter,
    state::{Aside, State},
};
use crate::{
    domain::{
        fact::Value,
        message::{Body, Control, Input},
    },
    flow::program::library::Library,
    understanding::{Answer, Command, Want},
};

const SAME: &str = "same";
const ANOTHER: &str = "another";

/// Whether the message says that the person means another claim than the one that is over. Pure, as
/// [`super::step::step`].
pub fn means_another(library: &Library, insurer: &str, state: &State, message: &UserMessage, now: Timestamp) -> bool {
    let mut interpreter = Interpreter::new(library, insurer, state.clone(), now);
    let parsed = library.vocabulary.read(&message.text, &interpreter.listening());
    let restarts = parsed.command() == Some(Command::Restart);
    interpreter.parsed = Some(parsed);
    if state.asks_which_claim() {
        restarts || interpreter.which_claim(message).as_deref() == Some(ANOTHER)
    } else {
        state.is_over() && message.choice.is_none() && restarts && state.aside.is_none()
    }
}

impl Interpreter<'_> {
    /// Handles a message that came when the case had been closed for longer than messages reopen it.
    pub(super) fn after_closing(&mut self, message: &UserMessage) {
        let parsed = self.library.vocabulary.read(&message.text, &self.listening());
        self.notice_language(&parsed);
        let danger = self.foreign_danger(&parsed).or_else(|| parsed.danger());
        self.parsed = Some(parsed);
        self.state.failures = 0;
        if let Some(language) = self.foreign_language() {
            // The question is put in no language but ours: a person reads the message as one about the same claim.
            self.effects.push(Effect::Reopen);
            self.answer_in(language, message, danger);
        } else if let Some(danger) = danger {
            self.interrupt(danger);
        } else {
            self.ask_which_claim();
        }
    }

    pub(super) fn ask_which_claim(&mut self) {
        self.state.aside = Some(Aside::WhichClaim);
        let text = self.words().say("closed_which");
        let quick_replies = vec![
            self.button(&format!("claim={SAME}"), "button_same_claim"),
            self.button(&format!("claim={ANOTHER}"), "button_another_claim"),
        ];
        let body = Body { quick_replies, input: Some(Input::Choice), ..Body::default() };
        self.say_question(text, String::new(), Control::Choice, body);
    }

    /// Handles the answer to which claim the person means. Another claim was recognised before ([`means_another`]) and
    /// begins as another conversation.
    pub(super) fn answer_which_claim(&mut self, message: &UserMessage) {
        let understood = self.which_claim(message).is_some();
        if !understood && self.state.failures == 0 {
            self.state.failures = 1;
            let text = self.words().say("not_understood");
            self.preface.push(text);
            self.ask_which_claim();
            return;
        }
        // An answer that is not understood twice counts as the existing claim, so that a person reads it.
        self.state.failures = 0;
        self.state.aside = None;
        self.effects.push(Effect::Reopen);
        let text = self.words().say("reopened");
        let text = self.with_hours(text);
        self.preface.push(text);
        self.flush();
    }

    fn which_claim(&self, message: &UserMessage) -> Option<String> {
        if let Some(payload) = &message.choice {
            return payload.strip_prefix("claim=").filter(|claim| [SAME, ANOTHER].contains(claim)).map(str::to_owned);
        }
        let parsed = self.parsed.as_ref()?;
        let choices = Some(&self.library.claim_choices);
        let want = Want { input: Input::Choice, choices, prefer_past: true, partly: None, policy_pattern: None };
        match self.library.vocabulary.answer(parsed, &want, &self.listening()) {
            Answer::Value(Value::Choice(claim)) => Some(claim),
            _ => None,
        }
    }
}
