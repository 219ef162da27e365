//! A handler is writing, which the person sees in the chat. Nothing is stored.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;

use super::find;
use crate::web::console::{Console, auth::Checked, error::ConsoleError};

#[derive(Deserialize)]
pub(crate) struct Typing {}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Typing>,
) -> Result<StatusCode, ConsoleError> {
    let dossier = find(&console, &sent.session, &id).await?;
    console.actions().tell_typing(dossier.conversation);
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
