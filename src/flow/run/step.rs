//! The engine's only entry: passes an event to a conversation.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    coverage::Coverage,
    effect::Effect,
    event::Event,
    interpreter::Interpreter,
    state::{ConversationMode, State},
};
use crate::{
    domain::message::{Body, Input},
    flow::program::{
        handovers::OwnReason,
        library::{FIRST_FLOW, Library},
        steps::StepKind,
    },
};

/// The result of one event.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOutput {
    pub state: State,
    /// In the order in which they are to be done.
    pub effects: Vec<Effect>,
}

/// Runs a conversation on with an event. Pure: the same arguments give the same output. The reached steps are noted in
/// `coverage`, where it is given.
///
/// An effect that needs an answer ([`Effect::needs_answer`]) is the last of the output; the caller calls again with the
/// answer as an event and the output's state.
pub fn step(
    library: &Library,
    insurer: &str,
    state: State,
    event: &Event,
    now: Timestamp,
    coverage: Option<&mut Coverage>,
) -> StepOutput {
    let is_first = state.is_fresh();
    let mut interpreter = Interpreter { coverage, ..Interpreter::new(library, insurer, state, now) };
    interpret(&mut interpreter, event);
    interpreter.attach_recap();
    if is_first {
        interpreter.introduce();
    }
    interpreter.look_up_new_number();
    StepOutput { state: interpreter.state, effects: interpreter.effects }
}

impl Interpreter<'_> {
    /// Whoever writes for the first time is told that an automatic assistant answers (AI Act, article 50(1)): by this
    /// sentence where something else was said than the flow's own greeting, and after urgent advice.
    fn introduce(&mut self) {
        let opening = self.library.flow(FIRST_FLOW).filter(|_| self.state.first.is_none());
        let first_step = opening.and_then(|flow| flow.steps.first());
        let greets = first_step.is_some_and(|step| matches!(step.kind, StepKind::Say(_)));
        let has_greeted = self.state.done.contains(&format!("{FIRST_FLOW}:0"));
        // Who is answered in another language was told so in it.
        let by_language = OwnReason::Language.code();
        let is_foreign =
            |effect: &Effect| matches!(effect, Effect::HandOver(handover) if handover.reason == by_language);
        if !greets || has_greeted || self.effects.iter().any(is_foreign) {
            return;
        }
        let said = self.effects.iter().position(|effect| matches!(effect, Effect::Say { .. }));
        let text = self.words().say_with("automatic", &[("value", self.insurer.name.as_str().into())]);
        match said.map(|at| (at, &mut self.effects[at])) {
            Some((_, Effect::Say { body })) if !body.urgent => body.precede(&text, "\n"),
            Some((at, _)) => self.effects.insert(at + 1, Effect::Say { body: Body { text, ..Body::default() } }),
            None => {}
        }
    }
}

fn interpret(interpreter: &mut Interpreter, event: &Event) {
    if matches!(event, Event::Said(_) | Event::Edit { .. } | Event::SpeakLanguage { .. }) {
        interpreter.state.reminded = 0;
    }
    match event {
        Event::Opened { language, channel, known, reference } => {
            interpreter.state.language = *language;
            interpreter.state.channel = Some(*channel);
            reference.clone_into(&mut interpreter.state.reference);
            for (name, fact) in known {
                interpreter.learn_fact(name, Arc::clone(fact));
            }
        }
        Event::Start => {
            if interpreter.state.is_fresh() {
                interpreter.begin();
                interpreter.run();
            }
        }
        Event::ChannelChanged { channel } => interpreter.state.channel = Some(*channel),
        Event::FactLearned { name, fact } => interpreter.learn_fact(name, Arc::new(fact.clone())),
        Event::Said(message) => interpreter.on_message(message),
        Event::Edit { fact } => interpreter.edit(fact),
        Event::Filled { fact, value } => interpreter.fill(fact, value.clone()),
        Event::Corrected { facts, by } => interpreter.correct_as_handler(facts, by),
        Event::SpeakLanguage { language } => {
            if interpreter.state.language != *language {
                interpreter.speak(*language);
            }
        }
        Event::PolicyLookedUp(answer) => interpreter.policy_looked_up(answer),
        Event::Oriented { mode, missing } => interpreter.oriented(*mode, missing),
        Event::ChannelSwitchOpened { to, secret } => interpreter.channel_switch_opened(*to, secret),
        Event::ChannelSwitched { channel } => interpreter.channel_switched(*channel),
        Event::TakenOver => {
            if interpreter.state.is_over() {
                interpreter.state.over = Some(interpreter.state.mode);
            }
            interpreter.state.mode = ConversationMode::Handler;
        }
        Event::HandedBack => {
            if let Some(over) = interpreter.state.over.take() {
                interpreter.state.mode = over;
            } else if matches!(
                interpreter.state.mode,
                ConversationMode::Handler | ConversationMode::Waiting { .. } | ConversationMode::Danger
            ) {
                interpreter.state.mode = ConversationMode::Flow;
                interpreter.state.failures = 0;
                let text = interpreter.words().say("handed_back");
                interpreter.preface.push(text);
                interpreter.ask_pending();
            }
        }
        Event::DocumentWanted { kind, text } => {
            interpreter.want(kind, true);
            interpreter.note_completeness();
            let name = interpreter.document_name(kind);
            let asked = || interpreter.words().say_with("document_wanted", &[("document", name.into())]);
            let text = text.clone().unwrap_or_else(asked);
            let text = interpreter.with_preface(text);
            // A channel that carries no files offers another way to send them.
            let input = Some(Input::Document);
            interpreter.effects.push(Effect::Say { body: Body { text, input, ..Body::default() } });
        }
        Event::DocumentSorted { was, was_supposed, kind } => {
            interpreter.document_sorted(was.as_deref(), *was_supposed, kind);
        }
        Event::AfterClosing(message) => interpreter.after_closing(message),
        Event::Closed { asks } => interpreter.closed(*asks),
        Event::Rated(message) => interpreter.rated(message),
        Event::Appointment(event) => interpreter.appointment(event),
        Event::RequestDone { kind, asked_at } => interpreter.state.requests.close(kind, *asked_at),
        Event::Silent => interpreter.silent(),
    }
}
