//! Colleagues whom a note names, until they have opened its dossier.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::id::DossierId,
    store::table::{Insert, table},
};

/// A note of a dossier names somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionRow {
    /// Who is named.
    pub login: String,
    pub dossier: DossierId,
    /// The line of the dossier's timeline.
    pub seq: i64,
    /// Who wrote the note.
    pub by: String,
    pub at: Timestamp,
}

table! { MentionRow in "mention" { login, dossier, seq, by as named_by, at } }

pub(in crate::store) static ADD_MENTION: LazyLock<Insert<MentionRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));
