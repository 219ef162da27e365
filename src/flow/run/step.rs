//! The engine's one entry: what happened, told to a conversation.

use jiff::Timestamp;

use super::{
    coverage::Coverage,
    effect::Effect,
    event::Event,
    interpreter::Interpreter,
    state::{Mode, State},
};
use crate::{
    domain::message::{Body, Input},
    flow::program::library::Library,
};

/// What one event led to.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOutput {
    pub state: State,
    /// In the order in which they are to be done.
    pub effects: Vec<Effect>,
}

/// Walks a conversation on. Pure: the same arguments give the same output. The steps that are reached are noted in `coverage`,
/// where there is one.
///
/// An effect that asks the host ([`Effect::asks_host`]) is the output's last; the host calls again with the answer and the
/// output's state.
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
                interpreter.learn_fact(name, fact.clone());
            }
        }
        Event::Start => {
            if interpreter.state.is_fresh() {
                interpreter.begin();
                interpreter.run();
            }
        }
        Event::ChannelChanged { channel } => interpreter.state.channel = Some(*channel),
        Event::FactLearned { name, fact } => interpreter.learn_fact(name, fact.clone()),
        Event::Said(heard) => interpreter.on_message(heard),
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
            interpreter.state.mode = Mode::Handler;
        }
        Event::HandedBack => {
            if let Some(over) = interpreter.state.over.take() {
                interpreter.state.mode = over;
            } else if matches!(interpreter.state.mode, Mode::Handler | Mode::Waiting { .. } | Mode::Danger) {
                interpreter.state.mode = Mode::Flow;
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
            // A channel through which no file comes offers another way for it.
            let input = Some(Input::Document);
            interpreter.effects.push(Effect::Say { body: Body { text, input, ..Body::default() } });
        }
        Event::AfterClosing(heard) => interpreter.after_closing(heard),
        Event::Appointment(event) => interpreter.appointment(event),
        Event::RequestDone { kind, asked_at } => interpreter.state.requests.close(kind, *asked_at),
        Event::Silent => interpreter.silent(),
    }
}
