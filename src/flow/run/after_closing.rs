//! After the case was closed: which claim does the person mean, the same or another?

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
        message::{Body, Input},
    },
    flow::program::library::Library,
    understanding::{Answer, Command, Want},
};

const SAME: &str = "same";
const ANOTHER: &str = "another";

/// Whether the person says that they mean another claim than the one that is over. Pure, as [`super::step::step`].
pub fn means_another(library: &Library, insurer: &str, state: &State, heard: &UserMessage, now: Timestamp) -> bool {
    let mut interpreter = Interpreter::new(library, insurer, state.clone(), now);
    let reading = library.vocabulary.read(&heard.text, &interpreter.listening());
    let restarts = reading.command() == Some(Command::Restart);
    interpreter.reading = Some(reading);
    if state.asks_which_claim() {
        restarts || interpreter.which_claim(heard).as_deref() == Some(ANOTHER)
    } else {
        state.is_over() && heard.choice.is_none() && restarts && state.aside.is_none()
    }
}

impl Interpreter<'_> {
    /// The person wrote when the case had been closed for long.
    pub(super) fn after_closing(&mut self, heard: &UserMessage) {
        let reading = self.library.vocabulary.read(&heard.text, &self.listening());
        if let Some(danger) = reading.danger() {
            self.interrupt(danger);
            return;
        }
        self.state.failures = 0;
        self.ask_which_claim();
    }

    pub(super) fn ask_which_claim(&mut self) {
        self.state.aside = Some(Aside::WhichClaim);
        let text = self.words().say("closed_which");
        let text = self.with_preface(text);
        let quick_replies = vec![
            self.button(&format!("claim={SAME}"), "button_same_claim"),
            self.button(&format!("claim={ANOTHER}"), "button_another_claim"),
        ];
        let input = Some(Input::Choice);
        self.effects.push(Effect::Say { body: Body { text, quick_replies, input, ..Body::default() } });
    }

    /// The person answers which claim they mean. That it is another was seen before: it then begins elsewhere.
    pub(super) fn answer_which_claim(&mut self, heard: &UserMessage) {
        let understood = self.which_claim(heard).is_some();
        if !understood && self.state.failures == 0 {
            self.state.failures = 1;
            let text = self.words().say("not_understood");
            self.preface.push(text);
            self.ask_which_claim();
            return;
        }
        // Whoever is not understood twice means the dossier that there is: a person reads it.
        self.state.failures = 0;
        self.state.aside = None;
        self.effects.push(Effect::Reopen);
        let text = self.words().say("reopened");
        let text = self.with_hours(text);
        self.preface.push(text);
        self.flush();
    }

    fn which_claim(&self, heard: &UserMessage) -> Option<String> {
        if let Some(payload) = &heard.choice {
            return payload.strip_prefix("claim=").filter(|claim| [SAME, ANOTHER].contains(claim)).map(str::to_owned);
        }
        let reading = self.reading.as_ref()?;
        let choices = Some(&self.library.claim_choices);
        let want = Want { input: Input::Choice, choices, prefer_past: true, policy_pattern: None };
        match self.library.vocabulary.answer(reading, &want, &self.listening()) {
            Answer::Value(Value::Choice(claim)) => Some(claim),
            _ => None,
        }
    }
}
