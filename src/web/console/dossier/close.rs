//! A handler closes a dossier, and says why.

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

#[derive(Deserialize)]
pub(crate) struct Sent {
    reason: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let reason = said(&sent.form.reason)?;
    act(&console, &sent.session, &id, Action::Close { reason }).await
}

#[cfg(test)]
mod tests;
