//! A dossier and all that stands in it.

use super::Cases;
use crate::{
    domain::{
        id::{ConversationId, DocumentId, DossierId},
        log::Verdict,
    },
    dossier::{Dossier, Entry},
    store::{
        audit,
        error::StoreError,
        tables::{
            conversation::Fence,
            document::{self, DocumentRow},
            dossier::{self, DecisionRow, FactRow},
            log,
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

    /// All that a conversation learnt, oldest first.
    pub async fn facts(self, conversation: ConversationId) -> Result<Vec<FactRow>, StoreError> {
        log::facts(self.db, conversation).await
    }

    /// The timeline of a conversation's dossier, oldest first.
    pub async fn timeline(self, conversation: ConversationId) -> Result<Vec<Entry>, StoreError> {
        log::timeline(self.db, conversation).await
    }

    /// The decisions of a conversation's dossier, oldest first.
    pub async fn decisions(self, conversation: ConversationId) -> Result<Vec<DecisionRow>, StoreError> {
        log::decisions(self.db, conversation).await
    }

    /// Whether a conversation's log is as it was written.
    pub async fn verify_log(self, fence: &Fence) -> Result<Verdict, StoreError> {
        audit::verify_log(self.db, fence).await
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
