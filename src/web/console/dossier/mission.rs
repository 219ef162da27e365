//! A handler sends for an expert, has slots proposed or books one, and what becomes of the mission.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use jiff::Timestamp;
use serde::Deserialize;

use super::act;
use crate::{
    intake::{Action, MissionStep},
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Sent {
    step: String,
    /// To order: who.
    #[serde(default)]
    expert: String,
    /// To book: when.
    #[serde(default)]
    start: Option<Timestamp>,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let Sent { step, expert, start } = sent.form;
    let step = match (step.as_str(), start) {
        ("order", _) if console.library().experts().get(&expert).is_some() => MissionStep::Order { expert },
        ("offer", _) => MissionStep::Offer,
        ("book", Some(start)) => MissionStep::Book { start },
        ("cancel", _) => MissionStep::CancelAppointment,
        ("accept", _) => MissionStep::Accept,
        ("done", _) => MissionStep::Done,
        ("withdraw", _) => MissionStep::Withdraw,
        _ => return Err(ConsoleError::BadForm),
    };
    act(&console, &sent.session, &id, Action::Mission(step)).await
}

#[cfg(test)]
mod tests;
