//! After the case was closed: which claim does the person mean, the same or another?

use jiff::Timestamp;

use super::{
    Effect, Library, UserMessage,
    interpreter::Interpreter,
    problem::Diagnostics,
    state::{Aside, State},
    yaml::{Fields, Node},
};
use crate::{
    domain::{
        fact::Value,
        message::{Body, Input},
    },
    understanding::{Answer, Command, Want},
};

const SAME: &str = "same";
const ANOTHER: &str = "another";
/// How long a closed claim is taken up again where the insurer does not say.
const REOPEN_DAYS: i64 = 30;

/// An insurer's `closing`: what a message does that comes after the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// For this many days it reopens the dossier.
    pub reopen_days: i64,
    /// What it does afterwards.
    pub then: Afterwards,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The person is asked which claim they mean.
    Ask,
    /// Another claim begins.
    Another,
}

impl Default for Closing {
    fn default() -> Self {
        Self { reopen_days: REOPEN_DAYS, then: Afterwards::Ask }
    }
}

impl Closing {
    pub(super) fn read(file: &str, node: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, node, problems);
        let mut closing = Self::default();
        if let Some(days) = fields.number("reopen_days", problems) {
            if !(0.0..=3650.0).contains(&days) {
                problems.error(file, node.place, "`reopen_days` is a number of days, 0 to 3650".to_owned());
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
            let days = days as i64;
            closing.reopen_days = days;
        }
        match fields.string("then", problems).as_deref() {
            None | Some("ask") => {}
            Some("another") => closing.then = Afterwards::Another,
            Some(_) => problems.error(file, node.place, "`then` is ask or another".to_owned()),
        }
        fields.finish(problems);
        closing
    }
}

/// Whether the person says that they mean another claim than the one that is over. Pure, as [`super::step`].
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
