//! A handler has acknowledged the receipt of what was asked for: by a letter, on the telephone.

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
        let action = Action::AcknowledgeRequest { request: request.id, kind: request.kind.clone() };
        request.owes_acknowledgement().then_some(action)
    })
    .await
}

#[cfg(test)]
mod tests;
