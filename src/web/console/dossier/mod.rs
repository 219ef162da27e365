//! A dossier's page and the actions on it. Each action is a plain form that redirects to the page; htmx then swaps in
//! the page's new content and leaves other forms, in which somebody may be typing, as they are. [`actions`] lists them.

pub(super) mod actions;
pub(super) mod archive;
pub(super) mod assign;
pub(super) mod correct;
mod cover;
mod documents;
pub(super) mod draft;
mod due;
mod duplicates;
pub(super) mod expertise;
pub(super) mod facts;
pub(super) mod foreseen;
mod head;
pub(super) mod note;
mod orientation;
pub(super) mod pdf;
pub(super) mod person;
pub(super) mod preview;
pub(super) mod reply;
pub(super) mod send_again;
pub(super) mod show;
pub(super) mod templates;
mod timeline;
mod transcript;
pub(super) mod typing;
mod work;

use std::collections::HashMap;

use axum::response::Redirect;

use super::{Console, Names, auth::Session, error::ConsoleError};
use crate::{
    conversation::{Action, DueStep, MissionStep},
    domain::id::DossierId,
    dossier::Dossier,
    identity::Permission,
    planning::Experts,
    store::AccessKind,
};

/// The dossier whose identifier is in the address. Before anything of it is shown or done, it is written who reads it.
pub(super) async fn find(console: &Console, session: &Session, id: &str) -> Result<Dossier, ConsoleError> {
    let id: DossierId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let dossier = console.cases(session).dossier(id).await?.ok_or(ConsoleError::NotFound)?;
    console.note_reading(session, AccessKind::Dossier, &id.to_string(), Some(id)).await?;
    Ok(dossier)
}

/// Does a handler's action, and redirects to the page.
async fn act(console: &Console, session: &Session, id: &str, action: Action) -> Result<Redirect, ConsoleError> {
    if !session.scope.may(permission_for(&action)) {
        return Err(ConsoleError::NotFound);
    }
    let dossier = find(console, session, id).await?;
    if let Action::Merge { other } | Action::RejectDuplicate { other } = &action {
        // Another dossier of one's own: what is invented, or another's, is not there.
        let known = console.cases(session).dossier(*other).await?;
        if *other == dossier.id || known.is_none() {
            return Err(ConsoleError::NotFound);
        }
    }
    if let Action::Due(DueStep::AddTask { assignee: Some(login), .. }) = &action {
        // To a colleague who is still there.
        let colleagues = console.users().handlers().await?;
        if !colleagues.iter().any(|user| user.login == *login && user.disabled_at.is_none()) {
            return Err(ConsoleError::BadForm);
        }
    }
    console.actions().act(dossier.id, session.actor(), action).await?;
    found(console, session, &dossier).await
}

/// Where whoever did something goes on.
async fn found(console: &Console, session: &Session, dossier: &Dossier) -> Result<Redirect, ConsoleError> {
    if console.cases(session).dossier(dossier.id).await?.is_none() {
        // It went to a desk that is closed to whoever gave it there.
        return Ok(Redirect::to("/console"));
    }
    Ok(Redirect::to(&format!("/console/dossiers/{}", dossier.id)))
}

/// What whoever does it must be allowed: an expert arranges their mission, and neither gives nor withdraws it.
fn permission_for(action: &Action) -> Permission {
    match action {
        Action::Mission(MissionStep::Order { .. } | MissionStep::Withdraw) => Permission::Act,
        Action::Mission(_) => Permission::Missions,
        _ => Permission::Act,
    }
}

/// The kind of a timeline's line that is a note for colleagues.
const NOTED: &str = "noted";

/// Handlers' names by login.
type People = HashMap<String, String>;

async fn people(console: &Console) -> Result<People, ConsoleError> {
    let handlers = console.users().handlers().await?;
    Ok(handlers.into_iter().map(|handler| (handler.login, handler.name)).collect())
}

/// The names that the parts of the page need.
#[derive(Clone, Copy)]
struct Lexicon<'a> {
    names: &'a Names,
    people: &'a People,
    experts: &'a Experts,
}

impl Lexicon<'_> {
    fn person(&self, login: &str) -> String {
        self.people.get(login).map_or(login, String::as_str).to_owned()
    }

    /// An expert's name; the identifier of one who is no longer in the file.
    fn expert(&self, id: &str) -> String {
        self.experts.get(id).map_or(id, |expert| expert.name.as_str()).to_owned()
    }
}

#[cfg(test)]
mod tests;
