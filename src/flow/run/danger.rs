//! Danger interrupts any step: the emergency numbers are given, a person is called, and the flow waits for "I am safe".

use super::{
    effect::{Effect, Handover, Note},
    interpreter::Interpreter,
    state::ConversationMode,
};
use crate::{
    domain::{
        fact::{Source, Value},
        message::{Body, Input},
        priority::Priority,
    },
    flow::program::{
        handovers::OwnReason,
        steps::{Question, StepKind},
    },
    understanding::{Answer, Command, Danger, ParsedMessage, Want},
};

/// The value of a fact by which a flow knows that the fire is out: then "la friteuse a pris feu" is the story and no
/// danger.
const FIRE_IS_OUT: &str = "fire_out";

/// The answer to the flows' own question about danger that says that there is none.
const NO_DANGER: &str = "none";

/// The fact that somebody is hurt, which is known and cared for already.
const INJURED: &str = "injured";

/// The fact of the flows' own question whether those who broke in are still there.
const INTRUDER_THERE: &str = "intruder_there";

/// The facts of the flows' own questions about danger, whose answers the flow handles.
pub(super) const SAFETY_FACTS: [&str; 2] = ["danger", "injured"];

impl Interpreter<'_> {
    /// Whether the flow asked for the danger that this message tells of: by its own question about danger or, after
    /// that, by the question of what happened ("un incendie").
    pub(super) fn flow_asked_for_danger(&self, danger: Danger) -> bool {
        let Some((_, step)) = self.current() else { return false };
        let (StepKind::Ask(question), Some(parsed)) = (&step.kind, &self.parsed) else { return false };
        let settled = self.state.dangers.contains(danger.as_str())
            || (danger == Danger::Fire && self.state.fact(FIRE_IS_OUT) == Some(&Value::Bool(true)))
            || (parsed.is_short() && SAFETY_FACTS.iter().any(|fact| self.state.facts.contains_key(*fact)));
        let names = question.input == Input::Choice && settled;
        // "Oui, ils sont encore là" to the question whether they are.
        let asks_for_intruder = danger == Danger::Intruder && question.fact.as_str() == INTRUDER_THERE;
        // "C'est moi la blessée" to the question who is.
        let injured = self.state.fact(INJURED) == Some(&Value::Bool(true));
        let asks_who = danger == Danger::Injury && injured && matches!(question.input, Input::Choice | Input::YesNo);
        if !(names || asks_who || asks_for_intruder || SAFETY_FACTS.contains(&question.fact.as_str()))
            || self.state.mode != ConversationMode::Flow
            || self.state.facts.contains_key(&question.fact)
        {
            return false;
        }
        match self.library.vocabulary.answer(parsed, &self.wanting(question), &self.listening()) {
            // "Personne de blessé, mais l'eau arrive près des prises" denies another danger than it tells.
            Answer::Value(Value::Choice(answer)) if answer == NO_DANGER => {
                matches!(danger, Danger::Injury | Danger::Fire)
            }
            Answer::Value(Value::Bool(there)) if asks_for_intruder => there,
            // "Non, mais il y a quelqu'un dans la maison": what is denied is that somebody is hurt.
            Answer::Value(Value::Bool(false)) => danger == Danger::Injury || settled,
            Answer::Value(_) => true,
            Answer::Unknown | Answer::Nothing => false,
        }
    }

    /// Whether the message is a bare "oui" to the flow's own question about danger. "Ok" is none: it may say only that
    /// the question was read.
    pub(super) fn says_there_is_danger(&self, question: &Question) -> bool {
        let read_only = self.parsed.as_ref().is_some_and(ParsedMessage::acknowledges);
        !read_only
            && question.input == Input::Choice
            && SAFETY_FACTS.contains(&question.fact.as_str())
            && self.yes_or_no() == Some(true)
    }

    pub(super) fn interrupt(&mut self, danger: Danger) {
        let code = danger.as_str();
        let new = self.state.dangers.insert(code.to_owned());
        let key = format!("danger_{code}");
        let text = match self.say_alerting_urgently(&key) {
            text if text.is_empty() => self.say_alerting_urgently("danger"),
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
        if matches!(self.state.mode, ConversationMode::Flow | ConversationMode::Waiting { .. }) {
            self.state.mode = ConversationMode::Danger;
            // The facts in a first call for help are kept, so that they are not asked for once the person is safe.
            if self.state.peril.is_none() {
                self.understand_claim();
                self.learn_quietly();
            }
        }
    }

    /// Whoever called for help in the first message, and is safe now, is not greeted; nor, after a fire or a burglar, asked
    /// for a danger. After any other the flow asks: somebody may be hurt, and gas is not gone with who left the house.
    fn pass_over_greeting(&mut self) {
        if !self.has_said_nothing() {
            return;
        }
        while matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Say(_))) {
            self.next();
        }
        let left_behind = [Danger::Fire.as_str(), Danger::Intruder.as_str()];
        if self.state.dangers.iter().all(|danger| left_behind.contains(&danger.as_str()))
            && let Some((_, step)) = self.current()
            && let StepKind::Ask(question) = &step.kind
            && SAFETY_FACTS.contains(&question.fact.as_str())
            && question.choices.iter().any(|(value, _)| value == NO_DANGER)
        {
            self.set_fact(&question.fact, Value::Choice(NO_DANGER.to_owned()), Source::Flow);
        }
    }

    /// Handles the answer to "Êtes-vous en sécurité ?".
    pub(super) fn after_danger(&mut self, payload: Option<&str>, command: Option<Command>) {
        let want = Want { input: Input::YesNo, choices: None, prefer_past: true, partly: None, policy_pattern: None };
        let answer =
            self.parsed.as_ref().map(|parsed| self.library.vocabulary.answer(parsed, &want, &self.listening()));
        let safe = payload == Some("cmd=safe")
            || command == Some(Command::Resume)
            || answer == Some(Answer::Value(Value::Bool(true)));
        let text = self.say_alerting_urgently(if safe { "danger_over" } else { "danger_waiting" });
        self.preface.push(text);
        if safe {
            if self.state.peril.is_none() {
                self.understand_claim();
                self.learn_quietly();
            }
            self.state.mode = ConversationMode::Flow;
            self.parsed = None;
            self.pass_over_greeting();
            self.ask_pending();
        } else {
            let text = self.with_preface(String::new());
            let quick_replies = vec![self.button("cmd=safe", "button_safe")];
            let body = Body { text, quick_replies, ..Body::default() };
            self.effects.push(Effect::Say { body });
        }
    }
}
