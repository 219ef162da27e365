//! The flows as they were, for the conversations that began with them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Engine;
use crate::store::{column::json, error::StoreError, value::args};

impl Engine {
    /// Keeps a revision's sources: path to text.
    pub async fn add_flow_revision(
        &self,
        revision: &str,
        sources: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db
            .execute(
                "INSERT INTO flow_revision (revision, sources, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                &args![revision, json(sources)?, now],
            )
            .await
            .map(drop)
    }

    /// The sources of a revision.
    pub async fn flow_revision(&self, revision: &str) -> Result<Option<BTreeMap<String, String>>, StoreError> {
        let row = self.db.fetch_one("SELECT sources FROM flow_revision WHERE revision = $1", &args![revision]).await?;
        row.map(|row| row.json(0)).transpose()
    }
}
