//! `/console/access`: who read what, who came in and who changed a user, the last lines first, page by page.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use serde::Deserialize;

use super::{
    Console, assets,
    auth::Session,
    error::ConsoleError,
    page::{Shell, html},
    when::When,
    words,
};
use crate::store::{AccessCursor, AccessKind, AccessRow};

/// Lines on one page.
const LINES: usize = 60;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Only what this user did.
    who: String,
    after: String,
}

#[derive(Template)]
#[template(path = "access.html")]
pub(super) struct AccessPage {
    shell: Shell,
    who: String,
    /// The users to choose from: login and name.
    users: Vec<(String, String)>,
    lines: Vec<AccessLine>,
    next: Option<String>,
    is_first: bool,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(super) struct AccessLine {
    pub at: When,
    /// The name of who it was; none where nobody is known.
    pub who: Option<String>,
    pub what: String,
    pub is_refused: bool,
    /// The dossier that it is about.
    pub dossier: Option<String>,
    /// The user whom it is about, where that is somebody else.
    pub user: Option<String>,
    pub detail: String,
    pub origin: String,
}

impl AccessLine {
    pub(super) fn of(row: AccessRow, people: &HashMap<String, String>) -> Self {
        let named = |login: &str| people.get(login).cloned().unwrap_or_else(|| login.to_owned());
        let is_about_user = matches!(
            row.kind,
            AccessKind::UserInvited | AccessKind::UserChanged | AccessKind::UserDisabled | AccessKind::UserEnabled
        );
        Self {
            at: When(row.at),
            who: Some(named(&row.login)).filter(|who| !who.is_empty()),
            what: words::access(row.kind.name()).to_owned(),
            is_refused: row.kind == AccessKind::LogInRefused,
            dossier: row.dossier.map(|dossier| dossier.to_string()),
            user: is_about_user.then(|| named(&row.subject)),
            detail: row.detail,
            origin: row.origin,
        }
    }
}

pub(super) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, ConsoleError> {
    let after: Option<AccessCursor> = asked.after.parse().ok();
    let who = Some(asked.who.as_str()).filter(|who| !who.is_empty());
    let page = console.cases(&session).accesses(who, after.as_ref(), LINES).await?;
    let handlers = console.users().handlers().await?;
    let users: Vec<_> = handlers.into_iter().map(|handler| (handler.login, handler.name)).collect();
    let people: HashMap<_, _> = users.iter().cloned().collect();
    html(&AccessPage {
        shell: Shell::from(&session),
        lines: page.lines.into_iter().map(|row| AccessLine::of(row, &people)).collect(),
        next: page.next.map(|next| address(&asked.who, &next.to_string())),
        is_first: after.is_none(),
        who: asked.who,
        users,
    })
}

fn address(who: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !who.is_empty() {
        query.append_pair("who", who);
    }
    query.append_pair("after", after);
    format!("/console/access?{}", query.finish())
}

#[cfg(test)]
mod tests;
