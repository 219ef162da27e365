//! Dossiers as the intake finds them, and all of them one after the other.

use super::Engine;
use crate::{
    domain::id::DossierId,
    dossier::{Dossier, Entry},
    store::{error::StoreError, tables::dossier, value::args},
};

impl Engine {
    /// The dossier with this identifier.
    pub async fn dossier(&self, id: DossierId) -> Result<Option<Dossier>, StoreError> {
        dossier::dossier(&self.db, id).await
    }

    /// The dossier that a person quotes.
    pub async fn dossier_by_reference(&self, reference: &str) -> Result<Option<Dossier>, StoreError> {
        self.db.row("WHERE reference = $1", &args![reference]).await
    }

    /// The whole timeline, oldest first.
    pub async fn timeline(&self, dossier: DossierId) -> Result<Vec<Entry>, StoreError> {
        dossier::timeline(&self.db, dossier).await
    }

    /// A page of dossier identifiers, in their order: for walking through all of them.
    pub async fn dossier_ids(&self, after: Option<DossierId>, limit: i64) -> Result<Vec<DossierId>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows =
            self.db.fetch("SELECT id FROM dossier WHERE id > $1 ORDER BY id LIMIT $2", &args![after, limit]).await?;
        rows.iter().map(|row| row.parse(0)).collect()
    }
}
