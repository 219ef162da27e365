//! A reply to the person. Where a colleague holds the dossier, is writing, or has answered what was not seen yet, it is asked
//! first; what was typed is kept.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{act, actions::Prose, find};
use crate::{
    conversation::Action,
    domain::message::Author,
    dossier::Dossier,
    web::console::{
        Console, assets,
        auth::{Checked, Session},
        error::ConsoleError,
        inbox::writes,
        page::{Shell, html},
    },
};

#[derive(Deserialize)]
pub(in crate::web::console) struct Reply {
    pub(super) text: Prose,
    /// `1`: although a colleague is at it.
    #[serde(default)]
    pub(super) sure: String,
    /// The last message that was shown.
    #[serde(default)]
    pub(super) seen: String,
}

/// What a colleague has to do with a dossier that somebody is about to answer; names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::web::console) struct Busy {
    pub holds: Option<String>,
    pub writes: Option<String>,
    /// Who answered after what was seen.
    pub answered: Option<String>,
}

impl Busy {
    pub(super) async fn of(
        console: &Console,
        session: &Session,
        dossier: &Dossier,
        seen: Option<i64>,
    ) -> Result<Option<Self>, ConsoleError> {
        let cases = console.cases(session);
        let people: HashMap<_, _> =
            console.users().handlers().await?.into_iter().map(|user| (user.login, user.name)).collect();
        let name = |login: &str| people.get(login).cloned().unwrap_or_else(|| login.to_owned());
        let drafts = cases.drafts(&[dossier.id]).await?;
        let answered = match seen {
            Some(seen) => {
                let later = cases.messages(dossier.conversation, seen, 100).await?;
                later.into_iter().rev().find_map(|message| match message.author {
                    Author::Handler { login, name } if login != session.login => Some(name),
                    _ => None,
                })
            }
            None => None,
        };
        let holder = dossier.handler.as_deref().filter(|login| *login != session.login);
        let busy = Self {
            holds: holder.map(name),
            writes: writes(dossier, &drafts, &session.login, console.now()).map(name),
            answered,
        };
        Ok(Some(busy).filter(|busy| *busy != Self::default()))
    }
}

/// Asks before a reply; a part of the dossier's page for whoever has script.
#[derive(Template)]
#[template(path = "ask_first.html")]
pub(in crate::web::console) struct AskFirst {
    shell: Shell,
    id: String,
    reference: String,
    busy: Busy,
    text: String,
}

/// What was typed before it is sent, or asked about: none where it may be sent.
pub(super) async fn ask_first(
    console: &Console,
    session: &Session,
    dossier: &Dossier,
    form: &Reply,
) -> Result<Option<Busy>, ConsoleError> {
    if form.sure == "1" {
        return Ok(None);
    }
    let busy = Busy::of(console, session, dossier, form.seen.parse().ok()).await?;
    if busy.is_some() {
        let cases = console.cases(session);
        cases.keep_draft(dossier, &session.login, "reply", &form.text.0, console.now()).await?;
    }
    Ok(busy)
}

/// Nothing is being written any more.
pub(super) async fn forget_draft(console: &Console, session: &Session, dossier: &Dossier) -> Result<(), ConsoleError> {
    console.cases(session).keep_draft(dossier, &session.login, "reply", "", console.now()).await?;
    Ok(())
}

pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Reply>,
) -> Result<Response, ConsoleError> {
    let Checked { session, form } = sent;
    let dossier = find(&console, &session, &id).await?;
    if let Some(busy) = ask_first(&console, &session, &dossier, &form).await? {
        let (id, reference) = (dossier.id.to_string(), dossier.reference);
        let page = AskFirst { shell: Shell::from(&session), id, reference, busy, text: form.text.0 };
        return Ok(html(&page)?.into_response());
    }
    // Another device may have gone on with it: it is gone before the answer is seen, and kept where that fails.
    let done: Redirect = act(&console, &session, &id, Action::Reply { text: form.text.0 }).await?;
    forget_draft(&console, &session, &dossier).await?;
    Ok(done.into_response())
}

#[cfg(test)]
mod tests;
