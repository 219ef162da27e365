//! A handler asks the person for a document.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::act;
use crate::{
    intake::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Sent {
    kind: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let kind = sent.form.kind;
    if !console.names().is_document(&kind) {
        return Err(ConsoleError::BadForm);
    }
    act(&console, &sent.session, &id, Action::AskDocument { kind }).await
}

#[cfg(test)]
mod tests;
