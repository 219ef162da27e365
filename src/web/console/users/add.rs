//! Adds a handler.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::list::{Form, UsersPage, Wrong};
use crate::{
    store::{HandlerRow, StoreError},
    web::console::{
        Console,
        auth::{Checked, password},
        error::ConsoleError,
        page::{Shell, html},
    },
};

#[derive(Deserialize)]
pub(crate) struct NewHandler {
    login: String,
    name: String,
    password: String,
    #[serde(default)]
    role: String,
}

pub(crate) async fn post(State(console): State<Console>, sent: Checked<NewHandler>) -> Result<Response, ConsoleError> {
    let NewHandler { login, name, password, role } = sent.form;
    let (login, name) = (login.trim().to_lowercase(), name.trim().to_owned());
    let is_admin = role == "admin";
    let added = add(&console, &login, &name, password, is_admin).await?;
    let Err(wrong) = added else { return Ok(Redirect::to("/console/users").into_response()) };
    let form = Form { login, name, is_admin, wrong: Some(wrong) };
    let page = UsersPage::read(&console, Shell::from(&sent.session), form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

async fn add(
    console: &Console,
    login: &str,
    name: &str,
    password: String,
    is_admin: bool,
) -> Result<Result<(), Wrong>, ConsoleError> {
    if !is_login(login) {
        return Ok(Err(Wrong::Login));
    }
    if name.is_empty() || name.chars().count() > 80 {
        return Ok(Err(Wrong::Name));
    }
    let Ok(password_hash) = password::hash(password).await else { return Ok(Err(Wrong::Password)) };
    let role = if is_admin { "admin" } else { "handler" };
    let row = HandlerRow::new(login, name, role, &password_hash);
    match console.users().add_handler(&row, console.now()).await {
        Ok(()) => Ok(Ok(())),
        Err(StoreError::Taken) => Ok(Err(Wrong::Taken)),
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
