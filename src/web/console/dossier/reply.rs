//! A handler answers the person, who reads it where they are.

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
    text: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let text = said(&sent.form.text)?;
    act(&console, &sent.session, &id, Action::Reply { text }).await
}

#[cfg(test)]
mod tests;
