//! Who holds a dossier: it is given to a colleague who sees it, or back to its desk.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{act, find};
use crate::{
    conversation::{Action, Because},
    domain::desk::Desk,
    dossier::{Dossier, Entry, TimelineEvent},
    identity::{Permission, Reach, Scope},
    store::{HandlerRow, IDLE},
    web::console::{
        CaseActionError, Console,
        auth::{Checked, Session},
        error::ConsoleError,
    },
};

/// The longest reason, in characters.
const MAX_REASON: usize = 400;

/// Somebody to whom dossiers can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::web::console) struct Choice {
    pub login: String,
    pub name: String,
    pub is_me: bool,
    pub is_here: bool,
    pub holds_it: bool,
}

/// Those to whom a dossier can be given, oneself first, then who is here. Without a dossier: anybody who works on any.
pub(in crate::web::console) fn choices(
    users: &[HandlerRow],
    session: &Session,
    dossier: Option<&Dossier>,
    now: Timestamp,
) -> Vec<Choice> {
    let mut choices: Vec<Choice> = users
        .iter()
        .filter(|user| user.disabled_at.is_none() && dossier.map_or_else(|| works(user), |dossier| fits(user, dossier)))
        .map(|user| Choice {
            login: user.login.clone(),
            name: user.name.clone(),
            is_me: user.login == session.login,
            is_here: user.is_here(now, IDLE),
            holds_it: dossier.is_some_and(|dossier| dossier.handler.as_ref() == Some(&user.login)),
        })
        .collect();
    choices.sort_by(|a, b| (!a.is_me, !a.is_here, &a.name).cmp(&(!b.is_me, !b.is_here, &b.name)));
    choices
}

/// Whether a user works on cases.
fn works(user: &HandlerRow) -> bool {
    let scope = Scope::of(&user.role, &user.login, Reach::All, Reach::All);
    scope.may(Permission::Act) && scope.may(Permission::Cases)
}

/// Whether a user works on cases of a dossier's insurer.
fn fits(user: &HandlerRow, dossier: &Dossier) -> bool {
    works(user) && user.insurers.holds(&dossier.insurer)
}

/// Who is meant by a form's field: nobody is the desk. Whoever does not see the dossier cannot hold it.
pub(in crate::web::console) async fn to(
    console: &Console,
    dossier: &Dossier,
    login: &str,
) -> Result<Option<String>, ConsoleError> {
    if login.is_empty() {
        return Ok(None);
    }
    let user = console.users().handler(login).await?.filter(|user| user.disabled_at.is_none());
    let user = user.filter(works).ok_or(ConsoleError::BadForm)?;
    let desks = user.desks.and(console.library().desks().open());
    let scope = Scope::of(&user.role, &user.login, user.insurers, desks);
    let sees = scope.sees(&dossier.insurer, dossier.desk.as_ref().map(Desk::as_str));
    let unseen = || CaseActionError::Overtaken("they do not see this dossier".to_owned());
    if sees { Ok(Some(user.login)) } else { Err(unseen().into()) }
}

#[derive(Deserialize)]
pub(in crate::web::console) struct Assignment {
    /// The log-in of who gets it; nobody: back to the desk.
    #[serde(default)]
    to: String,
    #[serde(default)]
    reason: String,
}

pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Assignment>,
) -> Result<Redirect, ConsoleError> {
    let Checked { session, form } = sent;
    let dossier = find(&console, &session, &id).await?;
    let reason = form.reason.trim().to_owned();
    if reason.chars().count() > MAX_REASON {
        return Err(ConsoleError::BadForm);
    }
    let to = to(&console, &dossier, &form.to).await?;
    act(&console, &session, &id, Action::Assign { to, because: Because::Decided { reason } }).await
}

/// The last line that says who holds a dossier and why, if any does.
pub(in crate::web::console) fn last(entries: &[Entry]) -> Option<&Entry> {
    entries.iter().rfind(|entry| {
        matches!(
            entry.event(),
            TimelineEvent::Assigned { .. }
                | TimelineEvent::AssignedByRule { .. }
                | TimelineEvent::ReturnedToDesk { .. }
        )
    })
}
