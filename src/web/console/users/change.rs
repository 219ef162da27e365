//! `/console/users/{login}`: what a user is and sees, and what can be done about it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Choices, Described, Description, Wrong};
use crate::{
    store::{AccessKind, HandlerRow, SessionRow},
    web::console::{
        Console, assets,
        auth::{Checked, Session},
        error::ConsoleError,
        page::{Shell, html},
        when::When,
    },
};

#[derive(Template)]
#[template(path = "user.html")]
pub(in crate::web::console) struct UserPage {
    shell: Shell,
    login: String,
    name: String,
    choices: Choices,
    wrong: Option<Wrong>,
    disabled: Option<When>,
    /// They have not chosen a password yet.
    is_invited: bool,
    /// It is the page of whoever looks at it: nobody shuts themselves out.
    is_self: bool,
    sessions: usize,
    /// A link that was just made: it is shown this once.
    link: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(login): Path<String>,
) -> Result<Response, ConsoleError> {
    let user = find(&console, &login).await?;
    Ok(html(&UserPage::read(&console, &session, user, None).await?)?.into_response())
}

/// Changes name, role, insurers and desks.
pub(crate) async fn post(
    State(console): State<Console>,
    Path(login): Path<String>,
    sent: Checked<Described>,
) -> Result<Response, ConsoleError> {
    let user = find(&console, &login).await?;
    let mut description = sent.form.read(&console);
    if login == sent.session.login {
        // Somebody else makes an administrator less than that.
        description.role.clone_from(&user.role);
    }
    let Description { name, role, insurers, desks } = description.clone();
    if let Some(wrong) = description.wrong() {
        let user = HandlerRow { name, role, insurers, desks, ..user };
        let page = UserPage { wrong: Some(wrong), ..UserPage::read(&console, &sent.session, user, None).await? };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    }
    let detail = format!("{role} {insurers} {desks}");
    console.note_change(&sent.session, AccessKind::UserChanged, &login, detail).await?;
    console.users().change(&login, &name, &role, &insurers, &desks).await?;
    Ok(Redirect::to("/console/users").into_response())
}

/// From now on nobody logs in so.
pub(crate) async fn disable(
    State(console): State<Console>,
    Path(login): Path<String>,
    sent: Checked<Nothing>,
) -> Result<Redirect, ConsoleError> {
    find(&console, &login).await?;
    if login == sent.session.login {
        return Err(ConsoleError::BadForm);
    }
    console.note_change(&sent.session, AccessKind::UserDisabled, &login, String::new()).await?;
    console.users().set_disabled(&login, Some(console.now())).await?;
    Ok(Redirect::to("/console/users"))
}

/// They may log in again.
pub(crate) async fn enable(
    State(console): State<Console>,
    Path(login): Path<String>,
    sent: Checked<Nothing>,
) -> Result<Redirect, ConsoleError> {
    find(&console, &login).await?;
    console.note_change(&sent.session, AccessKind::UserEnabled, &login, String::new()).await?;
    console.users().set_disabled(&login, None).await?;
    Ok(Redirect::to(&format!("/console/users/{login}")))
}

pub(super) async fn find(console: &Console, login: &str) -> Result<HandlerRow, ConsoleError> {
    console.users().handler(login).await?.ok_or(ConsoleError::NotFound)
}

impl UserPage {
    pub(super) async fn read(
        console: &Console,
        session: &Session,
        user: HandlerRow,
        link: Option<String>,
    ) -> Result<Self, ConsoleError> {
        let sessions: Vec<SessionRow> = console.users().sessions(&user.login, console.now()).await?;
        Ok(Self {
            shell: Shell::from(session),
            choices: Choices::of(console, &user.role, &user.insurers, &user.desks),
            wrong: None,
            disabled: user.disabled_at.map(When),
            is_invited: user.password_hash.is_empty(),
            is_self: user.login == session.login,
            sessions: sessions.len(),
            link,
            login: user.login,
            name: user.name,
        })
    }
}

#[cfg(test)]
mod tests;
