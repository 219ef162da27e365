//! How a claim stands, in words that tell no value, no name and no message: its stage, whose turn it is, the next date, the
//! documents, the appointment.

use jiff::{Timestamp, civil::Date};

use super::words::Words;
use crate::{
    domain::{clock::paris, orientation_mode::OrientationMode},
    dossier::{Dossier, Entry, Status, TimelineEvent},
    flow::Library,
    store::{AppointmentRow, AppointmentState, Mission, MissionState, OneConversation, StoreError},
};

/// What is shown.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) stages: Vec<Stage>,
    /// When the next thing happens, in words; empty where nothing is to come.
    pub(super) when: String,
    /// What happens next.
    pub(super) now: String,
    pub(super) turn: Option<Turn>,
    /// Whether the person may wait.
    pub(super) is_idle: bool,
    /// The booked appointment.
    pub(super) appointment: Option<String>,
    pub(super) documents: Vec<WantedDocument>,
    pub(super) lacks_documents: bool,
    pub(super) is_over: bool,
    /// When the claim was sent.
    pub(super) sent_at: Option<Timestamp>,
}

/// A stage of the claim.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) label: String,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Done,
    Now,
    Later,
}

impl Stage {
    pub(super) fn is_done(&self) -> bool {
        self.progress == Progress::Done
    }

    pub(super) fn is_now(&self) -> bool {
        self.progress == Progress::Now
    }
}

impl Turn {
    pub(super) fn is_you(self) -> bool {
        self == Self::You
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    You,
    Us,
}

/// A document by its kind.
#[derive(Debug)]
pub(super) struct WantedDocument {
    pub(super) name: String,
    /// How to make a good one; empty where there is no advice.
    pub(super) how: String,
    pub(super) required: bool,
    /// Something came for it, be it only supposed to be it.
    pub(super) received: bool,
    /// Nobody has said yet that it is it.
    pub(super) supposed: bool,
}

impl WantedDocument {
    /// The key of the word for how it stands.
    pub(super) fn state(&self) -> &'static str {
        match (self.received, self.supposed, self.required) {
            (true, true, _) => "documents_supposed",
            (true, false, _) => "documents_received",
            (false, _, true) => "documents_missing",
            (false, _, false) => "documents_welcome",
        }
    }
}

/// What a claim's standing is read from.
struct Claim<'a> {
    words: Words<'a>,
    library: &'a Library,
    dossier: &'a Dossier,
    mission: Option<&'a Mission>,
    sent_at: Option<Timestamp>,
    now: Timestamp,
}

impl Standing {
    /// Reads how the claim of a conversation stands. None where it has no dossier yet.
    pub(super) async fn of(
        one: &OneConversation,
        library: &Library,
        words: Words<'_>,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let Some(dossier) = one.dossier().await? else { return Ok(None) };
        let mission = one.mission().await?;
        let sent_at = sent_at(&one.timeline().await?);
        Ok(Some(Claim { words, library, dossier: &dossier, mission: mission.as_ref(), sent_at, now }.standing()))
    }
}

/// When the person sent the claim; the first time, if they began anew.
fn sent_at(timeline: &[Entry]) -> Option<Timestamp> {
    let sent = |entry: &&Entry| matches!(TimelineEvent::read(&entry.kind, &entry.detail), TimelineEvent::Qualified {});
    timeline.iter().find(sent).map(|entry| entry.at)
}

impl Claim<'_> {
    fn standing(&self) -> Standing {
        let documents = self.documents();
        let lacks_documents = documents.iter().any(|document| document.required && !document.received);
        let next = self.next(lacks_documents);
        Standing {
            stages: self.stages(),
            when: next.when,
            now: next.now,
            is_idle: next.turn == Some(Turn::Us),
            turn: next.turn,
            appointment: self.booked().map(|row| self.words.slot(row.start, row.end)),
            lacks_documents: lacks_documents && !self.dossier.status.is_over(),
            is_over: self.dossier.status.is_over(),
            documents,
            sent_at: self.sent_at,
        }
    }

    fn is_surveyed(&self) -> bool {
        let mode = self.dossier.orientation;
        self.mission.is_some() || matches!(mode, Some(mode) if mode != OrientationMode::Desk)
    }

    fn stages(&self) -> Vec<Stage> {
        let status = self.dossier.status;
        let is_sent = self.sent_at.is_some() || status != Status::Collecting;
        let first = if is_sent { "stage_received" } else { "stage_declaration" };
        let second = if self.is_surveyed() { "stage_survey" } else { "stage_study" };
        let is_surveyed = self.mission.is_some_and(|mission| mission.row.state == MissionState::Done);
        // The stage that is under way; past the last one where the claim is over.
        let at = match status {
            _ if !is_sent => 0,
            Status::Closed | Status::Withdrawn => 4,
            _ if is_surveyed => 2,
            _ => 1,
        };
        [first, second, "stage_decision", "stage_closed"]
            .into_iter()
            .enumerate()
            .map(|(number, key)| Stage {
                label: self.words.say(key),
                progress: match number {
                    number if number < at => Progress::Done,
                    number if number == at => Progress::Now,
                    _ => Progress::Later,
                },
            })
            .collect()
    }

    /// The appointment that is booked and not over.
    fn booked(&self) -> Option<&AppointmentRow> {
        let over = self.dossier.status.is_over();
        self.mission?.booked().filter(|row| !over && row.end > self.now)
    }

    fn has_offers(&self) -> bool {
        let offered = |row: &AppointmentRow| row.state == AppointmentState::Proposed && row.start > self.now;
        self.mission.is_some_and(|mission| mission.row.state.is_open() && mission.appointments.iter().any(offered))
    }

    fn next(&self, lacks_documents: bool) -> Next {
        let words = self.words;
        let you = |key: &str| Next { when: String::new(), now: words.say(key), turn: Some(Turn::You) };
        let us = |when: String, key: &str| Next { when, now: words.say(key), turn: Some(Turn::Us) };
        let nobody = |key: &str| Next { when: String::new(), now: words.say(key), turn: None };
        let Dossier { status, waiting_since, orientation, .. } = self.dossier;
        match status {
            Status::Closed => return nobody("now_closed"),
            Status::Withdrawn => return nobody("now_withdrawn"),
            Status::Collecting if self.sent_at.is_none() => return you("now_collecting"),
            _ => {}
        }
        if let Some(row) = self.booked() {
            let key = match self.mission.map(|mission| mission.row.mode) {
                Some(OrientationMode::Visio) => "now_visit_visio",
                Some(OrientationMode::Tele) => "now_visit_tele",
                _ => "now_visit_field",
            };
            return Next { when: words.slot(row.start, row.end), ..you(key) };
        }
        if self.has_offers() {
            return you("now_slots");
        }
        if lacks_documents {
            return you("now_documents");
        }
        match self.mission.map(|mission| mission.row.state) {
            Some(MissionState::Done) => return us(words.say("date_to_come"), "now_surveyed"),
            Some(MissionState::Ordered | MissionState::Accepted) => {
                return us(words.say("date_to_come"), "now_expert");
            }
            _ => {}
        }
        match (status, waiting_since, orientation) {
            (Status::HandedOver, Some(since), _) => us(self.answered_by(*since), "now_handler"),
            (Status::HandedOver, None, _) => us(words.say("date_to_come"), "now_handler_has_it"),
            (_, _, Some(OrientationMode::Field | OrientationMode::Visio | OrientationMode::Tele)) => {
                us(words.say("date_to_come"), "now_expert_wanted")
            }
            _ => us(self.sent_at.map(|sent| self.answered_by(sent)).unwrap_or_default(), "now_handler"),
        }
    }

    /// By when somebody answers who was told at `since`, in words.
    fn answered_by(&self, since: Timestamp) -> String {
        let reason = self.dossier.handover.as_deref().unwrap_or_default();
        let Some(days) = self.library.answer_days(reason) else { return self.words.say("date_to_come") };
        let date = |at: Timestamp| at.to_zoned(paris()).date();
        let due: Date = self.library.calendar().deadline(date(since), days, None);
        let key = if due < date(self.now) { "is_late" } else { "no_later_than" };
        self.words.say_of(key, "date", &self.words.day(due))
    }

    /// The documents by their kinds: those that are still missing first.
    fn documents(&self) -> Vec<WantedDocument> {
        let language = self.words.language;
        let known = self.dossier.wanted.iter().filter_map(|wanted| {
            let kind = self.library.document(&wanted.kind)?;
            Some(WantedDocument {
                name: kind.name.get(language).to_owned(),
                how: kind.how.as_ref().map_or_else(String::new, |how| how.get(language).to_owned()),
                required: wanted.required,
                received: wanted.received > 0 || wanted.supposed > 0,
                supposed: wanted.received == 0,
            })
        });
        let mut documents: Vec<_> = known.collect();
        documents.sort_by_key(|document| (document.received, !document.required));
        documents
    }
}

/// What happens next.
struct Next {
    when: String,
    now: String,
    turn: Option<Turn>,
}
