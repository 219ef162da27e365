//! `/console/password`: a handler changes their own password, which ends all their sessions.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::web::console::{
    Console, assets,
    auth::{Checked, ClientAddress, Cookies, Session, password},
    error::ConsoleError,
    page::{Shell, html},
};

#[derive(Template)]
#[template(path = "password.html")]
pub(in crate::web::console) struct PasswordPage {
    shell: Shell,
    wrong: Option<Wrong>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Current,
    New,
    Repeated,
    TooMany,
}

#[derive(Deserialize)]
pub(crate) struct PasswordChange {
    current: String,
    new: String,
    repeated: String,
}

pub(crate) async fn get(session: Session) -> Result<Html<String>, ConsoleError> {
    html(&PasswordPage { shell: Shell::from(&session), wrong: None })
}

pub(crate) async fn post(
    State(console): State<Console>,
    from: ClientAddress,
    sent: Checked<PasswordChange>,
) -> Result<Response, ConsoleError> {
    let session = sent.session;
    match change(&console, &session, from, sent.form).await? {
        Ok(()) => {
            let forget = console.cookies().set(Cookies::SESSION, "", 0);
            Ok(([(header::SET_COOKIE, forget)], Redirect::to("/console/log-in")).into_response())
        }
        Err(wrong) => {
            let page = PasswordPage { shell: Shell::from(&session), wrong: Some(wrong) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

async fn change(
    console: &Console,
    session: &Session,
    from: ClientAddress,
    sent: PasswordChange,
) -> Result<Result<(), Wrong>, ConsoleError> {
    if sent.new != sent.repeated {
        return Ok(Err(Wrong::Repeated));
    }
    // A stolen session must not guess either, nor lock its owner out.
    if console.throttle().count(&session.login, Some(&session.token_hash), from, console.now()).is_err() {
        return Ok(Err(Wrong::TooMany));
    }
    let stored = console.users().handler(&session.login).await?.map(|handler| handler.password_hash);
    if !password::verify(sent.current, stored).await {
        return Ok(Err(Wrong::Current));
    }
    let Ok(hash) = password::hash(sent.new).await else { return Ok(Err(Wrong::New)) };
    console.users().set_password(&session.login, &hash, false).await?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests;
