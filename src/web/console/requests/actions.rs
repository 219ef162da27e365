//! What a handler does to a request, one line an action: its address, and the action where there is something to do.

use axum::{
    extract::{Path, State},
    response::Redirect,
    routing::{MethodRouter, post},
};
use serde::Deserialize;

use crate::{
    conversation::Action,
    domain::id::RequestId,
    store::RequestRow,
    web::console::{ACTS, Console, auth::Checked, error::ConsoleError, routes::Routes},
};

/// Adds the actions, each under the address of its request.
pub(in crate::web::console) fn routes(routes: Routes) -> Routes {
    let actions = [("acknowledge", action(acknowledge)), ("done", action(done))];
    let address = |name: &str| format!("/console/requests/{{id}}/{name}");
    actions.into_iter().fold(routes, |routes, (name, action)| routes.add(&address(name), ACTS, action))
}

/// The receipt was acknowledged: by a letter, on the telephone.
fn acknowledge(request: &RequestRow) -> Option<Action> {
    let action = Action::AcknowledgeRequest { request: request.id, kind: request.kind.clone() };
    request.owes_acknowledgement().then_some(action)
}

/// What was asked for is done.
fn done(request: &RequestRow) -> Option<Action> {
    let (kind, asked_at) = (request.kind.clone(), request.asked_at);
    let action = Action::DoRequest { request: request.id, kind, asked_at };
    request.done.is_none().then_some(action)
}

/// The fields of a form on a request.
#[derive(Deserialize)]
struct RequestForm {
    /// The filter of the list to which the handler returns.
    #[serde(default)]
    desk: String,
    /// `dossier` returns the handler to the dossier's page.
    #[serde(default)]
    from: String,
}

/// Does the action that `action` makes of the request, if any, and redirects to the page of the form.
fn action(action: fn(&RequestRow) -> Option<Action>) -> MethodRouter<Console> {
    post(move |State(console): State<Console>, Path(id): Path<String>, sent: Checked<RequestForm>| async move {
        let id: RequestId = id.parse().map_err(|_| ConsoleError::NotFound)?;
        let request = console.cases(&sent.session).request(id).await?.ok_or(ConsoleError::NotFound)?;
        if let Some(action) = action(&request) {
            console.actions().act(request.dossier, sent.session.actor(), action).await?;
        }
        if sent.form.from == "dossier" {
            return Ok(Redirect::to(&format!("/console/dossiers/{}", request.dossier)));
        }
        let desk: String = url::form_urlencoded::byte_serialize(sent.form.desk.as_bytes()).collect();
        Ok::<_, ConsoleError>(Redirect::to(&format!("/console/requests?desk={desk}")))
    })
}

#[cfg(test)]
mod tests;
