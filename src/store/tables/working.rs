//! What users do beside what a dossier's log keeps: what they have read, what they are writing, their own views, tags.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::id::DossierId,
    store::table::{Insert, table},
};

/// The last message of a dossier that a user has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMark {
    pub dossier: DossierId,
    pub login: String,
    pub seq: i64,
}

/// What a user is writing and has not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub dossier: DossierId,
    pub login: String,
    /// `reply`, or `note`.
    pub kind: String,
    pub text: String,
    /// When it was written to last.
    pub at: Timestamp,
}

/// A user's own view of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub login: String,
    pub name: String,
    /// The query of its address.
    pub query: String,
}

/// A word that colleagues put on a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub tag: String,
    pub dossier: DossierId,
}

table! { ReadMark in "read_mark" { dossier, login, seq } }
table! { Draft in "draft" { dossier, login, kind, text, at } }
table! { SavedView in "saved_view" { login, name, query } }
table! { Tag in "dossier_tag" { tag, dossier } }

pub(in crate::store) static PUT_MARK: LazyLock<Insert<ReadMark>> = LazyLock::new(|| {
    Insert::with("ON CONFLICT (dossier, login) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > read_mark.seq")
});
pub(in crate::store) static PUT_DRAFT: LazyLock<Insert<Draft>> =
    LazyLock::new(|| Insert::upsert(&["dossier", "login", "kind"], &[], ""));
pub(in crate::store) static PUT_VIEW: LazyLock<Insert<SavedView>> =
    LazyLock::new(|| Insert::upsert(&["login", "name"], &[], ""));
pub(in crate::store) static ADD_TAG: LazyLock<Insert<Tag>> = LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));
