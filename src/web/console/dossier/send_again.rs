//! A handler sends one of our messages again, to the same address or to another one of the person.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::{act, find};
use crate::{
    conversation::Action,
    domain::{id::ConversationId, message::Endpoint},
    store::StoreError,
    web::console::{
        Console,
        auth::{Checked, Session},
        error::ConsoleError,
    },
};

#[derive(Deserialize)]
pub(crate) struct Resend {
    /// The message's number in its conversation.
    message: String,
    /// The index in [`endpoints`]; without it, the address of the last delivery.
    to: Option<String>,
}

/// The addresses to which messages can be sent. Their order is stable: new ones come last.
pub(super) async fn endpoints(
    console: &Console,
    session: &Session,
    conversation: ConversationId,
) -> Result<Vec<Endpoint>, StoreError> {
    let mut endpoints = console.cases(session).endpoints(conversation).await?;
    endpoints.retain(|endpoint| console.accounts().push_to(endpoint));
    Ok(endpoints)
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Resend>,
) -> Result<Redirect, ConsoleError> {
    let dossier = find(&console, &sent.session, &id).await?;
    let message: i64 = sent.form.message.parse().map_err(|_| ConsoleError::BadForm)?;
    let to = if let Some(number) = sent.form.to {
        let number: usize = number.parse().map_err(|_| ConsoleError::BadForm)?;
        endpoints(&console, &sent.session, dossier.conversation).await?.into_iter().nth(number)
    } else {
        let rows = console.cases(&sent.session).outbox(dossier.conversation, message.saturating_sub(1)).await?;
        rows.into_iter().rfind(|row| row.seq == message).map(|row| row.to)
    };
    let to = to.ok_or(ConsoleError::BadForm)?;
    act(&console, &sent.session, &id, Action::SendAgain { message, to }).await
}

#[cfg(test)]
mod tests;
