//! The list of handlers, with the form that adds one.

use askama::Template;
use axum::{extract::State, response::Html};

use crate::web::console::{
    Console, assets,
    auth::Session,
    error::ConsoleError,
    page::{Shell, html},
};

#[derive(Template)]
#[template(path = "users.html")]
pub(in crate::web::console) struct UsersPage {
    pub shell: Shell,
    pub(super) users: Vec<User>,
    pub(super) form: Form,
}

/// A line of the list.
pub(super) struct User {
    pub login: String,
    pub name: String,
    pub is_admin: bool,
}

/// The form as it was sent, to show it again with what is wrong.
#[derive(Default)]
pub(super) struct Form {
    pub login: String,
    pub name: String,
    pub is_admin: bool,
    pub wrong: Option<Wrong>,
}

/// What is wrong with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Login,
    Name,
    Password,
    Taken,
}

pub(crate) async fn get(State(console): State<Console>, session: Session) -> Result<Html<String>, ConsoleError> {
    html(&UsersPage::read(&console, Shell::from(&session), Form::default()).await?)
}

impl UsersPage {
    pub(super) async fn read(console: &Console, shell: Shell, form: Form) -> Result<Self, ConsoleError> {
        let rows = console.users().handlers().await?;
        let users = rows
            .into_iter()
            .map(|row| User { is_admin: row.role == "admin", login: row.login, name: row.name })
            .collect();
        Ok(Self { shell, users, form })
    }
}

#[cfg(test)]
mod tests;
