//! The service's walk: the engine itself, with a person who presses the button of each answer.

use std::{collections::BTreeMap, sync::Arc};

use guichet::{
    domain::{
        fact::{Fact, Source, Value},
        fact_name::FactName,
        language::Language,
        message::Channel,
    },
    dossier::Outcome,
    flow::{
        Accepts, ConversationMode, Effect, Event, Scope, SentFile, State, StepKind, StepOutput, UserMessage, Wanted,
        step,
    },
    orientation,
};
use jiff::{Timestamp, civil::time, tz::TimeZone};

use super::{
    full_walk::advice_of,
    host::{Host, INSURER},
    outcome::Walked,
    person::{Answer, TODAY, in_words, payload},
};

/// More than any claim takes.
const MOST_TURNS: usize = 200;

pub(super) fn walk(host: &Host) -> Walked {
    let mut service = Service { host, state: State::default(), walked: Walked::default() };
    let opened = Event::Opened {
        language: Language::Fr,
        channel: Channel::Web,
        known: host.person.told(host.library).into_iter().map(told).collect(),
        reference: "ABCD-EFGH".to_owned(),
    };
    service.tell(opened);
    service.tell(Event::Start);
    for _ in 0..MOST_TURNS {
        let Some(message) = service.next_message() else {
            let mut walked = service.walked;
            walked.outcome.conclude(service.state.facts());
            let required = service.state.wanted().iter().filter(|wanted| wanted.required);
            walked.outcome.required = required.map(|wanted| wanted.kind.clone()).collect();
            return walked;
        };
        service.tell(Event::Said(message));
    }
    panic!("it does not end: {:?}", service.walked.asked)
}

fn told((name, value): (FactName, Value)) -> (FactName, Arc<Fact>) {
    (name, Arc::new(Fact { value, source: Source::Policyholder }))
}

struct Service<'h, 'a> {
    host: &'h Host<'a>,
    state: State,
    walked: Walked,
}

impl Service<'_, '_> {
    /// Tells the engine what happened, and what it looks up after it.
    fn tell(&mut self, event: Event) {
        let mut next = Some(event);
        while let Some(event) = next.take() {
            let state = std::mem::take(&mut self.state);
            let StepOutput { state, effects } = step(self.host.library, INSURER, state, &event, now(), None);
            self.state = state;
            for effect in effects {
                match effect {
                    Effect::Say { body } if body.urgent => {
                        self.walked.outcome.advice.extend(advice_of(self.host.library, &body.text));
                    }
                    Effect::HandOver(handover) => self.walked.outcome.hand_over(&handover.reason, handover.priority),
                    Effect::LookUpPolicy(query) => next = Some(Event::PolicyLookedUp(self.host.look_up(&query))),
                    Effect::Orient { table, open } => next = Some(self.orient(&table, &open)),
                    _ => {}
                }
            }
        }
    }

    fn orient(&mut self, table: &str, open: &[FactName]) -> Event {
        let library = self.host.library;
        let scope = Scope { facts: self.state.facts(), insurer: self.host.insurer, today: TODAY };
        let decision = orientation::decide(library.table(table).unwrap(), library.revision(), &scope, open);
        self.walked.outcome.decided = match &decision.outcome {
            Outcome::Decided { then, .. } => then.clone(),
            _ => BTreeMap::new(),
        };
        orientation::event(&decision)
    }

    /// What the person does next; none when there is nothing to do.
    fn next_message(&mut self) -> Option<UserMessage> {
        let press = |payload: String| UserMessage { choice: Some(payload), ..UserMessage::default() };
        match self.state.mode() {
            ConversationMode::Flow => {}
            ConversationMode::Waiting { resume: true } => return Some(press("cmd=resume".to_owned())),
            _ => return None,
        }
        let (flow, id) = self.state.position(self.host.library)?;
        let steps = &self.host.library.flow(flow)?.steps;
        match &steps.iter().find(|step| step.id == id)?.kind {
            StepKind::Ask(question) => {
                let answer = self.host.person.answer(question);
                let before = self.walked.asked.insert(question.fact.clone(), in_words(&answer));
                assert!(before.is_none(), "{} is asked twice: {:?}", question.fact, self.walked.asked);
                Some(match answer {
                    Answer::Skip => press("cmd=skip".to_owned()),
                    Answer::Value(Value::Address(address)) => {
                        UserMessage { text: address.line, ..UserMessage::default() }
                    }
                    Answer::Value(value) => press(format!("{}={}", question.fact, payload(&value)?)),
                })
            }
            StepKind::Collect(_) => {
                let files = if self.host.person.sends_documents { self.files() } else { Vec::new() };
                Some(if files.is_empty() {
                    press("cmd=done".to_owned())
                } else {
                    UserMessage { files, ..UserMessage::default() }
                })
            }
            StepKind::Review => Some(press("cmd=send".to_owned())),
            _ => None,
        }
    }

    /// A file for each required document that is missing.
    fn files(&self) -> Vec<SentFile> {
        let missing = |wanted: &&Wanted| wanted.required && wanted.received == 0;
        let of_kind = |wanted: &Wanted| match self.host.library.document(&wanted.kind).map(|kind| kind.accepts) {
            Some(Accepts::Paper) => "application/pdf",
            Some(Accepts::Video) => "video/mp4",
            _ => "image/jpeg",
        };
        let file =
            |wanted: &Wanted| SentFile { media_type: of_kind(wanted).to_owned(), slot: Some(wanted.kind.clone()) };
        self.state.wanted().iter().filter(missing).map(file).collect()
    }
}

fn now() -> Timestamp {
    TODAY.to_datetime(time(10, 0, 0, 0)).to_zoned(TimeZone::UTC).unwrap().timestamp()
}
