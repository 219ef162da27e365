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
            dossier::{DecisionRow, FactRow},
            log,
            policy::{self, PolicyRow},
        },
        value::args,
    },
};

impl Cases<'_> {
    /// The dossier with this identifier, where the scope sees it.
    pub async fn dossier(self, id: DossierId) -> Result<Option<Dossier>, StoreError> {
        let mut values = args![id.to_string()].to_vec();
        let within = self.within("dossier", &mut values);
        self.db.row(&format!("WHERE id = $1{within}"), &values).await
    }

    /// All that a conversation learnt, oldest first.
    pub async fn facts(self, conversation: ConversationId) -> Result<Vec<FactRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        log::facts(self.db, conversation).await
    }

    /// The timeline of a conversation's dossier, oldest first.
    pub async fn timeline(self, conversation: ConversationId) -> Result<Vec<Entry>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        log::timeline(self.db, conversation).await
    }

    /// The decisions of a conversation's dossier, oldest first.
    pub async fn decisions(self, conversation: ConversationId) -> Result<Vec<DecisionRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        log::decisions(self.db, conversation).await
    }

    /// Whether a conversation's log is as it was written. Nothing of it is shown.
    pub async fn verify_log(self, fence: &Fence) -> Result<Verdict, StoreError> {
        audit::verify_log(self.db, fence).await
    }

    /// The files of a conversation, oldest first.
    pub async fn documents(self, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        document::documents(self.db, conversation).await
    }

    /// One file.
    pub async fn document(self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        let mut values = args![id.to_string()].to_vec();
        let within = self.of_dossier_within("d.conversation = document.conversation", &mut values);
        self.db.row(&format!("WHERE id = $1{within}"), &values).await
    }

    /// The policy with this number.
    pub async fn policy_by_number(self, insurer: &str, number_key: &str) -> Result<Option<PolicyRow>, StoreError> {
        if !self.scope.insurers().holds(insurer) {
            return Ok(None);
        }
        policy::policy_by_number(self.db, insurer, number_key).await
    }
}
