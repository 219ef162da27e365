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

use crate::store::AccessKind;

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn post(State(console): State<Console>, sent: Checked<Nothing>) -> Result<Response, ConsoleError> {
    let login = &sent.session.login;
    console.note_change(&sent.session, AccessKind::LogOut, login, String::new()).await?;
    console.users().leave(login, console.now()).await?;
    console.users().end_session(&sent.session.token_hash).await?;
    let forget = console.cookies().set(Cookies::SESSION, "", 0);
    Ok(([(header::SET_COOKIE, forget)], Redirect::to("/console/log-in")).into_response())
}

#[cfg(test)]
mod tests;
