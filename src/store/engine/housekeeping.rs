//! Deletes rows whose time is over, a bounded number a statement, found by an index. Each statement is a transaction of its
//! own, so that nobody waits for it. The room `housekeeping` runs them.

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::id::OutboundId,
    store::{
        db::Dialect,
        error::StoreError,
        expired::{Expired, OutboxPage},
        value::args,
    },
};

impl Engine {
    /// Deletes what is over, the oldest first, at most `limit` rows. Returns how many.
    pub async fn prune(&self, expired: Expired, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
        let (table, key, instant) = expired.columns();
        let oldest = format!("FROM {table} WHERE {instant} <= $1 ORDER BY {instant} LIMIT $2");
        let sql = match self.db.dialect() {
            // To look for each line by its key of four columns would take SQLite half as much again. A line is written alone, so
            // that few have the instant of the last one, with which they go.
            Dialect::Sqlite if expired == Expired::Accesses => format!(
                "DELETE FROM {table} WHERE {instant} <= \
                 COALESCE((SELECT {instant} FROM {table} WHERE {instant} <= $1 ORDER BY {instant} LIMIT 1 OFFSET $2 - 1), $1)"
            ),
            Dialect::Sqlite => format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} {oldest})"),
            // By its key PostgreSQL may look for each row in the whole table. A row that is changed meanwhile is not there.
            Dialect::Postgres => format!("DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid {oldest}))"),
        };
        self.db.execute(&sql, &args![now - expired.kept(), limit]).await
    }

    /// Deletes, of the `limit` rows of the outbox after `after`, those that nobody asks for any more: written before `before`,
    /// no longer to be sent, and of a dossier that is over and was not changed since `before` either. Until then the dossier's
    /// page shows each message's delivery, reports find their message, and e-mails name the ones before them.
    pub async fn prune_outbox(
        &self,
        after: Option<OutboundId>,
        before: Timestamp,
        limit: i64,
    ) -> Result<OutboxPage, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        // Identifiers grow with the time at which they were made.
        let end = OutboundId::first_at(before).to_string();
        let page = "SELECT id FROM outbox WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
        let rows = self.db.fetch(page, &args![after.as_str(), end, limit]).await?;
        let Some(last) = rows.last().map(|row| row.parse::<OutboundId>(0)).transpose()? else {
            return Ok(OutboxPage { gone: 0, last: None });
        };
        let is_over = "DELETE FROM outbox WHERE id > $1 AND id <= $2 AND status <> 'waiting' AND NOT EXISTS \
             (SELECT 1 FROM dossier WHERE dossier.conversation = outbox.conversation \
             AND (dossier.status NOT IN ('closed', 'withdrawn') OR dossier.updated_at >= $3))";
        let gone = self.db.execute(is_over, &args![after, last.to_string(), before]).await?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= limit);
        Ok(OutboxPage { gone, last: is_full.then_some(last) })
    }

    /// Which of these files, by their hashes, a row names.
    pub async fn files_with_a_row(&self, hashes: &[String]) -> Result<Vec<String>, StoreError> {
        let list = self.db.dialect().list("$1");
        let sql = format!("SELECT DISTINCT sha256 FROM document WHERE sha256 IN ({list})");
        let hashes = serde_json::to_string(hashes).map_err(StoreError::Unstorable)?;
        self.db.fetch(&sql, &args![hashes]).await?.iter().map(|row| row.text(0)).collect()
    }
}
