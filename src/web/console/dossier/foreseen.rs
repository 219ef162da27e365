//! An act whose consequences are shown before it is done. What was seen is done, and nothing else: the form brings back what
//! it showed, and where anything else would follow meanwhile, that is shown instead.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{Lexicon, find, found, timeline};
use crate::{
    conversation::{Action, Foreseen},
    domain::message::Channel,
    dossier::{Dossier, Entry, TimelineEvent},
    identity::Permission,
    web::console::{
        Console, Names, assets,
        auth::Checked,
        error::ConsoleError,
        page::{Shell, html},
        words,
    },
};

/// The fields of a form by their names.
pub(in crate::web::console) type Fields = BTreeMap<String, String>;

/// The field that says what was seen.
const SEEN: &str = "seen";
/// The field of whoever only looks.
const FORESEE: &str = "foresee";

/// What would follow, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Consequences {
    /// What of the dossier would be otherwise: what it is, as it stands, as it would.
    pub changes: Vec<(&'static str, String, String)>,
    /// The mode of expertise, where it stays.
    pub mode_kept: Option<String>,
    /// What else would stand in the timeline.
    pub lines: Vec<String>,
    /// What the person would be told.
    pub said: Vec<(Channel, String)>,
}

#[derive(Template)]
#[template(path = "foreseen.html")]
struct ForeseenPage {
    shell: Shell,
    dossier: String,
    reference: String,
    /// Where the form goes.
    address: String,
    fields: Vec<(String, String)>,
    consequences: Consequences,
    seen: String,
    /// Whether something else would follow now than what was shown.
    is_stale: bool,
}

/// Reads a form's fields as what an action is made of.
pub(super) fn read<F: DeserializeOwned>(fields: &Fields) -> Result<F, ConsoleError> {
    let fields = fields.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    serde_json::from_value(serde_json::Value::Object(fields)).map_err(|_| ConsoleError::BadForm)
}

/// Shows what an action would lead to, or does it where that was seen.
pub(super) async fn show_or_do(
    console: &Console,
    sent: Checked<Fields>,
    id: &str,
    name: &str,
    action: Action,
) -> Result<Response, ConsoleError> {
    let Checked { session, form: mut fields } = sent;
    if !session.scope.may(Permission::Act) {
        return Err(ConsoleError::NotFound);
    }
    let dossier = find(console, &session, id).await?;
    let foreseen = console.actions().foresee(dossier.id, session.actor(), action.clone()).await?;
    let people = super::people(console).await?;
    let lexicon = Lexicon { names: console.names(), people: &people, experts: console.library().experts() };
    let consequences = Consequences::of(&foreseen, &session.login, lexicon);
    let digest = consequences.digest();
    let (seen, only_looks) = (fields.remove(SEEN), fields.remove(FORESEE).is_some());
    if !only_looks && seen.as_ref() == Some(&digest) {
        console.actions().act(dossier.id, session.actor(), action).await?;
        return Ok(found(console, &session, &dossier).await?.into_response());
    }
    let page = ForeseenPage {
        shell: Shell::from(&session),
        dossier: dossier.id.to_string(),
        reference: dossier.reference,
        address: format!("/console/dossiers/{}/{name}", dossier.id),
        fields: fields.into_iter().filter(|(name, _)| name != "csrf").collect(),
        consequences,
        seen: digest,
        is_stale: seen.is_some() && !only_looks,
    };
    let status = if only_looks { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, html(&page)?).into_response())
}

impl Consequences {
    /// What follows; the act's own line, which its handler knows, is left out.
    pub(super) fn of(foreseen: &Foreseen, by: &str, lexicon: Lexicon) -> Self {
        let names = lexicon.names;
        let mut changes = Vec::new();
        let mut mode_kept = None;
        if let (Some(before), Some(after)) = (&foreseen.before, &foreseen.after) {
            let mut note = |what: &'static str, of: &dyn Fn(&Dossier) -> String| {
                let (was, is) = (of(before), of(after));
                if was != is {
                    changes.push((what, was, is));
                }
            };
            let mode = |dossier: &Dossier| dossier.orientation.map_or("none", |mode| mode.name());
            note("peril", &|dossier| names.peril(&dossier.peril).to_owned());
            note("orientation", &|dossier| words::mode(mode(dossier)).to_owned());
            note("status", &|dossier| words::status(dossier.status.name()).to_owned());
            note("priority", &|dossier| words::priority(dossier.priority.name()).to_owned());
            note("desk", &|dossier| dossier.desk.as_ref().map(|desk| names.desk(desk).to_owned()).unwrap_or_default());
            note("policy", &|dossier| dossier.policy.clone().unwrap_or_default());
            note("holder", &|dossier| dossier.holder.clone().unwrap_or_default());
            note("documents", &|dossier| missing(dossier, names));
            mode_kept = after
                .orientation
                .filter(|mode| before.orientation == Some(*mode))
                .map(|mode| words::mode(mode.name()).to_owned());
        }
        let is_own = |entry: &&Entry| entry.actor == by;
        let follows = foreseen.timeline.iter().filter(|entry| !is_own(entry));
        let entries: Vec<Entry> = follows.cloned().collect();
        let events: Vec<TimelineEvent> = entries.iter().map(Entry::event).collect();
        let mut lines = timeline::in_words(&entries, &events, lexicon);
        lines.dedup();
        let said = foreseen.said.iter().filter(|(_, body)| !body.text.is_empty());
        Self { changes, mode_kept, lines, said: said.map(|(channel, body)| (*channel, body.text.clone())).collect() }
    }

    pub(super) fn is_none(&self) -> bool {
        self.changes.is_empty() && self.lines.is_empty() && self.said.is_empty()
    }

    /// By what it is known to be the same.
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let changes = self.changes.iter().flat_map(|(what, was, is)| [*what, was, is]);
        let said = self.said.iter().flat_map(|(channel, text)| [channel.name(), text]);
        for part in changes.chain(self.lines.iter().map(String::as_str)).chain(said) {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hex::encode(&hash.finalize()[..12])
    }
}

fn missing(dossier: &Dossier, names: &Names) -> String {
    dossier.missing().map(|wanted| names.document(&wanted.kind)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
