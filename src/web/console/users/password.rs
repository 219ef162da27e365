//! `/console/password`: one's own account: the password, whose change ends all sessions, and the sessions.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::sessions::SessionView;
use crate::{
    store::AccessKind,
    web::console::{
        Console, assets,
        auth::{Checked, ClientAddress, Cookies, Session, password},
        error::ConsoleError,
        page::{Shell, html},
    },
};

#[derive(Template)]
#[template(path = "password.html")]
pub(in crate::web::console) struct PasswordPage {
    shell: Shell,
    wrong: Option<Wrong>,
    /// Somebody else gave the password: nothing else is shown before it is changed.
    must_change: bool,
    sessions: Vec<SessionView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Current,
    New,
    Common,
    Name,
    Same,
    Repeated,
    TooMany,
}

#[derive(Deserialize)]
pub(crate) struct PasswordChange {
    current: String,
    new: String,
    repeated: String,
}

pub(crate) async fn get(State(console): State<Console>, session: Session) -> Result<Html<String>, ConsoleError> {
    html(&PasswordPage::read(&console, &session, None).await?)
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
            let page = PasswordPage::read(&console, &session, Some(wrong)).await?;
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
    let current = sent.current.clone();
    if !password::verify(sent.current, stored).await {
        return Ok(Err(Wrong::Current));
    }
    if sent.new == current {
        return Ok(Err(Wrong::Same));
    }
    let hash = match password::choose(sent.new, &session.login, &session.name).await {
        Ok(hash) => hash,
        Err(password::PasswordError::Common) => return Ok(Err(Wrong::Common)),
        Err(password::PasswordError::Name) => return Ok(Err(Wrong::Name)),
        Err(_) => return Ok(Err(Wrong::New)),
    };
    console.note_change(session, AccessKind::Password, &session.login, String::new()).await?;
    console.users().set_password(&session.login, &hash, false).await?;
    Ok(Ok(()))
}

impl PasswordPage {
    async fn read(console: &Console, session: &Session, wrong: Option<Wrong>) -> Result<Self, ConsoleError> {
        let must_change = session.must_change_password;
        let sessions = if must_change { Vec::new() } else { SessionView::all(console, session).await? };
        Ok(Self { shell: Shell::from(session), wrong, must_change, sessions })
    }
}

#[cfg(test)]
mod tests;
