//! A handler sends a message of ours again, to the same place or to another at which the person can be reached.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::{act, find};
use crate::{
    domain::{id::ConversationId, message::Endpoint},
    intake::Action,
    store::StoreError,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Resend {
    /// The message's number in its conversation.
    message: String,
    /// The number of one of [`places`]; without it, where it went the last time.
    to: Option<String>,
}

/// Where messages can be pushed to a person, in an order that stays: new places come last.
pub(super) async fn places(console: &Console, conversation: ConversationId) -> Result<Vec<Endpoint>, StoreError> {
    let mut places = console.store().endpoints(conversation).await?;
    places.retain(|place| console.accounts().push_to(place));
    Ok(places)
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Resend>,
) -> Result<Redirect, ConsoleError> {
    let dossier = find(&console, &id).await?;
    let message: i64 = sent.form.message.parse().map_err(|_| ConsoleError::BadForm)?;
    let to = if let Some(number) = sent.form.to {
        let number: usize = number.parse().map_err(|_| ConsoleError::BadForm)?;
        places(&console, dossier.conversation).await?.into_iter().nth(number)
    } else {
        let rows = console.store().outbox(dossier.conversation, message.saturating_sub(1)).await?;
        rows.into_iter().rfind(|row| row.seq == message).map(|row| row.to)
    };
    let to = to.ok_or(ConsoleError::BadForm)?;
    act(&console, &sent.session, &id, Action::SendAgain { message, to }).await
}

#[cfg(test)]
mod tests;
