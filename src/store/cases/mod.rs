//! The users' face of the store: what shows cases to somebody who is logged in, or changes them. It is made from a scope
//! alone, so that no page can read past what its user may see. Every scope sees everything today; its insurers and desks go
//! into the statements of this folder.

mod conversation;
mod dossier;
pub(super) mod duplicates;
pub(super) mod inbox;
mod planning;
mod request;

use std::sync::Arc;

use super::db::Db;
use crate::identity::Scope;

/// The cases of a scope.
#[derive(Clone, Copy, Debug)]
pub struct Cases<'s> {
    db: &'s Db,
    scope: &'s Scope,
}

impl<'s> Cases<'s> {
    pub(super) fn new(db: &'s Db, scope: &'s Scope) -> Self {
        Self { db, scope }
    }
}

/// What opens [`Cases`] to whoever brings a scope. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CaseAccess {
    db: Arc<Db>,
}

impl CaseAccess {
    pub(super) fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    pub fn of<'s>(&'s self, scope: &'s Scope) -> Cases<'s> {
        Cases::new(&self.db, scope)
    }
}
