//! A dossier and all that stands in it.

use super::Cases;
use crate::{
    domain::id::{ConversationId, DocumentId, DossierId},
    dossier::{Dossier, Entry},
    store::{
        error::StoreError,
        tables::{
            document::{self, DocumentRow},
            dossier::{self, DecisionRow, FactRow},
            policy::{self, PolicyRow},
        },
        value::args,
    },
};

impl Cases<'_> {
    /// The dossier with this identifier, where the scope sees it.
    pub async fn dossier(self, id: DossierId) -> Result<Option<Dossier>, StoreError> {
        let found = dossier::dossier(self.db, id).await?;
        Ok(found.filter(|dossier| self.scope.sees_insurer(&dossier.insurer)))
    }

    /// All that was said, oldest first.
    pub async fn facts(self, dossier: DossierId) -> Result<Vec<FactRow>, StoreError> {
        self.db.rows("WHERE dossier = $1 ORDER BY seq", &args![dossier.to_string()]).await
    }

    /// The whole timeline, oldest first.
    pub async fn timeline(self, dossier: DossierId) -> Result<Vec<Entry>, StoreError> {
        dossier::timeline(self.db, dossier).await
    }

    /// The decisions, oldest first.
    pub async fn decisions(self, dossier: DossierId) -> Result<Vec<DecisionRow>, StoreError> {
        self.db.rows("WHERE dossier = $1 ORDER BY seq", &args![dossier.to_string()]).await
    }

    /// The files of a conversation, oldest first.
    pub async fn documents(self, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
        document::documents(self.db, conversation).await
    }

    /// One file.
    pub async fn document(self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        self.db.row("WHERE id = $1", &args![id.to_string()]).await
    }

    /// The policy with this number.
    pub async fn policy_by_number(self, insurer: &str, number_key: &str) -> Result<Option<PolicyRow>, StoreError> {
        policy::policy_by_number(self.db, insurer, number_key).await
    }
}
