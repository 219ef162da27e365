//! The list of users, with the form that invites one.

use askama::Template;
use axum::{extract::State, response::Html};

use super::{Choices, Description, Wrong};
use crate::{
    identity::{Reach, Role},
    store::HandlerRow,
    web::console::{
        Console, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
        when::When,
        words::LANGUAGE,
    },
};

#[derive(Template)]
#[template(path = "users.html")]
pub(in crate::web::console) struct UsersPage {
    pub shell: Shell,
    users: Vec<User>,
    login: String,
    name: String,
    choices: Choices,
    wrong: Option<Wrong>,
}

/// A line of the list.
struct User {
    login: String,
    name: String,
    role: String,
    /// The names of their insurers; none where they have all.
    insurers: Option<Vec<String>>,
    desks: Option<Vec<String>>,
    state: Standing,
}

/// How it is with a user.
enum Standing {
    /// They have not chosen a password yet.
    Invited,
    Disabled(When),
    Seen(When),
    NeverSeen,
}

pub(crate) async fn get(State(console): State<Console>, session: Session) -> Result<Html<String>, ConsoleError> {
    html(&UsersPage::read(&console, Shell::from(&session), None).await?)
}

impl UsersPage {
    pub(super) async fn read(
        console: &Console,
        shell: Shell,
        form: Option<(String, Description, Wrong)>,
    ) -> Result<Self, ConsoleError> {
        let rows = console.users().handlers().await?;
        let users = rows.into_iter().map(|row| User::of(row, console)).collect();
        let wrong = form.as_ref().map(|(.., wrong)| *wrong);
        let (login, description) =
            form.map_or_else(|| (String::new(), Description::usual()), |(login, description, _)| (login, description));
        let choices = Choices::of(console, &description.role, &description.insurers, &description.desks);
        Ok(Self { shell, users, login, name: description.name, choices, wrong })
    }
}

impl User {
    fn of(row: HandlerRow, console: &Console) -> Self {
        let names = console.names();
        let named = |reach: &Reach, name: &dyn Fn(&str) -> String| match reach {
            Reach::All => None,
            Reach::Only(codes) => Some(codes.iter().map(|code| name(code)).collect()),
        };
        Self {
            insurers: named(&row.insurers, &|code| names.insurer(code).to_owned()),
            desks: named(&row.desks, &|code| names.desk(&code.into()).to_owned()),
            role: Role::named(&row.role).map_or(row.role.clone(), |role| role.name.get(LANGUAGE).to_owned()),
            state: match (row.disabled_at, row.seen_at) {
                (Some(at), _) => Standing::Disabled(When(at)),
                _ if row.password_hash.is_empty() => Standing::Invited,
                (None, Some(at)) => Standing::Seen(When(at)),
                (None, None) => Standing::NeverSeen,
            },
            login: row.login,
            name: row.name,
        }
    }
}

#[cfg(test)]
mod tests;
