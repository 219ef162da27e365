//! The users' face of the store: what shows cases to somebody who is logged in, or changes them. It is made from a scope
//! alone, so that no page can read past what its user may see: each statement here asks only for what is within the scope,
//! and whatever is not is answered as if it were not there.

pub(super) mod access;
pub(super) mod clock;
mod conversation;
mod dossier;
pub(super) mod duplicates;
pub(super) mod find;
pub(super) mod inbox;
pub(super) mod mention;
mod planning;
mod request;
mod working;

use std::{fmt::Write as _, sync::Arc};

use super::{
    db::{Db, Dialect},
    error::StoreError,
    value::{Arg, args},
};
use crate::{
    domain::id::ConversationId,
    identity::{Reach, Scope},
};

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

    /// The condition that a dossier is within the scope, which begins with `AND`; nothing where every dossier is. `dossier`
    /// names the table in the statement; what the condition binds is added to `values`. It gives an engine no reason to
    /// begin with it: dossiers are found by their keys, and looked at.
    fn within(self, dossier: &str, values: &mut Vec<Arg<'_>>) -> String {
        let mut condition = String::new();
        if let Reach::Only(_) = self.scope.insurers() {
            let insurers = self.among(&format!("{dossier}.insurer"), self.scope.insurers(), values);
            let _ = write!(condition, " AND {insurers}");
        }
        if let Reach::Only(_) = self.scope.desks() {
            let desks = self.among(&format!("{dossier}.desk"), self.scope.desks(), values);
            let _ = write!(condition, " AND ({dossier}.desk IS NULL OR {desks})");
        }
        if let Some(expert) = self.scope.expert() {
            values.push(Arg::from(expert.to_owned()));
            let expert = values.len();
            // The two identifiers have different collations there, and the index has the one of missions.
            let collation = if self.db.dialect() == Dialect::Postgres { " COLLATE \"default\"" } else { "" };
            let _ = write!(
                condition,
                " AND (SELECT 1 FROM mission WHERE mission.dossier = {dossier}.id{collation} \
                 AND mission.expert = ${expert} AND mission.state <> 'cancelled' LIMIT 1) IS NOT NULL"
            );
        }
        condition
    }

    /// The condition that something has a dossier within the scope, as [`Self::within`]. `by` says which dossier `d` that is.
    /// It is looked up for each row and never joined: what is walked in an order stays in it.
    fn of_dossier_within(self, by: &str, values: &mut Vec<Arg<'_>>) -> String {
        let within = self.within("d", values);
        if within.is_empty() {
            within
        } else {
            format!(" AND (SELECT 1 FROM dossier d WHERE {by}{within} LIMIT 1) IS NOT NULL")
        }
    }

    /// The condition that a column's code is one of these.
    fn among(self, column: &str, codes: &Reach, values: &mut Vec<Arg<'_>>) -> String {
        values.push(Arg::from(codes.to_string()));
        let position = match self.db.dialect() {
            Dialect::Sqlite => "instr",
            Dialect::Postgres => "strpos",
        };
        format!("{position}(${}, '|' || {column} || '|') > 0", values.len())
    }

    /// Whether a conversation's dossier is within the scope.
    async fn sees(self, conversation: ConversationId) -> Result<bool, StoreError> {
        let mut values = args![conversation.to_string()].to_vec();
        let within = self.within("d", &mut values);
        if within.is_empty() {
            return Ok(true);
        }
        let sql = format!("SELECT 1 FROM dossier d WHERE d.conversation = $1{within}");
        Ok(!self.db.look_up(&sql, &values).await?.is_empty())
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
