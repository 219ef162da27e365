//! What time brings about in a conversation: the answer to an album once its last photo came, a reminder of a pending
//! question. Here is decided when; the turn does it when the conversation's timer goes off.

use jiff::{Timestamp, ToSpan, civil::Weekday, tz::TimeZone};

use super::loaded::Conversation;
use crate::{
    contract::Calendar,
    domain::timing::{Timing, Unsettled},
    dossier::Status,
    store::DueRow,
};

/// How long nothing more must come before an album is answered: its photos arrive within a second or two.
const SETTLES_AFTER_MS: i64 = 2_500;
/// A message that nobody asked for comes from this hour on…
const FIRST_HOUR: i8 = 8;
/// … and before this one.
const LAST_HOUR: i8 = 20;
/// More than the longest run of Sundays and holidays.
const DAYS_AHEAD: usize = 14;

/// Keeps the message `seq` for later, with those before it that still wait.
pub(super) fn keep(timing: &mut Timing, seq: i64, now: Timestamp) {
    let from = timing.unsettled.map_or(seq, |unsettled| unsettled.from);
    timing.unsettled = Some(Unsettled { from, until: now + SETTLES_AFTER_MS.milliseconds() });
}

/// Sets the conversation's timer after a turn: the row to store, where the stored one does not do.
pub(super) fn set(conversation: &mut Conversation, woken: bool, now: Timestamp) -> Option<DueRow> {
    let settles = conversation.fence.timing.unsettled.map(|unsettled| unsettled.until);
    let due_at =
        settles.into_iter().chain(reminder(conversation, now)).chain(appointment_reminder(conversation, now)).min();
    let row = DueRow::wake(conversation.row.id, due_at);
    let timing = &mut conversation.fence.timing;
    let stored = timing.wake_at.filter(|_| !woken);
    match (stored, due_at) {
        // What is stored goes off early enough, or finds nothing to do and ends.
        (Some(stored), Some(due_at)) if stored <= due_at => None,
        (Some(_) | None, None) if !woken => None,
        _ => {
            timing.wake_at = due_at;
            Some(row)
        }
    }
}

/// When the person is to be reminded: not before `now`, and at a decent hour. None while a person serves them, nobody
/// awaits their answer, or they asked to be written to no more where they are.
pub(super) fn reminder(conversation: &Conversation, now: Timestamp) -> Option<Timestamp> {
    let row = &conversation.row;
    let with_a_person = |status: Status| status.is_over() || status == Status::HandedOver;
    let stopped = conversation.stopped.contains(&row.endpoint);
    if stopped
        || row.handler.is_some()
        || conversation.dossier.as_ref().is_some_and(|dossier| with_a_person(dossier.status))
    {
        return None;
    }
    let due = conversation.fence.timing.silent_since? + conversation.state.silence(&conversation.library)?;
    Some(decent_for(conversation, due.max(now)))
}

/// When the person is to be reminded of the expert's appointment, whoever serves them: not before `now`, and at a decent
/// hour. None where they asked to be written to no more.
pub(super) fn appointment_reminder(conversation: &Conversation, now: Timestamp) -> Option<Timestamp> {
    let due = conversation.state.appointment_reminder()?;
    let stopped = conversation.stopped.contains(&conversation.row.endpoint);
    (!stopped).then(|| decent_for(conversation, due.max(now)))
}

pub(super) fn decent_for(conversation: &Conversation, at: Timestamp) -> Timestamp {
    let library = &conversation.library;
    let insurer = library.insurer(&conversation.row.insurer);
    let zone = insurer.map_or_else(crate::domain::clock::paris, crate::flow::Insurer::zone);
    decent(at, &zone, library.calendar())
}

/// The first instant from `at` on at which people may be written to unasked: 8 to 20, no Sunday, no public holiday.
fn decent(at: Timestamp, zone: &TimeZone, calendar: &Calendar) -> Timestamp {
    let mut local = at.to_zoned(zone.clone()).datetime();
    for _ in 0..DAYS_AHEAD {
        let date = local.date();
        let free = date.weekday() == Weekday::Sunday || calendar.is_holiday(date, None);
        if !free && local.hour() < LAST_HOUR {
            if local.hour() >= FIRST_HOUR {
                break;
            }
            local = date.at(FIRST_HOUR, 0, 0, 0);
            break;
        }
        let Ok(next) = date.tomorrow() else { break };
        local = next.at(0, 0, 0, 0);
    }
    // An hour that the clocks skip is none of these; where it were, the instant itself is as good.
    let moved = local.to_zoned(zone.clone()).map_or(at, |zoned| zoned.timestamp());
    moved.max(at)
}

#[cfg(test)]
mod tests;
