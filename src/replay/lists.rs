//! What a played turn looks up: lists in memory, which keep what the turns before have stored.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use crate::{
    contract::{Policy, name_key, number_key},
    conversation::{ConversationError, LookUp, LookUps},
    domain::{
        id::{ContactId, ConversationId, DocumentId, DossierId, Ids},
        message::{Author, Channel, Endpoint},
    },
    dossier::Dossier,
    store::{
        AppointmentRow, AppointmentState, ClockRow, Commit, DueRow, Fence, FiledDocument, FiledKind, MessageRow,
        Mission, MissionRow, OptOut, ProvenRow, RequestRow, StoreError,
    },
};

/// The reference of the first dossier that is played.
pub const REFERENCE: &str = "ABCD-EFGH";
/// The last 40 bits of the identifier that [`REFERENCE`] is made of, five for each letter.
const FIRST_ID: u64 = 0x52_D8_D7_3E_11;
/// The code by which a person goes on by text message or e-mail, without the dash that it is shown with.
const CODE: &str = "KM7TR4WX";
/// The token of a link to a bot or to the chat.
const TOKEN: &str = "KM7T-R4WX";

/// The lists.
#[derive(Debug)]
pub(super) struct Lists {
    policies: Vec<Policy>,
    ids: Ids,
    stored: Mutex<Stored>,
}

/// What the turns have stored that a later one may look up.
#[derive(Debug, Default)]
struct Stored {
    messages: Vec<MessageRow>,
    missions: Vec<MissionRow>,
    appointments: Vec<AppointmentRow>,
    stopped: Vec<Endpoint>,
    proven: Vec<ProvenRow>,
    requests: Vec<RequestRow>,
    documents: Vec<FiledDocument>,
    due: Vec<DueRow>,
    clocks: Vec<ClockRow>,
}

impl Lists {
    pub(super) fn new(policies: Vec<Policy>) -> Self {
        Self { policies, ids: Ids::counted_from(FIRST_ID), stored: Mutex::default() }
    }

    /// Keeps what a turn stores.
    pub(super) fn keep(&self, commit: &Commit) {
        let mut stored = self.stored();
        let rows = &commit.rows;
        stored.messages.extend(rows.messages.iter().cloned());
        for filed in &rows.documents {
            match stored.documents.iter_mut().find(|known| known.document == filed.document) {
                Some(known) if filed.kind == FiledKind::AsBefore => known.dossier = filed.dossier,
                Some(known) => *known = filed.clone(),
                None => stored.documents.push(filed.clone()),
            }
        }
        for row in &rows.planning.missions {
            stored.missions.retain(|before| before.id != row.id);
            stored.missions.push(row.clone());
        }
        for row in &rows.planning.appointments {
            stored.appointments.retain(|before| before.id != row.id);
            stored.appointments.push(row.clone());
        }
        for row in &rows.due {
            stored.due.retain(|before| before.subject != row.subject);
            stored.due.extend(row.at.is_some().then(|| row.clone()));
        }
        for row in &rows.clocks {
            stored.clocks.retain(|before| before.id != row.id);
            stored.clocks.push(row.clone());
        }
        stored.requests.extend(rows.requests.asked.iter().cloned());
        for (id, acknowledgement) in &rows.requests.acknowledged {
            for row in stored.requests.iter_mut().filter(|row| row.id == *id) {
                row.acknowledged.get_or_insert_with(|| acknowledgement.clone());
            }
        }
        stored.requests.retain(|row| !rows.requests.done.iter().any(|(id, ..)| *id == row.id));
        match &rows.opt_out {
            Some(OptOut::Stopped(row)) => stored.stopped.push(row.endpoint.clone()),
            Some(OptOut::Resumed(endpoint)) => stored.stopped.retain(|stopped| stopped != endpoint),
            None => {}
        }
        stored.proven.extend(commit.binding.proves.as_deref().cloned());
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists answer at once.
fn at_once<'a, T: Send + 'a>(found: T) -> LookUp<'a, T> {
    Box::pin(std::future::ready(Ok::<T, StoreError>(found)))
}

impl LookUps for Lists {
    fn policy_by_number<'a>(&'a self, insurer: &'a str, key: &'a str) -> LookUp<'a, Option<Policy>> {
        let is_meant = |policy: &&Policy| policy.insurer == insurer && number_key(&policy.number) == key;
        at_once(self.policies.iter().find(is_meant).cloned())
    }

    fn policies_by_name<'a>(&'a self, insurer: &'a str, key: &'a str) -> LookUp<'a, Vec<Policy>> {
        let is_meant = |policy: &&Policy| policy.insurer == insurer && name_key(&policy.last_name) == key;
        at_once(self.policies.iter().filter(is_meant).cloned().collect())
    }

    fn mission(&self, dossier: DossierId) -> LookUp<'_, Option<Mission>> {
        let stored = self.stored();
        let of_dossier = stored.missions.iter().filter(|row| row.dossier == dossier);
        let last = of_dossier.max_by_key(|row| (row.ordered_at, row.id)).cloned();
        at_once(last.map(|row| {
            let of_mission = stored.appointments.iter().filter(|slot| slot.mission == row.id);
            let mut appointments: Vec<AppointmentRow> = of_mission.cloned().collect();
            appointments.sort_by_key(|slot| (slot.start, slot.id));
            Mission { row, appointments }
        }))
    }

    fn mission_load(&self) -> LookUp<'_, BTreeMap<String, usize>> {
        let mut load = BTreeMap::new();
        for row in self.stored().missions.iter().filter(|row| row.state.is_open()) {
            *load.entry(row.expert.clone()).or_default() += 1;
        }
        at_once(load)
    }

    fn booked<'a>(&'a self, expert: &'a str, from: Timestamp, until: Timestamp) -> LookUp<'a, Vec<AppointmentRow>> {
        let is_meant = |row: &&AppointmentRow| {
            row.expert == expert && row.state == AppointmentState::Booked && row.busy_until > from && row.start < until
        };
        let mut booked: Vec<AppointmentRow> = self.stored().appointments.iter().filter(is_meant).cloned().collect();
        booked.sort_by_key(|row| row.start);
        at_once(booked)
    }

    fn messages_from(&self, conversation: ConversationId, from: i64) -> LookUp<'_, Vec<MessageRow>> {
        let is_meant = |row: &&MessageRow| row.conversation == conversation && row.seq >= from;
        at_once(self.stored().messages.iter().filter(is_meant).cloned().collect())
    }

    fn author_of(&self, conversation: ConversationId, seq: i64) -> LookUp<'_, Option<Author>> {
        let is_meant = |row: &&MessageRow| row.conversation == conversation && row.seq == seq;
        at_once(self.stored().messages.iter().find(is_meant).map(|row| row.author.clone()))
    }

    /// There is no other dossier.
    fn dossier_with_fence(&self, _: DossierId) -> LookUp<'_, Option<(Fence, Dossier)>> {
        at_once(None)
    }

    fn person_with<'a>(&'a self, _: &'a str, number: &'a str) -> LookUp<'a, Option<ContactId>> {
        at_once(self.stored().proven.iter().find(|row| row.address == number).map(|row| row.contact))
    }

    fn open_requests(&self, conversation: ConversationId) -> LookUp<'_, Vec<RequestRow>> {
        at_once(self.stored().requests.iter().filter(|row| row.conversation == conversation).cloned().collect())
    }

    fn due<'a>(&'a self, subject: &'a str) -> LookUp<'a, Option<DueRow>> {
        at_once(self.stored().due.iter().find(|row| row.subject == subject).cloned())
    }

    fn clocks(&self, conversation: ConversationId) -> LookUp<'_, Vec<ClockRow>> {
        at_once(self.stored().clocks.iter().filter(|row| row.conversation == conversation).cloned().collect())
    }

    fn unsorted(&self, _: ConversationId) -> LookUp<'_, Vec<(DocumentId, Option<String>)>> {
        let stored = self.stored();
        let unsorted = stored.documents.iter().filter_map(|filed| match &filed.kind {
            FiledKind::Known(_) => None,
            FiledKind::Supposed(kind) => Some((filed.document, Some(kind.clone()))),
            FiledKind::Unknown | FiledKind::AsBefore => Some((filed.document, None)),
        });
        at_once(unsorted.collect())
    }

    fn filed(&self, _: ConversationId, document: DocumentId) -> LookUp<'_, Option<(Option<String>, bool)>> {
        let stored = self.stored();
        let filed = stored.documents.iter().find(|filed| filed.document == document);
        at_once(filed.map(|filed| match &filed.kind {
            FiledKind::Known(kind) => (Some(kind.clone()), false),
            FiledKind::Supposed(kind) => (Some(kind.clone()), true),
            FiledKind::Unknown | FiledKind::AsBefore => (None, false),
        }))
    }

    fn is_stopped<'a>(&'a self, endpoint: &'a Endpoint) -> LookUp<'a, bool> {
        at_once(self.stored().stopped.contains(endpoint))
    }

    fn secret(&self, to: Channel) -> Result<String, ConversationError> {
        Ok(match to {
            Channel::Sms | Channel::Email => CODE,
            Channel::Telegram | Channel::Web => TOKEN,
        }
        .to_owned())
    }

    fn ids(&self) -> Ids {
        self.ids.clone()
    }
}
