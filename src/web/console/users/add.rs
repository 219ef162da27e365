//! Invites a user: they choose their password by a link that is good once.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Described, Description, Wrong, invitation, list::UsersPage};
use crate::{
    store::{HandlerRow, StoreError},
    web::console::{
        Console,
        auth::Checked,
        error::ConsoleError,
        page::{Shell, html},
    },
};

#[derive(Deserialize)]
pub(crate) struct NewUser {
    login: String,
    #[serde(flatten)]
    described: Described,
}

pub(crate) async fn post(State(console): State<Console>, sent: Checked<NewUser>) -> Result<Response, ConsoleError> {
    let NewUser { login, described } = sent.form;
    let (login, description) = (login.trim().to_lowercase(), described.read(&console));
    let wrong = add(&console, &login, &description).await?;
    if let Some(wrong) = wrong {
        let form = Some((login, description, wrong));
        let page = UsersPage::read(&console, Shell::from(&sent.session), form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    }
    invitation::offer(&console, &sent.session, &login).await
}

async fn add(console: &Console, login: &str, description: &Description) -> Result<Option<Wrong>, ConsoleError> {
    if !is_login(login) {
        return Ok(Some(Wrong::Login));
    }
    if let Some(wrong) = description.wrong() {
        return Ok(Some(wrong));
    }
    let Description { name, role, insurers, desks } = description.clone();
    let row = HandlerRow { insurers, desks, ..HandlerRow::new(login, &name, &role, "") };
    match console.users().add_handler(&row, console.now()).await {
        Ok(()) => Ok(None),
        Err(StoreError::Taken) => Ok(Some(Wrong::Taken)),
        Err(error) => Err(error.into()),
    }
}

/// Whether a login has 2 to 40 plain characters, and is none of the names of other actors in timelines.
pub(crate) fn is_login(login: &str) -> bool {
    (2..=40).contains(&login.len())
        && login.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_@".contains(&byte))
        && !["guichet", "policyholder"].contains(&login)
}

#[cfg(test)]
mod tests;
