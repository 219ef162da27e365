//! A turn without a store: for the terminal and for transcripts. Policies come from a list, decisions from the tables.

use jiff::Timestamp;

use crate::{
    contract::{Calendar, Loss, Policy, assess, name_key, name_keys, number_key, pick},
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
        for _ in 0..8 {
            let turn = flow::step(self.library, &self.insurer, state, &event, now, None);
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
        let Some(policy) = find_among(&self.policies, &self.insurer, query) else { return PolicyAnswer::NotFound };
        let loss =
            Loss { peril: query.peril.as_deref(), date: query.loss_date, postcode: query.loss_postcode.as_deref() };
        let said = assess(policy, &loss, now.to_zoned(paris()).date(), &self.calendar);
        PolicyAnswer::Found { number: policy.number.clone(), facts: said.facts(policy) }
    }

    fn orient(&self, state: &State, table: &str, now: Timestamp) -> Event {
        let Some((table, insurer)) = self.library.table(table).zip(self.library.insurer(&self.insurer)) else {
            return Event::Oriented { mode: None, missing: Vec::new() };
        };
        let scope = Scope { facts: state.facts(), insurer, today: now.to_zoned(paris()).date() };
        orientation::decide(table, self.library.revision(), &scope).event()
    }
}

/// The policy that a query means, among a few.
fn find_among<'a>(policies: &'a [Policy], insurer: &str, query: &PolicyQuery) -> Option<&'a Policy> {
    let policies = || policies.iter().filter(|policy| policy.insurer == insurer);
    if let Some(number) = query.number.as_deref().map(number_key)
        && let Some(policy) = policies().find(|policy| number_key(&policy.number) == number)
    {
        return Some(policy);
    }
    let keys = name_keys(query.name.as_deref()?);
    let namesakes = policies().filter(|policy| keys.contains(&name_key(&policy.last_name)));
    pick(namesakes, query.birth_date, query.postcode.as_deref())
}
