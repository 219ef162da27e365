//! `GET /s/{token}/appointment.ics` and `/d/{token}/appointment.ics`: the appointment for the person's calendar. By the link to how
//! the claim stands it tells no place: others may see that link.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use super::{frame, words::Words};
use crate::{
    domain::link::LinkPurpose,
    dossier::reference_of,
    planning::{Event, Slot, to_ics},
    store::Mission,
    web::{App, problem::Problem, visitor::Visitor},
};

pub(super) async fn of_status(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let visitor = Visitor::find(&app, &token, LinkPurpose::Status).await?.ok_or_else(Problem::not_found)?;
    file(&app, &visitor, false).await
}

pub(super) async fn of_claim(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let visitor = Visitor::find(&app, &token, LinkPurpose::Complete).await?.ok_or_else(Problem::not_found)?;
    file(&app, &visitor, true).await
}

/// The calendar file of the booked appointment.
async fn file(app: &App, visitor: &Visitor, tells_place: bool) -> Result<Response, Problem> {
    let mission = visitor.one.mission().await?.ok_or_else(Problem::not_found)?;
    let row = mission.booked().ok_or_else(Problem::not_found)?;
    let library = app.intake.library();
    let words = Words::new(&library, visitor.conversation.language);
    let reference = reference_of(visitor.conversation.id);
    let summary = words.say_of("appointment_event", "reference", &reference);
    let event = Event {
        uid: &mission.row.id.to_string(),
        sequence: version(&mission),
        is_cancelled: false,
        slot: Slot { start: row.start, end: row.end },
        written_at: row.updated_at,
        organizer: &app.config.server.public_url,
        summary: &summary,
        place: if tells_place { &row.place } else { "" },
        description: "",
    };
    let media_type = format!("text/calendar; charset=utf-8; method={}", event.method());
    let name = format!("attachment; filename=\"{reference}.ics\"");
    let about = [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, name)];
    Ok((frame::private(), about, to_ics(&event)).into_response())
}

/// How many versions of the appointment there were before: each slot that was booked and left made one.
fn version(mission: &Mission) -> usize {
    use crate::store::AppointmentState::{Cancelled, Moved};
    mission.appointments.iter().filter(|row| matches!(row.state, Moved | Cancelled)).count()
}
