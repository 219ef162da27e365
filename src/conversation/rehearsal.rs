//! A turn without a store: for the terminal and for transcripts. Policies come from a list, decisions from the tables.

use jiff::Timestamp;

use super::{apply::LOOK_UPS, services};
use crate::{
    contract::{Calendar, Policy},
    domain::clock::paris,
    flow::{self, Effect, Event, Library, PolicyAnswer, PolicyQuery, Scope, State, transcript},
    orientation,
};

/// Plays the services of a conversation that nobody keeps.
#[derive(Debug)]
pub struct Rehearsal<'a> {
    library: &'a Library,
    insurer: String,
    policies: Vec<Policy>,
    calendar: Calendar,
}

impl<'a> Rehearsal<'a> {
    pub fn new(library: &'a Library, insurer: &str, policies: Vec<Policy>) -> Self {
        let calendar = library.sources().get("holidays.yaml").and_then(|text| Calendar::from_yaml(text).ok());
        Self { library, insurer: insurer.to_owned(), policies, calendar: calendar.unwrap_or_default() }
    }

    /// One turn, with the answers to what it looks up.
    pub fn turn(&self, state: State, event: Event, now: Timestamp) -> (State, Vec<Effect>) {
        let mut state = state;
        let mut event = event;
        let mut done = Vec::new();
        for _ in 0..LOOK_UPS {
            let turn = flow::step(self.library, &self.insurer, state, &event, now);
            state = turn.state;
            let answer = turn.effects.last().and_then(|effect| self.answer(&state, effect, now));
            done.extend(turn.effects);
            match answer {
                Some(answer) => event = answer,
                None => break,
            }
        }
        (state, done)
    }

    fn answer(&self, state: &State, effect: &Effect, now: Timestamp) -> Option<Event> {
        match effect {
            Effect::LookUpPolicy(query) => Some(Event::PolicyLookedUp(self.look_up_policy(query, now))),
            Effect::SwitchChannel { to } => {
                Some(Event::ChannelSwitchOpened { to: *to, secret: transcript::SECRET.to_owned() })
            }
            Effect::Orient { table } => Some(self.orient(state, table, now)),
            _ => None,
        }
    }

    fn look_up_policy(&self, query: &PolicyQuery, now: Timestamp) -> PolicyAnswer {
        match services::find_among(&self.policies, &self.insurer, query) {
            Some(policy) => services::answer(policy, query, now, &self.calendar).0,
            None => PolicyAnswer::NotFound,
        }
    }

    fn orient(&self, state: &State, table: &str, now: Timestamp) -> Event {
        let Some((table, insurer)) = self.library.table(table).zip(self.library.insurer(&self.insurer)) else {
            return Event::Oriented { mode: None, missing: Vec::new() };
        };
        let scope = Scope { facts: state.facts(), insurer, today: now.to_zoned(paris()).date() };
        orientation::decide(table, self.library.revision(), &scope).event()
    }
}
