//! A handler orients otherwise than the table did, and says why.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::{act, said};
use crate::{
    intake::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

/// The modes of an expertise.
pub(crate) const MODES: [&str; 4] = ["field", "tele", "visio", "desk"];

#[derive(Deserialize)]
pub(crate) struct Sent {
    mode: String,
    reason: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let Sent { mode, reason } = sent.form;
    if !MODES.contains(&mode.as_str()) {
        return Err(ConsoleError::BadForm);
    }
    let reason = said(&reason)?;
    act(&console, &sent.session, &id, Action::Override { mode, reason }).await
}

#[cfg(test)]
mod tests;
