//! One thing done to several dossiers. Each is done by itself, as on its own page: what cannot be done to one leaves the others.

use std::{collections::BTreeMap, fmt, str::FromStr};

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use super::{query::InboxQuery, views::parse_query};
use crate::{
    conversation::{Action, Because},
    domain::id::DossierId,
    dossier::Dossier,
    store::AccessKind,
    web::console::{
        Console,
        auth::{Checked, Session},
        dossier::assign,
        error::ConsoleError,
    },
};

/// The most dossiers at once: what a page has.
const MOST: usize = super::ROWS;
/// The longest reason or tag, in characters.
const MAX_TEXT: usize = 400;
/// A ticked dossier's field begins so.
const TICKED: &str = "d.";

#[derive(Deserialize)]
pub(in crate::web::console) struct Bulk {
    what: What,
    #[serde(default)]
    to: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    reason: String,
    /// The query of the list's address.
    #[serde(default)]
    query: String,
    /// Those that are ticked, among the form's other fields.
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Assign,
    Ask,
    Tag,
    Close,
}

impl What {
    const EACH: [(Self, &str); 4] =
        [(Self::Assign, "assign"), (Self::Ask, "ask"), (Self::Tag, "tag"), (Self::Close, "close")];
}

/// What became of it: how many were done, and how many were not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web::console) struct Outcome {
    pub(super) what: What,
    pub(super) done: usize,
    pub(super) failed: usize,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = What::EACH.iter().find(|(what, _)| *what == self.what).map_or("", |(_, name)| name);
        write!(f, "{name}.{}.{}", self.done, self.failed)
    }
}

impl FromStr for Outcome {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split('.').collect();
        let [name, done, failed] = parts.as_slice() else { return Err(()) };
        let (what, _) = What::EACH.into_iter().find(|(_, known)| known == name).ok_or(())?;
        Ok(Self { what, done: done.parse().map_err(|_| ())?, failed: failed.parse().map_err(|_| ())? })
    }
}

impl Outcome {
    /// What is said of it.
    pub(super) fn words(self) -> String {
        let (one, many) = match self.what {
            What::Assign => ("dossier attribué", "dossiers attribués"),
            What::Ask => ("pièce demandée", "pièces demandées"),
            What::Tag => ("dossier étiqueté", "dossiers étiquetés"),
            What::Close => ("dossier clos", "dossiers clos"),
        };
        let done = format!("{} {}", self.done, if self.done > 1 { many } else { one });
        match self.failed {
            0 => done,
            failed => format!("{done}\u{202f}; {failed} non, ouvrez-les pour voir pourquoi"),
        }
    }
}

pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    sent: Checked<Bulk>,
) -> Result<Redirect, ConsoleError> {
    let Checked { session, form } = sent;
    let fits = |text: &str| text.chars().count() <= MAX_TEXT;
    if !fits(&form.reason) || !fits(&form.tag) {
        return Err(ConsoleError::BadForm);
    }
    let ticked: Vec<DossierId> =
        form.fields.keys().filter_map(|field| field.strip_prefix(TICKED)?.parse().ok()).take(MOST).collect();
    let (mut done, mut failed) = (0, 0);
    for id in ticked {
        // What is not one's own is not there.
        let Some(dossier) = console.cases(&session).dossier(id).await? else {
            failed += 1;
            continue;
        };
        console.note_reading(&session, AccessKind::Dossier, &id.to_string(), Some(id)).await?;
        match one(&console, &session, &form, &dossier).await {
            Ok(()) => done += 1,
            Err(ConsoleError::BadForm) => return Err(ConsoleError::BadForm),
            Err(_) => failed += 1,
        }
    }
    let query: InboxQuery = parse_query(&form.query);
    let first = query.first();
    let outcome = Outcome { what: form.what, done, failed };
    Ok(Redirect::to(&format!("{first}{}done={outcome}", if first.contains('?') { '&' } else { '?' })))
}

async fn one(console: &Console, session: &Session, form: &Bulk, dossier: &Dossier) -> Result<(), ConsoleError> {
    let reason = form.reason.trim().to_owned();
    let action = match form.what {
        What::Assign => {
            let to = assign::to(console, dossier, &form.to).await?;
            Action::Assign { to, because: Because::Decided { reason } }
        }
        What::Ask if console.names().is_document(&form.kind) => {
            Action::AskDocument { kind: form.kind.clone(), text: None }
        }
        What::Close if !reason.is_empty() => Action::Close { reason, message: None, refuses: false },
        What::Tag => {
            let tag = form.tag.trim().trim_start_matches('#').to_lowercase();
            if tag.is_empty() {
                return Err(ConsoleError::BadForm);
            }
            return Ok(console.cases(session).tag(dossier, &tag, true).await?);
        }
        What::Ask | What::Close => return Err(ConsoleError::BadForm),
    };
    Ok(console.actions().act(dossier.id, session.actor(), action).await?)
}
