//! The inspections that wait.

use jiff::Timestamp;

use super::Engine;
use crate::{
    document::Inspection,
    domain::id::DocumentId,
    store::{
        column::ColumnValue as _,
        error::StoreError,
        notify,
        table::Table as _,
        tables::{document::DocumentRow, inspection::ClaimedInspection},
        value::args,
    },
};

/// How many files that were put off come back with one claim.
const BACK_AT_ONCE: usize = 16;

impl Engine {
    /// Claims the next file to be looked at until `until`: the first one of each conversation comes before the second one of
    /// any. None is put off for longer than until `furthest`: what is was put off under a clock that has been put back since.
    pub async fn claim_inspection(
        &self,
        now: Timestamp,
        until: Timestamp,
        furthest: Timestamp,
    ) -> Result<Option<ClaimedInspection>, StoreError> {
        let mut tx = self.db.begin().await?;
        // SQLite has one writer: nobody else claims meanwhile.
        let skip = if tx.is_sqlite() { "" } else { "FOR UPDATE SKIP LOCKED" };
        for (is_back, bound) in
            [("next_at > 0 AND next_at <= $1 ORDER BY next_at", now), ("next_at > $1 ORDER BY next_at DESC", furthest)]
        {
            let sql = format!(
                "UPDATE inspection SET next_at = 0 WHERE document IN \
                 (SELECT document FROM inspection WHERE {is_back} LIMIT {BACK_AT_ONCE} {skip})"
            );
            tx.fetch(&sql, &args![bound]).await?;
        }
        let sql = format!(
            "UPDATE inspection SET next_at = $1, attempts = attempts + 1 WHERE document IN \
             (SELECT document FROM inspection WHERE next_at = 0 ORDER BY place, at, document LIMIT 1 {skip}) \
             RETURNING document, attempts"
        );
        let Some(claimed) = tx.fetch(&sql, &args![until]).await?.into_iter().next() else {
            tx.commit().await?;
            return Ok(None);
        };
        let (id, attempts) = (claimed.text(0)?, claimed.int(1)?);
        let rows = tx.fetch(&DocumentRow::schema().select("WHERE id = $1"), &args![id]).await?;
        tx.commit().await?;
        let document = rows.first().map(DocumentRow::read).transpose()?;
        Ok(document.map(|document| ClaimedInspection { document, attempts }))
    }

    /// Stores what was seen in a file, and tells the other nodes. False when somebody else did before.
    pub async fn finish_inspection(&self, document: &DocumentRow, seen: &Inspection) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let id = document.id.to_string();
        let sql = "DELETE FROM inspection WHERE document = $1 RETURNING document";
        let is_first = !tx.fetch(sql, &args![id.as_str()]).await?.is_empty();
        if is_first {
            let sql = "UPDATE document SET inspection = $2 WHERE id = $1";
            tx.fetch(sql, &[id.as_str().into(), seen.to_arg()?]).await?;
            notify::tell(&mut tx, std::iter::once((document.conversation, document.dossier)), std::iter::empty())
                .await?;
        }
        tx.commit().await?;
        Ok(is_first)
    }

    /// Gives a claimed inspection back, not to be claimed before `next_at`. One that is not counted was no try of this file.
    pub async fn put_off_inspection(
        &self,
        document: DocumentId,
        next_at: Timestamp,
        is_counted: bool,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE inspection SET next_at = $2, attempts = attempts - $3 WHERE document = $1";
        self.db.execute(sql, &args![document.to_string(), next_at, i64::from(!is_counted)]).await.map(drop)
    }
}
