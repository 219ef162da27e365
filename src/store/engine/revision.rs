//! The flows as they were, for the conversations that began with them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Engine;
use crate::store::{column::json, error::StoreError, value::args};

/// A revision's sources: path to text.
type Sources = BTreeMap<String, String>;

impl Engine {
    /// Keeps a revision's sources, and notes that conversations begin with it.
    pub async fn use_flow_revision(&self, revision: &str, sources: &Sources, now: Timestamp) -> Result<(), StoreError> {
        let add = "INSERT INTO flow_revision (revision, sources, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.db.execute(add, &args![revision, json(sources)?, now]).await?;
        let note = "INSERT INTO flow_revision_use (revision, at) VALUES ($1, $2) \
                    ON CONFLICT (revision) DO UPDATE SET at = excluded.at";
        self.db.execute(note, &args![revision, now]).await.map(drop)
    }

    /// A revision by any of its names: the one that it has now, and its sources.
    pub async fn flow_revision(&self, revision: &str) -> Result<Option<(String, Sources)>, StoreError> {
        let sql = "SELECT revision, sources FROM flow_revision \
                   WHERE revision = COALESCE((SELECT same_as FROM flow_revision_alias WHERE revision = $1), $1)";
        let row = self.db.fetch_one(sql, &args![revision]).await?;
        row.map(|row| Ok((row.text(0)?, row.json(1)?))).transpose()
    }

    /// The revisions of an earlier program that nobody has looked at since.
    pub async fn flow_revisions_to_rewrite(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.db.fetch("SELECT revision FROM flow_revision_rewrite ORDER BY revision", &args![]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Puts other sources under another name in the place of a revision, which is known by both from then on. With none it
    /// stays as it is. Either way it needs no more looking at.
    pub async fn rewrite_flow_revision(
        &self,
        revision: &str,
        other: Option<(&str, &Sources)>,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        if let Some((name, sources)) = other.filter(|(name, _)| *name == revision) {
            let update = "UPDATE flow_revision SET sources = $2 WHERE revision = $1";
            tx.fetch(update, &args![name, json(sources)?]).await?;
        } else if let Some((name, sources)) = other {
            let add = "INSERT INTO flow_revision (revision, sources, at) \
                       SELECT $1, $2, at FROM flow_revision WHERE revision = $3 ON CONFLICT DO NOTHING";
            tx.fetch(add, &args![name, json(sources)?, revision]).await?;
            let alias = "INSERT INTO flow_revision_alias (revision, same_as) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            tx.fetch(alias, &args![revision, name]).await?;
            tx.fetch("DELETE FROM flow_revision WHERE revision = $1", &args![revision]).await?;
        }
        tx.fetch("DELETE FROM flow_revision_rewrite WHERE revision = $1", &args![revision]).await?;
        tx.commit().await
    }

    /// Forgets the revisions that no conversation has and that no node has begun one with since `before`: nobody can come
    /// back to them. Each costs a look into the index of conversations by revision. Returns how many went.
    pub async fn prune_flow_revisions(&self, before: Timestamp) -> Result<u64, StoreError> {
        let unused =
            "WHERE NOT EXISTS (SELECT 1 FROM conversation c WHERE c.flow_revision = flow_revision_alias.revision)";
        self.db.execute(&format!("DELETE FROM flow_revision_alias {unused}"), &args![]).await?;
        self.db.execute("DELETE FROM flow_revision_use WHERE at < $1", &args![before]).await?;
        let prune = "DELETE FROM flow_revision WHERE at < $1 \
             AND NOT EXISTS (SELECT 1 FROM flow_revision_use u WHERE u.revision = flow_revision.revision) \
             AND NOT EXISTS (SELECT 1 FROM flow_revision_rewrite r WHERE r.revision = flow_revision.revision) \
             AND NOT EXISTS (SELECT 1 FROM flow_revision_alias a WHERE a.same_as = flow_revision.revision) \
             AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.flow_revision = flow_revision.revision)";
        self.db.execute(prune, &args![before]).await
    }
}
