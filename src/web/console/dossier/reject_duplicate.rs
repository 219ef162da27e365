//! A handler says that a proposed dossier is not to be merged.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::act;
use crate::{
    domain::id::DossierId,
    intake::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Sent {
    other: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let other: DossierId = sent.form.other.parse().map_err(|_| ConsoleError::BadForm)?;
    act(&console, &sent.session, &id, Action::RejectDuplicate { other }).await
}

#[cfg(test)]
mod tests;
