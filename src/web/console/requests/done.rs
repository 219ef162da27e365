//! A handler has done what was asked for.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use crate::{
    domain::id::RequestId,
    intake::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct RequestDone {
    /// The filter of the list to which the handler comes back.
    #[serde(default)]
    desk: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<RequestDone>,
) -> Result<Redirect, ConsoleError> {
    let id: RequestId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let request = console.store().request(id).await?.ok_or(ConsoleError::NotFound)?;
    if request.done.is_none() {
        let action = Action::DoRequest { request: id, kind: request.kind };
        console.actions().act(request.dossier, sent.session.actor(), action).await?;
    }
    let desk: String = url::form_urlencoded::byte_serialize(sent.form.desk.as_bytes()).collect();
    Ok(Redirect::to(&format!("/console/requests?desk={desk}")))
}

#[cfg(test)]
mod tests;
