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
pub(crate) struct Sent {
    /// The filter of the list to which the handler comes back.
    #[serde(default)]
    desk: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
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
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::web::console::testing::Trial;

    #[tokio::test]
    async fn a_request_is_done_through_the_desk_so_that_the_timeline_tells_it() {
        let trial = Trial::start().await;
        let id = trial.ask("contracts", "une attestation svp", "2026-12-20T22:59:59Z").await;
        let cookie = trial.log_in().await;
        let csrf = trial.csrf(&cookie).await;
        let address = format!("/console/requests/{id}/done");
        let (status, _, _) = trial.post_as(&cookie, &address, &format!("csrf={csrf}&desk=contracts")).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let action = Action::DoRequest { request: id, kind: "attestation".into() };
        assert_eq!(trial.acts(), [("camille".to_owned(), action)]);
        let (status, _, _) = trial.post_as(&cookie, &address, "csrf=wrong").await;
        assert_ne!(status, StatusCode::SEE_OTHER);
        for id in ["nonsense", "0190a0b0-c0d0-7e0f-8a0b-0123456789ab"] {
            let address = format!("/console/requests/{id}/done");
            let (status, _, _) = trial.post_as(&cookie, &address, &format!("csrf={csrf}")).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
        }
    }
}
