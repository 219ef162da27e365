//! `/console/log-out`: the session ends in the store, not only in the browser.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Console,
    auth::{Checked, Cookies},
    error::ConsoleError,
};

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn post(State(console): State<Console>, sent: Checked<Nothing>) -> Result<Response, ConsoleError> {
    console.store().end_session(&sent.session.token_hash).await?;
    let forget = console.cookies().set(Cookies::SESSION, "", 0);
    Ok(([(header::SET_COOKIE, forget)], Redirect::to("/console/log-in")).into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::web::console::testing::Trial;

    #[tokio::test]
    async fn a_session_that_ended_opens_nothing() {
        let trial = Trial::start().await;
        let cookie = trial.log_in().await;
        let csrf = trial.csrf(&cookie).await;
        let (status, _, _) = trial.post_as(&cookie, "/console/log-out", "csrf=wrong").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        trial.post_as(&cookie, "/console/log-out", &format!("csrf={csrf}")).await;
        assert_eq!(trial.get_as(&cookie, "/console").await.0, StatusCode::SEE_OTHER);
    }
}
