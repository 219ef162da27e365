//! Pairs of dossiers that a handler refused to merge.

use std::sync::LazyLock;

use crate::{
    domain::id::DossierId,
    store::table::{Insert, table},
};

/// A handler said in `dossier` that `other` is another person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectedDuplicate {
    pub dossier: DossierId,
    pub other: DossierId,
}

table! { RejectedDuplicate in "rejected_duplicate" { dossier, other } }

pub(in crate::store) static REJECT_DUPLICATE: LazyLock<Insert<RejectedDuplicate>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));
