//! The expert's mission and appointment: what a handler or the expert does, and what the person's choice asks for.
//!
//! An expert's time is held by the store: a turn that books what somebody else booked meanwhile is not stored, and made
//! again it finds the slot taken and offers others.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    action::{Actor, MissionStep},
    error::ConversationError,
    loaded::Conversation,
    look_ups::LookUps,
    services::Services,
    turn::Turn,
};
use crate::{
    domain::{
        clock::paris,
        id::{AppointmentId, MissionId},
        message::{GUICHET, POLICYHOLDER},
        orientation_mode::OrientationMode,
    },
    dossier::{Dossier, TimelineEvent},
    flow::{AppointmentEvent, Event, Offer, Offering, told_availability},
    planning::{
        Busy, Case, Expert, Experts, Rules, Slot, SurveyPlace, Wish, eve_of, free_slots, propose, rank, survey_place,
    },
    store::{AppointmentRow, AppointmentState, Mission, MissionRow, MissionState, StoreError},
};

/// Later than any appointment.
const FAR: Timestamp = Timestamp::MAX;

/// Does a step of a mission. Returns what the flow is to be told of it.
pub(super) async fn act(
    turn: &mut Turn,
    actor: &Actor,
    step: MissionStep,
    services: &Services,
) -> Result<Option<Event>, ConversationError> {
    let dossier = turn.conversation.dossier.as_ref().filter(|dossier| !dossier.status.is_over());
    let dossier = dossier.ok_or(ConversationError::NoMission)?.clone();
    let by = actor.login.as_str();
    if let MissionStep::Order { expert } = step {
        return order(turn, by, &dossier, &expert, services).await.map(Some);
    }
    let mission = open_mission(&dossier, services).await?;
    let event = match step {
        MissionStep::Order { .. } => return Ok(None),
        MissionStep::Offer => {
            let Conversation { library, row, state, .. } = &turn.conversation;
            let wish = told_availability(library, &row.insurer, state, turn.now);
            offer(turn, by, mission, wish, Offering::New, services).await?
        }
        MissionStep::Book { start } => book_at(turn, by, mission, start, services).await?,
        MissionStep::CancelAppointment => {
            let cancelled = cancel(turn, by, &mission);
            if !cancelled {
                return Ok(None);
            }
            AppointmentEvent::Cancelled { by_person: false }
        }
        MissionStep::Accept => {
            let event = |mission, expert| TimelineEvent::MissionAccepted { mission, expert };
            settle(turn, by, mission.row, MissionState::Accepted, event);
            return Ok(None);
        }
        MissionStep::Done => {
            let event = |mission, expert| TimelineEvent::MissionDone { mission, expert };
            settle(turn, by, mission.row, MissionState::Done, event);
            AppointmentEvent::Over { done: true }
        }
        MissionStep::Withdraw => {
            withdraw(turn, by, mission, Misfit::default());
            AppointmentEvent::Over { done: false }
        }
    };
    Ok(Some(Event::Appointment(event)))
}

/// The answer to [`crate::flow::Effect::FindSlots`].
pub(super) async fn find_slots(
    turn: &mut Turn,
    wish: Option<Wish>,
    services: &Services,
) -> Result<Option<Event>, ConversationError> {
    let Some(mission) = mission_of(turn, services).await? else { return Ok(None) };
    let why = if wish.is_some() { Offering::AsWished } else { Offering::New };
    let event = offer(turn, GUICHET, mission, wish, why, services).await?;
    Ok(Some(Event::Appointment(event)))
}

/// The answer to [`crate::flow::Effect::Book`].
pub(super) async fn book(
    turn: &mut Turn,
    chosen: AppointmentId,
    services: &Services,
) -> Result<Option<Event>, ConversationError> {
    let Some(mission) = mission_of(turn, services).await? else { return Ok(None) };
    let wanted = mission.appointments.iter().find(|row| row.id == chosen).cloned();
    let event = match wanted {
        Some(row) if row.start > turn.now && is_free(&mission, &row, services.look_ups()).await? => {
            take(turn, POLICYHOLDER, &mission, row)
        }
        _ => offer(turn, GUICHET, mission, None, Offering::Taken, services).await?,
    };
    Ok(Some(Event::Appointment(event)))
}

/// The answer to [`crate::flow::Effect::CancelAppointment`]. The mission stays: another slot may be chosen.
pub(super) async fn cancel_by_person(turn: &mut Turn, services: &Services) -> Result<Option<Event>, ConversationError> {
    let Some(mission) = mission_of(turn, services).await? else { return Ok(None) };
    let cancelled = cancel(turn, POLICYHOLDER, &mission);
    Ok(cancelled.then_some(Event::Appointment(AppointmentEvent::Cancelled { by_person: true })))
}

/// The dossier is over: its open mission is withdrawn with the appointment. The event returned tells the person so.
pub(super) async fn call_off(
    turn: &mut Turn,
    by: &str,
    services: &Services,
) -> Result<Option<Event>, ConversationError> {
    let Some(mission) = mission_of(turn, services).await? else { return Ok(None) };
    withdraw(turn, by, mission, Misfit::default());
    Ok(Some(Event::Appointment(AppointmentEvent::Over { done: false })))
}

/// The orientation or the peril may have changed. Where the expert of the open mission does not fit them any more, the
/// mission is withdrawn. The event returned tells the person, and calls a handler unless one decided so (`by`).
pub(super) async fn reconsider(
    turn: &mut Turn,
    by: &str,
    services: &Services,
) -> Result<Option<Event>, ConversationError> {
    let Some(mission) = mission_of(turn, services).await? else { return Ok(None) };
    let Some(dossier) = &turn.conversation.dossier else { return Ok(None) };
    let Some(why) = misfit(&mission.row, dossier, services.experts()) else { return Ok(None) };
    withdraw(turn, by, mission, why);
    Ok(Some(Event::Appointment(AppointmentEvent::Withdrawn { by_handler: by != GUICHET })))
}

/// What of the dossier asks for another expert than the one who has the mission.
#[derive(Default)]
struct Misfit {
    /// The mode, where it is another one now.
    mode: Option<OrientationMode>,
    /// The peril, where the expert does not know it.
    peril: Option<String>,
}

/// An orientation that is not decided asks for nobody else yet.
fn misfit(mission: &MissionRow, dossier: &Dossier, experts: &Experts) -> Option<Misfit> {
    if let Some(mode) = dossier.orientation.filter(|mode| *mode != mission.mode) {
        return Some(Misfit { mode: Some(mode), peril: None });
    }
    let knows_peril = experts.get(&mission.expert).is_some_and(|expert| expert.skills.contains(&dossier.peril));
    (!knows_peril).then(|| Misfit { mode: None, peril: Some(dossier.peril.clone()) })
}

/// The open mission of the turn's dossier, as the turn leaves it so far. Only a conversation that knows of one asks the
/// store.
async fn mission_of(turn: &Turn, services: &Services) -> Result<Option<Mission>, ConversationError> {
    let dossier = turn.conversation.dossier.as_ref().filter(|_| turn.conversation.state.has_appointment());
    let Some(dossier) = dossier else { return Ok(None) };
    let Some(mut mission) = services.look_ups().mission(dossier.id).await? else { return Ok(None) };
    if let Some(row) = turn.rows.planning.missions.iter().find(|row| row.id == mission.row.id) {
        mission.row = row.clone();
    }
    for changed in turn.rows.planning.appointments.iter().filter(|row| row.mission == mission.row.id) {
        match mission.appointments.iter_mut().find(|row| row.id == changed.id) {
            Some(row) => *row = changed.clone(),
            None => mission.appointments.push(changed.clone()),
        }
    }
    Ok(Some(mission).filter(|mission| mission.row.state.is_open()))
}

/// Keeps a row among the turn's changes, in place of what the turn made of the same row before.
fn put(turn: &mut Turn, row: AppointmentRow) {
    let rows = &mut turn.rows.planning.appointments;
    rows.retain(|known| known.id != row.id);
    rows.push(row);
}

async fn open_mission(dossier: &Dossier, services: &Services) -> Result<Mission, ConversationError> {
    let mission = services.look_ups().mission(dossier.id).await?.filter(|mission| mission.row.state.is_open());
    mission.ok_or(ConversationError::NoMission)
}

async fn order(
    turn: &mut Turn,
    by: &str,
    dossier: &Dossier,
    expert: &str,
    services: &Services,
) -> Result<Event, ConversationError> {
    let mode = dossier.orientation.filter(|mode| mode.needs_expert()).ok_or(ConversationError::NoMission)?;
    if services.look_ups().mission(dossier.id).await?.is_some_and(|mission| mission.row.state.is_open()) {
        return Err(ConversationError::NoMission);
    }
    let load = services.look_ups().mission_load().await?;
    let experts = Arc::clone(services.experts());
    let postcode = place(turn).and_then(|place| place.postcode);
    let case = Case { peril: &dossier.peril, mode, postcode };
    let ranking = rank(&experts, &case, &load);
    let (chosen, assignment) = ranking.assign(expert).ok_or(ConversationError::NoMission)?;
    let row = MissionRow {
        id: turn.ids.next(turn.now),
        dossier: dossier.id,
        conversation: turn.conversation.row.id,
        insurer: dossier.insurer.clone(),
        expert: expert.to_owned(),
        mode,
        state: MissionState::Ordered,
        because: assignment.clone(),
        ordered_by: by.to_owned(),
        ordered_at: turn.now,
        updated_at: turn.now,
    };
    let (mission, expert) = (row.id, row.expert.clone());
    turn.record(by, &TimelineEvent::MissionOrdered { mission, expert, mode, decision: assignment });
    turn.rows.planning.missions.push(row);
    let Expert { name, link, .. } = chosen;
    let event = AppointmentEvent::Ordered { expert: name.clone(), mode, link: link.clone() };
    Ok(Event::Appointment(event))
}

/// Proposes slots. What was proposed before and not chosen lapses.
async fn offer(
    turn: &mut Turn,
    by: &str,
    mission: Mission,
    wish: Option<Wish>,
    why: Offering,
    services: &Services,
) -> Result<AppointmentEvent, ConversationError> {
    let Some(expert) = services.experts().get(&mission.row.expert).cloned() else {
        return Ok(AppointmentEvent::NoneFree);
    };
    let free = free_time(turn, &expert, &mission, services).await?;
    let proposal = propose(&free, wish.as_ref(), &zone(turn));
    if proposal.slots.is_empty() {
        turn.record(GUICHET, &TimelineEvent::NoSlotFree { expert: expert.id });
        return Ok(AppointmentEvent::NoneFree);
    }
    lapse(turn, &mission, None);
    let mut offers = Vec::new();
    for slot in &proposal.slots {
        let row = appointment(turn, &mission.row, &expert, *slot, AppointmentState::Proposed);
        offers.push(Offer { id: row.id, slot: *slot });
        put(turn, row);
    }
    let slots = proposal.slots.iter().map(|slot| slot.start).collect();
    turn.record(by, &TimelineEvent::SlotsOffered { expert: expert.id, slots });
    let why = if why == Offering::AsWished && !proposal.as_wished { Offering::Nearest } else { why };
    Ok(AppointmentEvent::Offered { offers, why })
}

/// Books a slot that was agreed with the person.
async fn book_at(
    turn: &mut Turn,
    by: &str,
    mission: Mission,
    start: Timestamp,
    services: &Services,
) -> Result<AppointmentEvent, ConversationError> {
    let expert = services.experts().get(&mission.row.expert).ok_or(ConversationError::NoMission)?.clone();
    let free = free_time(turn, &expert, &mission, services).await?;
    let slot = free.into_iter().find(|slot| slot.start == start).ok_or(ConversationError::SlotTaken)?;
    let row = appointment(turn, &mission.row, &expert, slot, AppointmentState::Proposed);
    Ok(take(turn, by, &mission, row))
}

/// Books `row`; what was booked before is moved to it.
fn take(turn: &mut Turn, by: &str, mission: &Mission, row: AppointmentRow) -> AppointmentEvent {
    lapse(turn, mission, Some(row.id));
    let before = mission.booked().cloned();
    if let Some(before) = &before {
        let moved = AppointmentRow { state: AppointmentState::Moved, updated_at: turn.now, ..before.clone() };
        put(turn, moved);
    }
    let slot = Slot { start: row.start, end: row.end };
    let (appointment, expert) = (row.id, row.expert.clone());
    let event = if before.is_some() {
        TimelineEvent::AppointmentMoved { appointment, expert, slot: row.start, end: row.end }
    } else {
        TimelineEvent::AppointmentBooked { appointment, expert, slot: row.start, end: row.end }
    };
    put(turn, AppointmentRow { state: AppointmentState::Booked, updated_at: turn.now, ..row });
    turn.record(by, &event);
    // The message that brought the booking about is answered by it: the case does not wait for a handler because of it.
    let now = turn.now;
    if let Some(dossier) = turn.conversation.dossier_mut().filter(|dossier| dossier.waiting_since == Some(now)) {
        dossier.waiting_since = None;
    }
    let eve = eve_of(slot.start, &zone(turn), turn.conversation.library.calendar());
    AppointmentEvent::Booked { slot, remind_at: eve.filter(|eve| *eve > now) }
}

/// Gives up what is booked and what is proposed. False when nothing was booked.
fn cancel(turn: &mut Turn, by: &str, mission: &Mission) -> bool {
    lapse(turn, mission, None);
    let Some(booked) = mission.booked() else { return false };
    let cancelled = AppointmentRow { state: AppointmentState::Cancelled, updated_at: turn.now, ..booked.clone() };
    put(turn, cancelled);
    let (appointment, expert) = (booked.id, booked.expert.clone());
    turn.record(by, &TimelineEvent::AppointmentCancelled { appointment, expert, slot: booked.start });
    true
}

/// The slots that were proposed lapse, all but one.
fn lapse(turn: &mut Turn, mission: &Mission, but: Option<AppointmentId>) {
    let proposed = mission.appointments.iter().filter(|row| row.state == AppointmentState::Proposed);
    for row in proposed.filter(|row| Some(row.id) != but) {
        let lapsed = AppointmentRow { state: AppointmentState::Lapsed, updated_at: turn.now, ..row.clone() };
        put(turn, lapsed);
    }
}

/// Takes the mission back, with what is booked.
fn withdraw(turn: &mut Turn, by: &str, mission: Mission, Misfit { mode, peril }: Misfit) {
    cancel(turn, by, &mission);
    let event = |mission, expert| TimelineEvent::MissionWithdrawn { mission, expert, mode, peril };
    settle(turn, by, mission.row, MissionState::Cancelled, event);
}

fn settle(
    turn: &mut Turn,
    by: &str,
    row: MissionRow,
    state: MissionState,
    event: impl FnOnce(MissionId, String) -> TimelineEvent,
) {
    turn.record(by, &event(row.id, row.expert.clone()));
    turn.rows.planning.missions.retain(|known| known.id != row.id);
    turn.rows.planning.missions.push(MissionRow { state, updated_at: turn.now, ..row });
}

fn appointment(
    turn: &Turn,
    mission: &MissionRow,
    expert: &Expert,
    slot: Slot,
    state: AppointmentState,
) -> AppointmentRow {
    let place = match mission.mode {
        OrientationMode::Visio => expert.link.clone(),
        OrientationMode::Field => place(turn).map(|place| place.line),
        OrientationMode::Tele | OrientationMode::Desk => None,
    };
    AppointmentRow {
        id: turn.ids.next(turn.now),
        mission: mission.id,
        dossier: mission.dossier,
        expert: expert.id.clone(),
        start: slot.start,
        end: slot.end,
        busy_until: expert.busy_until(mission.mode, slot),
        place: place.unwrap_or_default(),
        state,
        updated_at: turn.now,
    }
}

/// The insurer's zone: in it appointments are made.
fn zone(turn: &Turn) -> TimeZone {
    let conversation = &turn.conversation;
    conversation.library.insurer(&conversation.row.insurer).map_or_else(paris, crate::flow::Insurer::zone)
}

/// The slots that may be offered for a mission.
async fn free_time(
    turn: &Turn,
    expert: &Expert,
    mission: &Mission,
    services: &Services,
) -> Result<Vec<Slot>, StoreError> {
    let (zone, postcode) = (zone(turn), place(turn).and_then(|place| place.postcode));
    let rules = Rules { postcode, ..Rules::of(services.experts(), turn.now, &zone, services.calendar()) };
    let busy = busy(&expert.id, turn.now, FAR, services.look_ups()).await?;
    Ok(free_slots(expert, mission.row.mode, mission.row.id, &busy, &rules))
}

/// What is booked of an expert's time.
async fn busy(
    expert: &str,
    from: Timestamp,
    until: Timestamp,
    look_ups: &dyn LookUps,
) -> Result<Vec<Busy>, StoreError> {
    let booked = look_ups.booked(expert, from, until).await?;
    Ok(booked.iter().map(|row| Busy { mission: row.mission, start: row.start, until: row.busy_until }).collect())
}

async fn is_free(mission: &Mission, row: &AppointmentRow, look_ups: &dyn LookUps) -> Result<bool, StoreError> {
    let busy = busy(&row.expert, row.start, row.busy_until, look_ups).await?;
    Ok(busy.iter().all(|busy| busy.mission == mission.row.id))
}

/// Where the damage is looked at.
fn place(turn: &Turn) -> Option<SurveyPlace<'_>> {
    survey_place(|name| turn.conversation.state.fact(name))
}
