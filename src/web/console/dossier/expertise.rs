//! The expertise of a dossier: the experts who may survey the loss and why, the mission, and its appointment. These are
//! proposals; a handler chooses the expert and the slot.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::{Lexicon, facts::current};
use crate::{
    domain::{clock::paris, orientation_mode::OrientationMode},
    dossier::Dossier,
    flow::{Insurer, Library},
    planning::{Because, Busy, Case, Rules, Slot, free_slots, rank, survey_place},
    store::{AppointmentRow, AppointmentState, Cases, FactRow, Mission, MissionState, StoreError},
    web::console::when::{When, clock, day},
};

/// The most free slots that are shown.
const MAX_SLOTS: usize = 60;

/// What the page shows of the expertise.
#[derive(Clone, Debug, Default)]
pub(super) struct ExpertiseView {
    /// The open mission, or the last one.
    pub mission: Option<MissionView>,
    /// The experts who may take a mission, in the order of their rank; empty while one is open.
    pub proposed: Vec<Proposed>,
    /// The experts who may not, by name, and why.
    pub passed_over: Vec<(String, Because)>,
}

/// An expert who may take the mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposed {
    pub id: String,
    pub name: String,
    pub phone: String,
    pub because: Vec<Because>,
}

/// A mission.
#[derive(Clone, Debug)]
pub(super) struct MissionView {
    pub expert: String,
    pub phone: Option<String>,
    pub mode: OrientationMode,
    pub state: MissionState,
    pub ordered: When,
    pub by: String,
    pub because: Vec<Because>,
    pub booked: Option<SlotView>,
    /// The appointment that was cancelled last: a calendar may still contain it.
    pub cancelled: Option<SlotView>,
    pub proposed: Vec<SlotView>,
    /// The slots that can be booked.
    pub free: Vec<SlotView>,
}

/// A slot in the insurer's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::web::console) struct SlotView {
    /// The appointment's identifier; empty for a free slot.
    pub id: String,
    /// The instant, as the form sends it.
    pub start: Timestamp,
    /// The day of the week; Monday is 1.
    pub weekday: i8,
    pub day: String,
    pub from: String,
    pub until: String,
    pub place: String,
}

impl SlotView {
    pub(in crate::web::console) fn of(row: &AppointmentRow, zone: &TimeZone) -> Self {
        let slot = Slot { start: row.start, end: row.end };
        Self { id: row.id.to_string(), place: row.place.clone(), ..Self::free(slot, zone) }
    }

    fn free(slot: Slot, zone: &TimeZone) -> Self {
        let (start, end) = (slot.start.to_zoned(zone.clone()), slot.end.to_zoned(zone.clone()));
        Self {
            id: String::new(),
            start: slot.start,
            weekday: start.weekday().to_monday_one_offset(),
            day: day(start.date()),
            from: clock(start.time()),
            until: clock(end.time()),
            place: String::new(),
        }
    }
}

impl MissionView {
    pub(super) fn is_open(&self) -> bool {
        self.state.is_open()
    }
}

/// Makes the view of a dossier's expertise.
pub(super) async fn view(
    cases: Cases<'_>,
    library: &Library,
    dossier: &Dossier,
    rows: &[FactRow],
    now: Timestamp,
    lexicon: Lexicon<'_>,
) -> Result<ExpertiseView, StoreError> {
    let mission = cases.mission(dossier.id).await?;
    let is_open = mission.as_ref().is_some_and(|mission| mission.row.state.is_open());
    let mut view = if is_open || dossier.status.is_over() {
        ExpertiseView::default()
    } else {
        candidates(library, dossier, rows, &cases.mission_load().await?)
    };
    if let Some(mission) = mission {
        let zone = zone(library, &dossier.insurer);
        let free = if is_open { free(cases, library, &mission, rows, now, &zone).await? } else { Vec::new() };
        view.mission = Some(of(&mission, free, library, &zone, lexicon));
    }
    Ok(view)
}

/// The insurer's time zone.
pub(in crate::web::console) fn zone(library: &Library, insurer: &str) -> TimeZone {
    library.insurer(insurer).map_or_else(paris, Insurer::zone)
}

fn of(mission: &Mission, free: Vec<Slot>, library: &Library, zone: &TimeZone, lexicon: Lexicon) -> MissionView {
    let row = &mission.row;
    let expert = library.experts().get(&row.expert);
    let in_state = |state| mission.appointments.iter().filter(move |row| row.state == state);
    MissionView {
        expert: expert.map_or_else(|| row.expert.clone(), |expert| expert.name.clone()),
        phone: expert.map(|expert| expert.phone.clone()),
        mode: row.mode,
        state: row.state,
        ordered: When(row.ordered_at),
        by: lexicon.person(&row.ordered_by),
        because: named(row.because.because.clone(), lexicon),
        booked: mission.booked().map(|row| SlotView::of(row, zone)),
        cancelled: mission.cancelled().map(|row| SlotView::of(row, zone)),
        proposed: in_state(AppointmentState::Proposed).map(|row| SlotView::of(row, zone)).collect(),
        free: free.into_iter().take(MAX_SLOTS).map(|slot| SlotView::free(slot, zone)).collect(),
    }
}

async fn free(
    cases: Cases<'_>,
    library: &Library,
    mission: &Mission,
    rows: &[FactRow],
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<Slot>, StoreError> {
    let experts = library.experts();
    let Some(expert) = experts.get(&mission.row.expert) else { return Ok(Vec::new()) };
    let booked = cases.booked(&expert.id, now, Timestamp::MAX).await?;
    let busy: Vec<Busy> =
        booked.iter().map(|row| Busy { mission: row.mission, start: row.start, until: row.busy_until }).collect();
    let rules = Rules { postcode: postcode(rows), ..Rules::of(experts, now, zone, library.calendar()) };
    Ok(free_slots(expert, mission.row.mode, mission.row.id, &busy, &rules))
}

/// The experts who may survey the loss of a dossier, and those who may not.
fn candidates(library: &Library, dossier: &Dossier, rows: &[FactRow], load: &BTreeMap<String, usize>) -> ExpertiseView {
    let mode = dossier.orientation.filter(|mode| mode.needs_expert());
    let Some(mode) = mode else { return ExpertiseView::default() };
    let case = Case { peril: &dossier.peril, mode, postcode: postcode(rows) };
    let ranking = rank(library.experts(), &case, load);
    ExpertiseView {
        mission: None,
        proposed: ranking
            .candidates
            .into_iter()
            .map(|candidate| Proposed {
                id: candidate.expert.id.clone(),
                name: candidate.expert.name.clone(),
                phone: candidate.expert.phone.clone(),
                because: candidate.because,
            })
            .collect(),
        passed_over: ranking
            .passed_over
            .into_iter()
            .map(|passed| (passed.expert.name.clone(), passed.because))
            .collect(),
    }
}

/// Reasons with the names of perils instead of their codes.
fn named(because: Vec<Because>, lexicon: Lexicon) -> Vec<Because> {
    let name = |peril: &str| lexicon.names.peril(peril).to_owned();
    let named = because.into_iter().map(|because| match because {
        Because::KnowsPeril { peril } => Because::KnowsPeril { peril: name(&peril) },
        Because::DoesNotKnowPeril { peril } => Because::DoesNotKnowPeril { peril: name(&peril) },
        other => other,
    });
    named.collect()
}

impl ExpertiseView {
    /// With names instead of codes.
    pub(super) fn named(mut self, lexicon: Lexicon) -> Self {
        for proposed in &mut self.proposed {
            proposed.because = named(std::mem::take(&mut proposed.because), lexicon);
        }
        for (_, because) in &mut self.passed_over {
            *because = named(vec![because.clone()], lexicon).remove(0);
        }
        self
    }
}

/// The postcode of the place where the damage is surveyed.
fn postcode(rows: &[FactRow]) -> Option<&str> {
    survey_place(|name| current(rows, name))?.postcode
}

#[cfg(test)]
mod tests;
