//! The engine's one entry: what happened, told to a conversation.

use jiff::Timestamp;

use super::{
    Coverage, Effect, Event, Library,
    state::{Mode, State},
    walk::Walk,
};
use crate::domain::message::{Body, Input};

/// What one event led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub state: State,
    /// In the order in which they are to be done.
    pub effects: Vec<Effect>,
}

/// Walks a conversation on. Pure: the same arguments give the same turn.
///
/// An effect that asks the host ([`Effect::LookUpPolicy`], [`Effect::Orient`], [`Effect::Cross`], [`Effect::FindSlots`],
/// [`Effect::Book`], [`Effect::CancelVisit`]) is the turn's last; the host calls again
/// with the answer and the turn's state.
pub fn step(library: &Library, insurer: &str, state: State, event: &Event, now: Timestamp) -> Turn {
    walk(Walk::new(library, insurer, state, now), event)
}

/// As [`step`], and notes the steps that it reaches.
pub fn step_covering(
    coverage: &mut Coverage,
    library: &Library,
    insurer: &str,
    state: State,
    event: &Event,
    now: Timestamp,
) -> Turn {
    let walked = Walk::new(library, insurer, state, now);
    walk(Walk { coverage: Some(coverage), ..walked }, event)
}

fn walk(mut walk: Walk, event: &Event) -> Turn {
    if matches!(event, Event::Said(_) | Event::Edit { .. } | Event::SpeakLanguage { .. }) {
        walk.state.reminded = 0;
    }
    match event {
        Event::Start { language, channel, known } => {
            if walk.state.is_fresh() {
                walk.state.language = *language;
                walk.state.channel = Some(*channel);
                for (name, fact) in known {
                    walk.effects.push(Effect::SetFact { name: name.clone(), fact: fact.clone() });
                    walk.state.facts.insert(name.clone(), fact.clone());
                }
                walk.begin();
                walk.run();
            }
        }
        Event::Said(heard) => walk.said(heard),
        Event::Edit { fact } => walk.edit(fact),
        Event::SpeakLanguage { language } => {
            if walk.state.language != *language {
                walk.speak(*language);
            }
        }
        Event::PolicyLookedUp(answer) => walk.policy_looked_up(answer),
        Event::Oriented { mode, missing } => walk.oriented(mode.as_deref(), missing),
        Event::Crossing { to, secret } => walk.crossing(*to, secret),
        Event::Crossed { channel } => walk.crossed(*channel),
        Event::TakenOver => {
            if walk.state.is_over() {
                walk.state.over = Some(walk.state.mode);
            }
            walk.state.mode = Mode::Handler;
        }
        Event::HandedBack => {
            if let Some(over) = walk.state.over.take() {
                walk.state.mode = over;
            } else if matches!(walk.state.mode, Mode::Handler | Mode::Waiting { .. } | Mode::Danger) {
                walk.state.mode = Mode::Flow;
                walk.state.failures = 0;
                let text = walk.words().say("handed_back");
                walk.preface.push(text);
                walk.ask_pending();
            }
        }
        Event::DocumentWanted { kind } => {
            walk.want(kind, true);
            walk.note_completeness();
            let name = walk.document_name(kind);
            let text = walk.words().say_with("document_wanted", &[("document", name.into())]);
            let text = walk.with_preface(text);
            // A channel through which no file comes offers another way for it.
            let input = Some(Input::Document);
            walk.effects.push(Effect::Say { body: Body { text, input, ..Body::default() } });
        }
        Event::AfterClosing(heard) => walk.after_closing(heard),
        Event::Visit(event) => walk.visit(event),
        Event::Silent => walk.silent(),
    }
    Turn { state: walk.state, effects: walk.effects }
}
