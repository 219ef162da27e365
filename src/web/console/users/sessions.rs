//! One's own sessions: where one is logged in, and out of which one logs from here.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use crate::{
    store::{AccessKind, SessionRow},
    web::console::{
        Console,
        auth::{Checked, Session},
        error::ConsoleError,
        when::When,
    },
};

/// A session in the list.
#[derive(Clone, Debug)]
pub(super) struct SessionView {
    pub id: String,
    pub opened: Option<When>,
    pub seen: Option<When>,
    pub origin: String,
    pub browser: String,
    /// The one in which the list is looked at.
    pub is_this: bool,
}

impl SessionView {
    pub(super) async fn all(console: &Console, session: &Session) -> Result<Vec<Self>, ConsoleError> {
        let rows = console.users().sessions(&session.login, console.now()).await?;
        Ok(rows.into_iter().map(|row| Self::of(row, session)).collect())
    }

    fn of(row: SessionRow, session: &Session) -> Self {
        Self {
            is_this: row.token_hash == session.token_hash,
            id: row.token_hash,
            opened: row.opened_at.map(When),
            seen: row.seen_at.map(When),
            origin: row.origin,
            browser: browser(&row.browser).to_owned(),
        }
    }
}

/// The name of a browser, from all that it says that it is.
fn browser(said: &str) -> &str {
    // Each says that it is one of those behind it as well.
    let known = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];
    match known.iter().find(|name| said.contains(**name)) {
        Some(&"Edg") => "Edge",
        Some(&"OPR") => "Opera",
        Some(name) => name,
        None => "",
    }
}

#[derive(Deserialize)]
pub(crate) struct Ended {
    /// The session; without one, all but this one.
    #[serde(default)]
    session: String,
}

pub(crate) async fn post(State(console): State<Console>, sent: Checked<Ended>) -> Result<Redirect, ConsoleError> {
    let Session { login, token_hash, .. } = &sent.session;
    console.note_change(&sent.session, AccessKind::SessionsEnded, login, String::new()).await?;
    if sent.form.session.is_empty() {
        console.users().end_other_sessions(login, token_hash).await?;
    } else {
        let own = console.users().sessions(login, console.now()).await?;
        let ended = own.iter().find(|row| row.token_hash == sent.form.session).ok_or(ConsoleError::NotFound)?;
        console.users().end_session(&ended.token_hash).await?;
    }
    Ok(Redirect::to("/console/password"))
}

#[cfg(test)]
mod tests;
