//! Dossiers as the intake finds them.

use super::Engine;
use crate::{
    domain::id::{ConversationId, DossierId},
    dossier::{Dossier, Entry},
    store::{
        error::StoreError,
        tables::{dossier, log},
        value::args,
    },
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

    /// The timeline of a conversation's dossier, oldest first.
    pub async fn timeline(&self, conversation: ConversationId) -> Result<Vec<Entry>, StoreError> {
        log::timeline(&self.db, conversation).await
    }
}
