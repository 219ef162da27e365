//! The timeline with its actors in words. What a line tells is said by the template; a line that this version does not know
//! is shown as it is, because a line must never be hidden.

use super::Lexicon;
use crate::{
    domain::message::Channel,
    dossier::{Dossier, Entry, SaidIn, Status, TimelineEvent},
    web::console::when::When,
};

/// One line.
#[derive(Clone, Debug)]
pub(super) struct TimelineLine {
    pub seq: i64,
    pub actor: Actor,
    pub at: When,
    pub event: TimelineEvent,
    pub detail: Detail,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    Policyholder,
    Guichet,
    Handler(String),
}

/// What a line tells besides its kind, each where it has it, with names instead of codes.
#[derive(Clone, Debug, Default)]
pub(super) struct Detail {
    pub reason: Option<String>,
    /// The name of a kind of documents.
    pub kind: Option<String>,
    pub mode: Option<String>,
    pub peril: Option<String>,
    pub channel: Option<Channel>,
    pub policy: Option<String>,
    pub message: Option<i64>,
    pub count: Option<u32>,
    /// Another dossier's, by which a handler finds it.
    pub dossier: Option<String>,
    pub reference: Option<String>,
    /// The name of what was asked for beside the claim, or the detail of a line that is not known.
    pub note: Option<String>,
    /// The name of an expert.
    pub expert: Option<String>,
    /// Appointments, by when they begin.
    pub slot: Option<When>,
    pub slots: Vec<When>,
    pub missing: Vec<String>,
    pub learnt: Vec<String>,
}

/// The lines, the latest first. `events` are those of `entries`.
pub(super) fn lines(entries: &[Entry], events: &[TimelineEvent], lexicon: Lexicon) -> Vec<TimelineLine> {
    entries.iter().zip(events).rev().map(|(entry, event)| TimelineLine::of(entry, event, lexicon)).collect()
}

/// The line that tells who ended a dossier that is over, and why.
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
    fn of(entry: &Entry, event: &TimelineEvent, lexicon: Lexicon) -> Self {
        Self {
            seq: entry.seq,
            actor: match entry.actor.as_str() {
                "policyholder" => Actor::Policyholder,
                "guichet" => Actor::Guichet,
                login => Actor::Handler(lexicon.person(login)),
            },
            at: When(entry.at),
            event: event.clone(),
            detail: Detail::of(event, lexicon),
        }
    }
}

impl Detail {
    fn of(event: &TimelineEvent, lexicon: Lexicon) -> Self {
        use TimelineEvent as E;

        let names = lexicon.names;
        let none = Self::default();
        let document = |kind: &str| Some(names.document(kind).to_owned());
        let request = |kind: &str| Some(names.request(kind).to_owned());
        let expert = |id: &str| Some(lexicon.expert(id));
        match event {
            E::Opened { peril, .. } | E::Peril { peril } => Self { peril: Some(names.peril(peril).to_owned()), ..none },
            E::Facts { message, facts } => {
                let learnt = facts.names().map(|fact| names.fact(fact).to_owned()).collect();
                Self { message: message.and_then(|SaidIn(seq)| seq), learnt, ..none }
            }
            E::Documents { kind, count, .. } => Self { kind: document(kind), count: Some(*count), ..none },
            E::DocumentWanted { kind, .. } | E::AskedDocument { kind } => Self { kind: document(kind), ..none },
            E::PolicyFound { policy, .. } => Self { policy: Some(policy.clone()), ..none },
            E::Oriented { mode, missing } => {
                let missing = missing.iter().map(|fact| names.fact(fact).to_owned()).collect();
                Self { mode: mode.clone(), missing, ..none }
            }
            E::Overrode { mode, reason, .. } => Self { mode: Some(mode.clone()), reason: Some(reason.clone()), ..none },
            E::HandedOver { reason, .. } => Self { reason: Some(names.handover(reason).to_owned()), ..none },
            E::Closed { reason } => Self { reason: Some(reason.clone()), ..none },
            E::Request { kind, .. } | E::RequestDone { kind, .. } => Self { note: request(kind), ..none },
            E::RequestAcknowledged { kind, message, .. } => Self { note: request(kind), message: *message, ..none },
            E::Wrote { message: seq } | E::Reopened { message: seq } | E::Replied { message: seq } => {
                Self { message: Some(*seq), ..none }
            }
            E::PlaceShared { message } | E::NumberProven { message } => Self { message: *message, ..none },
            E::Crossed { message: seq, channel } | E::SentAgain { message: seq, channel } => {
                Self { message: Some(*seq), channel: Some(*channel), ..none }
            }
            E::OptedOut { channel } | E::OptedIn { channel } => Self { channel: Some(*channel), ..none },
            E::Undelivered { message: seq, channel, reason } => {
                let reason = Some(names.undelivered(reason).to_owned());
                Self { message: Some(*seq), channel: Some(*channel), reason, ..none }
            }
            E::Cited { message: seq, dossier, reference } => {
                let (dossier, reference) = (Some(dossier.to_string()), Some(reference.clone()));
                Self { message: Some(*seq), dossier, reference, ..none }
            }
            E::Merged { dossier, reference } | E::MergedInto { dossier, reference } => {
                Self { dossier: Some(dossier.to_string()), reference: Some(reference.clone()), ..none }
            }
            E::MissionOrdered { expert: id, mode, .. } => Self { expert: expert(id), mode: Some(mode.clone()), ..none },
            E::MissionAccepted { expert: id, .. }
            | E::MissionDone { expert: id, .. }
            | E::MissionWithdrawn { expert: id, .. }
            | E::NoSlotFree { expert: id } => Self { expert: expert(id), ..none },
            E::SlotsOffered { expert: id, slots } => {
                Self { expert: expert(id), slots: slots.iter().copied().map(When).collect(), ..none }
            }
            E::AppointmentBooked { expert: id, slot, .. }
            | E::AppointmentMoved { expert: id, slot, .. }
            | E::AppointmentCancelled { expert: id, slot, .. } => {
                Self { expert: expert(id), slot: Some(When(*slot)), ..none }
            }
            E::Other { detail, .. } => {
                let note = detail.get("detail").and_then(serde_json::Value::as_str);
                Self { note: note.map(str::to_owned), ..none }
            }
            E::PolicyNotFound {}
            | E::Qualified {}
            | E::Withdrawn {}
            | E::FlowEnded {}
            | E::ToldContact {}
            | E::TookOver {}
            | E::GaveBack {}
            | E::KeptApart { .. }
            | E::AppointmentReminded { .. }
            | E::Danger { .. }
            | E::QuestionAnswered { .. }
            | E::DocumentsCompleted { .. }
            | E::MessageAfterEnd { .. }
            | E::Restarted { .. } => none,
        }
    }
}
