//! Who read what, as far as it is about cases within the scope.

use std::{collections::HashSet, fmt, str::FromStr};

use super::Cases;
use crate::{
    domain::id::DossierId,
    store::{
        column::json,
        error::StoreError,
        tables::access::AccessRow,
        value::{Arg, args},
    },
};

/// The most lines of one dossier that are shown: the last ones.
const MAX_OF_DOSSIER: i64 = 100;
/// The most lines that a page looks at for those that its scope sees.
const MAX_LOOKED_AT: usize = 1000;
/// Stands in no key.
const IN_CURSOR: char = '!';

/// The line of the access log behind which a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessCursor {
    at: i64,
    login: String,
    kind: String,
    subject: String,
    slot: i64,
}

/// A text that is no cursor.
#[derive(Debug, thiserror::Error)]
#[error("no place in the access log")]
pub struct NoAccessCursor;

impl AccessCursor {
    fn of(row: &AccessRow) -> Self {
        Self {
            at: row.at.as_millisecond(),
            login: row.login.clone(),
            kind: row.kind.name().to_owned(),
            subject: row.subject.clone(),
            slot: row.slot,
        }
    }
}

impl fmt::Display for AccessCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, login, kind, subject, slot } = self;
        write!(f, "{at}{IN_CURSOR}{login}{IN_CURSOR}{kind}{IN_CURSOR}{subject}{IN_CURSOR}{slot}")
    }
}

impl FromStr for AccessCursor {
    type Err = NoAccessCursor;

    fn from_str(text: &str) -> Result<Self, NoAccessCursor> {
        let [at, login, kind, subject, slot] =
            text.split(IN_CURSOR).collect::<Vec<_>>().try_into().map_err(|_| NoAccessCursor)?;
        let number = |text: &str| text.parse().map_err(|_| NoAccessCursor);
        let (at, slot) = (number(at)?, number(slot)?);
        Ok(Self { at, login: login.to_owned(), kind: kind.to_owned(), subject: subject.to_owned(), slot })
    }
}

/// A page of the access log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessPage {
    pub lines: Vec<AccessRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<AccessCursor>,
}

impl Cases<'_> {
    /// Who read a dossier, the last ones first.
    pub async fn access_of(self, dossier: DossierId) -> Result<Vec<AccessRow>, StoreError> {
        if self.dossier(dossier).await?.is_none() {
            return Ok(Vec::new());
        }
        let last = "WHERE dossier = $1 ORDER BY at DESC, login DESC, kind DESC, subject DESC, slot DESC LIMIT $2";
        self.db.rows(last, &args![dossier.to_string(), MAX_OF_DOSSIER]).await
    }

    /// A page of the access log, the last lines first: all that happened, or what one user did. A scope that does not see every
    /// case has the lines that are about a case within it.
    pub async fn accesses(
        self,
        login: Option<&str>,
        after: Option<&AccessCursor>,
        limit: usize,
    ) -> Result<AccessPage, StoreError> {
        let wanted = if self.scope.sees_all() { limit + 1 } else { MAX_LOOKED_AT };
        let behind = after.cloned().unwrap_or_else(|| AccessCursor {
            at: i64::MAX,
            login: String::new(),
            kind: String::new(),
            subject: String::new(),
            slot: 0,
        });
        let AccessCursor { at, login: last, kind, subject, slot } = behind;
        let mut values = args![at, last, kind, subject, slot, i64::try_from(wanted).unwrap_or(i64::MAX)].to_vec();
        let mut of_user = "";
        if let Some(login) = login {
            values.push(Arg::from(login));
            of_user = "AND login = $7 ";
        }
        let rest = format!(
            "WHERE (at, login, kind, subject, slot) < ($1, $2, $3, $4, $5) {of_user}\
             ORDER BY at DESC, login DESC, kind DESC, subject DESC, slot DESC LIMIT $6"
        );
        let mut lines: Vec<AccessRow> = self.db.rows(&rest, &values).await?;
        let mut next = lines.last().filter(|_| lines.len() == wanted).map(AccessCursor::of);
        if !self.scope.sees_all() {
            let seen = self.of_these(&lines).await?;
            lines.retain(|line| line.dossier.is_some_and(|dossier| seen.contains(&dossier)));
        }
        if lines.len() > limit {
            lines.truncate(limit);
            next = lines.last().map(AccessCursor::of);
        }
        Ok(AccessPage { lines, next })
    }

    /// The dossiers of lines that are within the scope.
    async fn of_these(self, lines: &[AccessRow]) -> Result<HashSet<DossierId>, StoreError> {
        let of: HashSet<DossierId> = lines.iter().filter_map(|line| line.dossier).collect();
        if of.is_empty() {
            return Ok(HashSet::new());
        }
        let mut values = args![json(&of)?].to_vec();
        let within = self.within("dossier", &mut values);
        let sql = format!("SELECT id FROM dossier WHERE id IN ({}){within}", self.db.dialect().list("$1"));
        self.db.fetch(&sql, &values).await?.iter().map(|row| row.parse(0)).collect()
    }
}

#[cfg(test)]
mod tests;
