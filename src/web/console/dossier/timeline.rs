//! The timeline as text. `words.yaml` has the text of each kind of line; a line of a kind that this version does not
//! know is shown as it is stored, because no line may be hidden.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{Lexicon, facts::ValueView};
use crate::{
    domain::{clock_kind::ClockKind, fact_name::FactName, id::DossierId, language::Language},
    dossier::{Dossier, Entry, SaidIn, Status, TimelineEvent},
    web::console::{
        Names,
        when::{self, When},
        words::{self, LANGUAGE},
    },
};

/// One line.
#[derive(Clone, Debug)]
pub(super) struct TimelineLine {
    pub seq: i64,
    pub actor: Actor,
    pub at: When,
    pub told: Told,
    /// The number of the message that it is about.
    pub message: Option<i64>,
    /// The other dossier that it is about.
    pub dossier: Option<DossierId>,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    Policyholder,
    Guichet,
    Handler(String),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    InWords(String),
    /// The kind and the detail of a line for which this version has no text.
    AsStored(String, String),
}

/// The lines, the latest first. `events` are the events of `entries`.
pub(super) fn lines(entries: &[Entry], events: &[TimelineEvent], lexicon: Lexicon) -> Vec<TimelineLine> {
    entries.iter().zip(events).rev().map(|(entry, event)| TimelineLine::of(entry, event, lexicon)).collect()
}

/// Lines that stand in no page yet, as text.
pub(super) fn in_words(entries: &[Entry], events: &[TimelineEvent], lexicon: Lexicon) -> Vec<String> {
    let lines = entries.iter().zip(events).map(|(entry, event)| TimelineLine::of(entry, event, lexicon));
    lines
        .map(|line| {
            let who = match line.actor {
                Actor::Policyholder => words::value("policyholder").to_owned(),
                Actor::Guichet => words::value("guichet").to_owned(),
                Actor::Handler(name) => name,
            };
            match line.told {
                Told::InWords(told) => format!("{who} {told}"),
                Told::AsStored(kind, detail) => format!("{who} {kind} {detail}"),
            }
        })
        .collect()
}

/// The notes of handlers for each other, oldest first.
pub(super) fn notes(entries: &[Entry], events: &[TimelineEvent], lexicon: Lexicon) -> Vec<Note> {
    let noted = entries.iter().zip(events).filter_map(|(entry, event)| match event {
        TimelineEvent::Noted { text, .. } => {
            Some(Note { seq: entry.seq, by: lexicon.person(&entry.actor), text: text.clone(), at: When(entry.at) })
        }
        _ => None,
    });
    noted.collect()
}

/// What a handler wrote for colleagues.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub seq: i64,
    pub by: String,
    pub text: String,
    pub at: When,
}

/// The line that tells who ended a dossier, and why.
pub(super) fn ending(
    dossier: &Dossier,
    entries: &[Entry],
    events: &[TimelineEvent],
    lexicon: Lexicon,
) -> Option<TimelineLine> {
    let ends = |event: &TimelineEvent| match dossier.status {
        Status::Closed => matches!(event, TimelineEvent::Closed { .. }),
        Status::Withdrawn => matches!(event, TimelineEvent::Withdrawn {}),
        Status::Collecting | Status::Qualified | Status::Oriented | Status::HandedOver => false,
    };
    let (entry, event) = entries.iter().zip(events).rfind(|(_, event)| ends(event))?;
    Some(TimelineLine::of(entry, event, lexicon))
}

impl TimelineLine {
    pub(super) fn of(entry: &Entry, event: &TimelineEvent, lexicon: Lexicon) -> Self {
        let actor = match entry.actor.as_str() {
            "policyholder" => Actor::Policyholder,
            "guichet" => Actor::Guichet,
            login => Actor::Handler(lexicon.person(login)),
        };
        let detail = Detail::of(event, lexicon);
        let told = match detail.told(&entry.kind, &actor, LANGUAGE) {
            Some(words) => Told::InWords(words),
            None => Told::AsStored(entry.kind.clone(), entry.detail.clone()),
        };
        Self { seq: entry.seq, actor, at: When(entry.at), told, message: detail.message, dossier: detail.dossier }
    }
}

/// The values of a line, with names instead of codes, for the template of its kind.
#[derive(Debug, Default)]
struct Detail {
    values: BTreeMap<&'static str, Value>,
    message: Option<i64>,
    dossier: Option<DossierId>,
}

impl Detail {
    fn of(event: &TimelineEvent, lexicon: Lexicon) -> Self {
        use TimelineEvent as E;

        let names = lexicon.names;
        match event {
            E::Opened { peril, .. } | E::Peril { peril } => Self::default().with("peril", names.peril(peril)),
            E::Facts { message, facts: learnt } => {
                Self::default().with("facts", named(learnt.names(), names)).about(message.and_then(|SaidIn(seq)| seq))
            }
            E::Documents { kind, count, supposed, .. } => {
                Self::default().with("document", names.document(kind)).with("count", *count).with("supposed", *supposed)
            }
            E::DocumentsSorted { kind, documents } => Self::default()
                .with("document", kind.as_deref().map(|kind| names.document(kind)))
                .with("count", documents.len()),
            E::DocumentWanted { kind, .. } | E::AskedDocument { kind } => {
                Self::default().with("document", names.document(kind))
            }
            E::PolicyFound { policy, .. } => Self::default().with("policy", policy.as_str()),
            E::Oriented { mode, missing } => Self::default()
                .with("mode", mode.map(|mode| words::mode(mode.name())))
                .with("facts", named(missing.iter().map(FactName::as_str), names)),
            E::Overrode { mode, reason, .. } => {
                Self::default().with("mode", words::mode(mode.name())).with("reason", reason.as_str())
            }
            E::MovedToDesk { desk, reason, .. } => {
                Self::default().with("desk", names.desk(desk)).with("reason", reason.as_str())
            }
            E::Assigned { to, reason, .. } => Self::default()
                .with("to", to.as_deref().map(|login| lexicon.person(login)))
                .with("reason", reason.as_str()),
            E::AssignedByRule { to, rule } => Self::default()
                .with("to", lexicon.person(to))
                .with("desk", names.desk(&rule.desk))
                .with("skill", rule.skill.as_deref().map(|peril| names.peril(peril)))
                .with("language", rule.language.map(|language| words::language(language.code())))
                .with("held", rule.held)
                .with("holds", rule.holds),
            E::ReturnedToDesk { from, .. } => Self::default().with("from", lexicon.person(from)),
            E::HandedOver { reason, .. } => Self::default().with("reason", names.handover(reason)),
            E::Resealed { tip, intact, .. } => Self::default().with("tip", tip.as_str()).with("intact", *intact),
            E::Closed { reason, refused } => Self::default().with("reason", reason.as_str()).with("refused", *refused),
            E::TakenUpAgain { reason } | E::ReplyDropped { reason } => Self::default().with("reason", reason.as_str()),
            E::Noted { text, .. } => Self::default().with("text", text.as_str()),
            E::Corrected { fact, before, value, reason } => {
                let shown = |value: &Option<crate::domain::fact::Value>| {
                    value.as_ref().map(|value| ValueView::of(fact, value, lexicon).to_string())
                };
                let told = Self::default().with("fact", names.fact(fact)).with("reason", reason.as_str());
                told.with("before", shown(before)).with("value", shown(value))
            }
            E::Reclassified { peril, before, reason } => {
                let told = Self::default().with("peril", names.peril(peril)).with("before", names.peril(before));
                told.with("reason", reason.as_str())
            }
            E::PartyAdded { role, name, .. } => {
                Self::default().with("role", words::party(role)).with("name", name.as_str())
            }
            E::PriorityChanged { priority, before, reason } => {
                let told = Self::default().with("priority", words::priority(priority.name()));
                told.with("before", words::priority(before.name())).with("reason", reason.as_str())
            }
            E::Request { kind, .. } | E::RequestDone { kind, .. } => {
                Self::default().with("request", names.request(kind))
            }
            E::RequestAcknowledged { kind, message, .. } => {
                Self::default().with("request", names.request(kind)).about(*message)
            }
            E::Wrote { message } | E::Reopened { message } | E::Replied { message } => {
                Self::default().about(Some(*message))
            }
            E::PlaceShared { message } | E::NumberProven { message } => Self::default().about(*message),
            E::Crossed { message, channel } | E::SentAgain { message, channel } => {
                Self::default().with("channel", words::channel(channel.name())).about(Some(*message))
            }
            E::OptedOut { channel } | E::OptedIn { channel } => {
                Self::default().with("channel", words::channel(channel.name()))
            }
            E::Undelivered { message, channel, reason } => Self::default()
                .with("channel", words::channel(channel.name()))
                .with("reason", names.undelivered(reason))
                .about(Some(*message)),
            E::Cited { message, dossier, reference } => {
                Self::default().with("reference", reference.as_str()).about(Some(*message)).beside(*dossier)
            }
            E::Merged { dossier, reference } | E::MergedInto { dossier, reference } => {
                Self::default().with("reference", reference.as_str()).beside(*dossier)
            }
            E::KeptApart { dossier } => Self::default().beside(*dossier),
            E::TaskAdded { kind, text, assignee, due_at, .. } => Self::default()
                .with("call", *kind == ClockKind::CallBack)
                .with("text", text.as_str())
                .with("assignee", assignee.as_deref().map(|login| lexicon.person(login)))
                .with("due", moment(When(*due_at))),
            E::TaskDone { text, rule, .. } | E::TaskReopened { text, rule, .. } => {
                Self::default().with("text", if rule.is_empty() { text.as_str() } else { names.clock(rule) })
            }
            E::ClockStarted { start, on } => {
                Self::default().with("start", names.clock_start(start)).with("on", when::day(*on))
            }
            E::ClockSet { rule, due_at } | E::ClockTold { rule, due_at } => {
                Self::default().with("what", names.clock(rule)).with("due", moment(When(*due_at)))
            }
            E::Snoozed { until: at } | E::ReplyPlanned { at } => Self::default().with("at", moment(When(*at))),
            E::CameDue { kind, what, due_at, is_over, .. } => {
                let what = match kind.as_str() {
                    "request" => names.request(what),
                    "rule" => names.clock(what),
                    _ => what,
                };
                let values = Self::default().with("what", what).with("due", moment(When(*due_at)));
                values.with("over", *is_over).with("call", kind == ClockKind::CallBack.name())
            }
            E::AlertSent { to, channel, failed, .. } => Self::default()
                .with("who", lexicon.person(to))
                .with("channel", words::channel(channel.name()))
                .with("failed", *failed),
            E::AlertUndelivered { channel, reason } => Self::default()
                .with("channel", words::channel(channel.name()))
                .with("reason", names.undelivered(reason)),
            E::MissionOrdered { expert, mode, .. } => {
                Self::default().with("expert", lexicon.expert(expert)).with("mode", words::mode(mode.name()))
            }
            E::MissionWithdrawn { expert, mode, peril, .. } => Self::default()
                .with("expert", lexicon.expert(expert))
                .with("mode", mode.map(|mode| words::mode(mode.name())))
                .with("peril", peril.as_deref().map(|peril| names.peril(peril))),
            E::MissionAccepted { expert, .. } | E::MissionDone { expert, .. } | E::NoSlotFree { expert } => {
                Self::default().with("expert", lexicon.expert(expert))
            }
            E::SlotsOffered { expert, slots } => Self::default()
                .with("expert", lexicon.expert(expert))
                .with("slots", slots.iter().map(|slot| moment(When(*slot))).collect::<Vec<_>>()),
            E::AppointmentBooked { expert, slot, .. }
            | E::AppointmentMoved { expert, slot, .. }
            | E::AppointmentCancelled { expert, slot, .. } => {
                Self::default().with("expert", lexicon.expert(expert)).with("slot", moment(When(*slot)))
            }
            E::Danger { detail } => Self::default().with("danger", words::danger(detail)),
            E::PolicyNotFound {}
            | E::Qualified {}
            | E::Withdrawn {}
            | E::FlowEnded {}
            | E::ToldContact {}
            | E::TookOver {}
            | E::CameBack {}
            | E::AlertTaken {}
            | E::AlertUnanswered {}
            | E::GaveBack {}
            | E::AppointmentReminded { .. }
            | E::QuestionAnswered { .. }
            | E::DocumentsCompleted { .. }
            | E::MessageAfterEnd { .. }
            | E::Restarted { .. }
            | E::Other { .. } => Self::default(),
        }
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.insert(name, value.into());
        self
    }

    /// Adds the message that the line is about.
    fn about(self, message: Option<i64>) -> Self {
        Self { message, ..self }
    }

    /// Adds the other dossier that the line is about.
    fn beside(self, dossier: DossierId) -> Self {
        Self { dossier: Some(dossier), ..self }
    }

    /// The text of the line; none where its kind has no template.
    fn told(&self, kind: &str, actor: &Actor, language: Language) -> Option<String> {
        let mut values = self.values.clone();
        values.insert("guichet", Value::from(*actor == Actor::Guichet));
        words::timeline(kind, language, values)
    }
}

/// The labels of facts.
fn named<'a>(facts: impl Iterator<Item = &'a str>, names: &Names) -> Vec<String> {
    facts.map(|fact| names.fact(fact).to_owned()).collect()
}

/// The beginning of an appointment, for templates.
fn moment(at: When) -> Value {
    minijinja::context! { day => at.day(), clock => at.clock() }
}

#[cfg(test)]
mod tests;
