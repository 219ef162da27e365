//! The full-text index as it is kept: what is to be indexed, and what is written there. `finding` runs it.

use std::time::Duration;

use super::Engine;
use crate::{
    domain::id::{ConversationId, DossierId},
    store::{
        changed::ToIndex,
        error::StoreError,
        search_index::{self, SearchEntry, Unindexed},
        tables::{dossier::FactRow, log},
        value::args,
    },
};

impl Engine {
    /// The conversations that changed on this node so long ago, at most `limit`; they are not told again.
    pub fn changed_conversations(&self, ago: Duration, limit: usize) -> ToIndex {
        self.changed.take(ago, limit)
    }

    /// The dossiers after one, at most `limit`, in the order of their identifiers: which of them are not indexed as they stand.
    pub async fn unindexed(&self, after: Option<DossierId>, limit: usize) -> Result<Unindexed, StoreError> {
        let page = "SELECT id, conversation FROM dossier WHERE id > $1 ORDER BY id LIMIT $2";
        let sql = format!(
            "SELECT d.id, d.conversation, CAST(CASE WHEN e.revision = f.revision AND e.dossier = d.id THEN 1 ELSE 0 END AS BIGINT) \
             FROM ({page}) d JOIN fence f ON f.conversation = d.conversation \
             LEFT JOIN search_entry e ON e.conversation = d.conversation ORDER BY d.id"
        );
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows = self.db.fetch(&sql, &args![after, i64::try_from(limit).unwrap_or(i64::MAX)]).await?;
        let mut page = Unindexed::default();
        for row in &rows {
            if row.int(2)? == 0 {
                page.conversations.push(row.parse(1)?);
            }
        }
        if rows.len() >= limit {
            page.next = rows.last().map(|row| row.parse(0)).transpose()?;
        }
        Ok(page)
    }

    /// Writes entries of the index, each unless a later one is there. Returns how many were written.
    pub async fn index(&self, entries: &[SearchEntry]) -> Result<usize, StoreError> {
        search_index::put(&self.db, entries).await
    }

    /// Takes a conversation out of the index.
    pub async fn forget_words(&self, conversation: ConversationId) -> Result<(), StoreError> {
        search_index::forget(&self.db, conversation).await
    }

    /// All that a conversation learnt, oldest first.
    pub async fn facts(&self, conversation: ConversationId) -> Result<Vec<FactRow>, StoreError> {
        log::facts(&self.db, conversation).await
    }
}
