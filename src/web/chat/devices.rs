//! The devices on which the person has this conversation: `GET /chat/api/devices` lists them,
//! `POST /chat/api/devices/disconnect` takes it from all others, `POST /chat/api/devices/leave` from this one.

use axum::{extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use super::session::Session;
use crate::web::{App, problem::Problem};

#[derive(Debug, Serialize)]
pub(super) struct Device {
    /// Whether it is the one that asks.
    here: bool,
    since: Timestamp,
    /// To the day.
    used: Timestamp,
}

pub(super) async fn get(State(app): State<App>, session: Session) -> Result<axum::Json<Vec<Device>>, Problem> {
    let devices = session.one.devices(app.clock.now()).await?.into_iter();
    let devices = devices.map(|device| Device {
        here: device.address == session.endpoint.address,
        since: device.at,
        used: device.used_at,
    });
    Ok(axum::Json(devices.collect()))
}

pub(super) async fn disconnect(State(app): State<App>, session: Session) -> Result<StatusCode, Problem> {
    session.one.disconnect_others(&session.endpoint).await?;
    // Their event streams look again, and end.
    app.intake.tell_change(session.id());
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn leave(State(app): State<App>, session: Session) -> Result<StatusCode, Problem> {
    session.one.leave(&session.endpoint).await?;
    app.intake.tell_change(session.id());
    Ok(StatusCode::NO_CONTENT)
}
