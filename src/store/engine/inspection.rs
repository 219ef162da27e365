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

impl Engine {
    /// Claims the next file to be looked at until `until`: the first one of each conversation comes before the second one of
    /// any.
    pub async fn claim_inspection(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedInspection>, StoreError> {
        let mut tx = self.db.begin().await?;
        // SQLite has one writer: nobody else claims meanwhile.
        let skip = if tx.is_sqlite() { "" } else { "FOR UPDATE SKIP LOCKED" };
        let sql = format!(
            "UPDATE inspection SET next_at = $2, attempts = attempts + 1 WHERE document IN \
             (SELECT document FROM inspection WHERE next_at <= $1 ORDER BY place, at, document LIMIT 1 {skip}) \
             RETURNING document, attempts"
        );
        let Some(claimed) = tx.fetch(&sql, &args![now, until]).await?.into_iter().next() else {
            tx.rollback().await?;
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

    /// Gives a claimed inspection back, not to be claimed before `next_at`: it does not count as a try that ended the program.
    pub async fn put_off_inspection(&self, document: DocumentId, next_at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE inspection SET next_at = $2, attempts = attempts - 1 WHERE document = $1";
        self.db.execute(sql, &args![document.to_string(), next_at]).await.map(drop)
    }
}
