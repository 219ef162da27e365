//! The timeline with its actors in words. What a line's code means is said by the template; a code that it does not know
//! is shown as it is, because a line must never be hidden.

use serde::Deserialize;

use super::Lexicon;
use crate::{
    dossier::{Dossier, Entry},
    web::console::when::When,
};

/// One line.
#[derive(Clone, Debug)]
pub(super) struct TimelineLine {
    pub seq: i64,
    pub actor: Actor,
    pub kind: String,
    pub at: When,
    pub detail: Detail,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    Policyholder,
    Guichet,
    Handler(String),
}

/// What a line tells besides its code, each where it has it, with names instead of codes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    pub reason: Option<String>,
    pub kind: Option<String>,
    pub mode: Option<String>,
    pub before: Option<String>,
    pub peril: Option<String>,
    pub channel: Option<String>,
    pub policy: Option<String>,
    pub message: Option<i64>,
    pub count: Option<i64>,
    /// Another dossier's, by which a handler finds it.
    pub dossier: Option<String>,
    pub reference: Option<String>,
    #[serde(rename = "detail")]
    pub note: Option<String>,
    /// The name of an expert.
    pub expert: Option<String>,
    /// Appointments, by when they begin.
    pub slot: Option<When>,
    pub slots: Vec<When>,
    pub missing: Vec<String>,
    facts: serde_json::Map<String, serde_json::Value>,
    #[serde(skip)]
    pub learnt: Vec<String>,
}

pub(super) fn lines(entries: &[Entry], lexicon: Lexicon) -> Vec<TimelineLine> {
    entries.iter().rev().map(|entry| TimelineLine::of(entry, lexicon)).collect()
}

/// The line that tells who ended a dossier that is over, and why.
pub(super) fn ending(dossier: &Dossier, entries: &[Entry], lexicon: Lexicon) -> Option<TimelineLine> {
    let last = entries.iter().rfind(|entry| entry.kind == dossier.status.name())?;
    dossier.status.is_over().then(|| TimelineLine::of(last, lexicon))
}

impl TimelineLine {
    fn of(entry: &Entry, lexicon: Lexicon) -> Self {
        let mut detail = Detail::of(&entry.detail, lexicon);
        if entry.kind == "undelivered" {
            detail.reason = detail.reason.map(|reason| lexicon.names.undelivered(&reason).to_owned());
        }
        Self {
            seq: entry.seq,
            actor: match entry.actor.as_str() {
                "policyholder" => Actor::Policyholder,
                "guichet" => Actor::Guichet,
                login => Actor::Handler(lexicon.person(login)),
            },
            kind: entry.kind.clone(),
            at: When(entry.at),
            detail,
        }
    }
}

impl Detail {
    fn of(json: &str, lexicon: Lexicon) -> Self {
        let mut detail: Self = serde_json::from_str(json).unwrap_or_default();
        let names = lexicon.names;
        detail.learnt = detail.facts.keys().map(|fact| names.fact(fact).to_owned()).collect();
        detail.missing = detail.missing.iter().map(|fact| names.fact(fact).to_owned()).collect();
        detail.kind = detail.kind.map(|kind| names.document(&kind).to_owned());
        detail.note = detail.note.map(|note| names.request(&note).to_owned());
        detail.expert = detail.expert.map(|expert| lexicon.expert(&expert));
        detail.peril = detail.peril.map(|peril| names.peril(&peril).to_owned());
        detail
    }
}
