//! A handler has done what was asked for.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use super::RequestForm;
use crate::{
    conversation::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<RequestForm>,
) -> Result<Redirect, ConsoleError> {
    super::act(&console, &id, sent, |request| {
        let (kind, asked_at) = (request.kind.clone(), request.asked_at);
        let action = Action::DoRequest { request: request.id, kind, asked_at };
        request.done.is_none().then_some(action)
    })
    .await
}

#[cfg(test)]
mod tests;
