//! `/console/appointments/{id}/calendar`: an appointment as a file for the expert's calendar.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    domain::{fact::Value, id::AppointmentId},
    planning::{Event, Slot, to_ics},
    store::{AccessKind, AppointmentRow, AppointmentState, Mission},
    web::console::{Console, auth::Session, dossier::facts::current, error::ConsoleError},
};

/// The event's title.
#[derive(Template)]
#[template(path = "appointment_title.txt")]
struct Title<'a> {
    reference: &'a str,
    peril: &'a str,
}

/// What the expert reads in the event.
#[derive(Template)]
#[template(path = "appointment.txt")]
struct Description<'a> {
    holder: Option<&'a str>,
    phone: Option<&'a str>,
    address: String,
    link: String,
}

/// The version of a mission's appointment for the calendar, and how many versions there were before.
struct Version<'a> {
    row: &'a AppointmentRow,
    sequence: usize,
}

/// The booked appointment, else the one that was cancelled last; none where nothing was ever booked. Each booking makes
/// a version, and so does each cancellation; moving is the booking of another slot.
fn version_of(mission: &Mission) -> Option<Version<'_>> {
    let count = |state| mission.appointments.iter().filter(|row| row.state == state).count();
    let bookings = count(AppointmentState::Booked) + count(AppointmentState::Moved);
    let versions = bookings + 2 * count(AppointmentState::Cancelled);
    let row = mission.booked().or_else(|| mission.cancelled())?;
    Some(Version { row, sequence: versions - 1 })
}

/// The calendar file of a mission's appointment as it is now, whichever appointment of the mission is in the address.
pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, ConsoleError> {
    let id: AppointmentId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let mission = console.cases(&session).mission_of_appointment(id).await?.ok_or(ConsoleError::NotFound)?;
    let Version { row, sequence } = version_of(&mission).ok_or(ConsoleError::NotFound)?;
    let dossier = console.cases(&session).dossier(row.dossier).await?.ok_or(ConsoleError::NotFound)?;
    console.note_reading(&session, AccessKind::Calendar, &row.id.to_string(), Some(dossier.id)).await?;
    let facts = console.cases(&session).facts(dossier.conversation).await?;
    let phone = match current(&facts, "phone") {
        Some(Value::Phone(phone)) => Some(phone.as_str()),
        _ => None,
    };
    let address = match current(&facts, "loss_place") {
        Some(Value::Address(address)) => address.in_one_line(),
        _ => String::new(),
    };
    let peril = console.names().peril(&dossier.peril);
    let summary = Title { reference: &dossier.reference, peril }.render()?;
    let link = format!("{}/console/dossiers/{}", console.public_url(), dossier.id);
    let description = Description { holder: dossier.holder.as_deref(), phone, address, link }.render()?;
    let event = Event {
        uid: &mission.row.id.to_string(),
        sequence,
        is_cancelled: row.state == AppointmentState::Cancelled,
        slot: Slot { start: row.start, end: row.end },
        written_at: row.updated_at,
        organizer: console.public_url(),
        summary: summary.trim(),
        place: &row.place,
        description: description.trim(),
    };
    let media_type = format!("text/calendar; charset=utf-8; method={}", event.method());
    let name = format!("attachment; filename=\"{}.ics\"", dossier.reference);
    let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, to_ics(&event)).into_response())
}

#[cfg(test)]
mod tests;
