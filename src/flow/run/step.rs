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
    flow::program::library::Library,
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
    let mut interpreter = Interpreter { coverage, ..Interpreter::new(library, insurer, state, now) };
    interpret(&mut interpreter, event);
    interpreter.look_up_new_number();
    StepOutput { state: interpreter.state, effects: interpreter.effects }
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
        Event::DocumentWanted { kind } => {
            interpreter.want(kind, true);
            interpreter.note_completeness();
            let name = interpreter.document_name(kind);
            let text = interpreter.words().say_with("document_wanted", &[("document", name.into())]);
            let text = interpreter.with_preface(text);
            // A channel that carries no files offers another way to send them.
            let input = Some(Input::Document);
            interpreter.effects.push(Effect::Say { body: Body { text, input, ..Body::default() } });
        }
        Event::AfterClosing(message) => interpreter.after_closing(message),
        Event::Appointment(event) => interpreter.appointment(event),
        Event::RequestDone { kind, asked_at } => interpreter.state.requests.close(kind, *asked_at),
        Event::Silent => interpreter.silent(),
    }
}
