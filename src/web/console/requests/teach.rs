//! A handler assigns an intent to a text, which becomes an example; or discards the text.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use crate::{
    domain::id::MissedId,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Example {
    /// The intent; empty to discard the text.
    #[serde(default)]
    intent: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Example>,
) -> Result<Redirect, ConsoleError> {
    let id: MissedId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let intent = Some(sent.form.intent.as_str()).filter(|intent| !intent.is_empty());
    if intent.is_some_and(|intent| !console.names().intents().any(|(known, _)| known == intent)) {
        return Err(ConsoleError::BadForm);
    }
    if console.cases(&sent.session).missed_text(id).await?.is_none() {
        return Err(ConsoleError::NotFound);
    }
    let settled =
        console.cases(&sent.session).settle_missed(id, intent, &sent.session.actor().login, console.now()).await?;
    // Another handler may have been first; then the text is learnt already.
    if settled && intent.is_some() {
        console.actions().learn().await?;
    }
    Ok(Redirect::to("/console/missed"))
}

#[cfg(test)]
mod tests;
