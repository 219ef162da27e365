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
    store::AppointmentState,
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

pub(crate) async fn get(
    State(console): State<Console>,
    _: Session,
    Path(id): Path<String>,
) -> Result<Response, ConsoleError> {
    let id: AppointmentId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let appointment = console.store().appointment(id).await?;
    let appointment = appointment.filter(|row| row.state == AppointmentState::Booked).ok_or(ConsoleError::NotFound)?;
    let dossier = console.store().dossier(appointment.dossier).await?.ok_or(ConsoleError::NotFound)?;
    let facts = console.store().facts(dossier.id).await?;
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
        uid: &appointment.id.to_string(),
        slot: Slot { start: appointment.start, end: appointment.end },
        written_at: appointment.updated_at,
        summary: summary.trim(),
        place: &appointment.place,
        description: description.trim(),
    };
    let name = format!("attachment; filename=\"{}.ics\"", dossier.reference);
    let headers =
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CONTENT_DISPOSITION, name.as_str())];
    Ok((headers, to_ics(&event)).into_response())
}

#[cfg(test)]
mod tests;
