//! Requests besides the claim, by deadline; and messages that were not understood, to be taught in one click.

pub(super) mod acknowledge;
pub(super) mod done;
mod line;
pub(super) mod list;
pub(super) mod missed;
pub(super) mod teach;

use axum::response::Redirect;
use serde::Deserialize;

pub(super) use line::RequestLine;

use super::{Console, auth::Checked, error::ConsoleError};
use crate::{conversation::Action, domain::id::RequestId, store::RequestRow};

/// The fields of a form on a request.
#[derive(Deserialize)]
pub(crate) struct RequestForm {
    /// The filter of the list to which the handler returns.
    #[serde(default)]
    desk: String,
    /// `dossier` returns the handler to the dossier's page.
    #[serde(default)]
    from: String,
}

/// Does a handler's action on a request, where `action` makes one, and redirects to the page of the form.
async fn act(
    console: &Console,
    id: &str,
    sent: Checked<RequestForm>,
    action: impl FnOnce(&RequestRow) -> Option<Action>,
) -> Result<Redirect, ConsoleError> {
    let id: RequestId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let request = console.cases(&sent.session).request(id).await?.ok_or(ConsoleError::NotFound)?;
    if let Some(action) = action(&request) {
        console.actions().act(request.dossier, sent.session.actor(), action).await?;
    }
    if sent.form.from == "dossier" {
        return Ok(Redirect::to(&format!("/console/dossiers/{}", request.dossier)));
    }
    let desk: String = url::form_urlencoded::byte_serialize(sent.form.desk.as_bytes()).collect();
    Ok(Redirect::to(&format!("/console/requests?desk={desk}")))
}
