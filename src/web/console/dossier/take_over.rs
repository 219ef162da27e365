//! A handler takes a conversation over from the flow.

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
pub(crate) struct Sent {}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    act(&console, &sent.session, &id, Action::TakeOver).await
}

#[cfg(test)]
mod tests;
