//! The policyholders' face of the store: one conversation, opened by who holds its secret, and nothing of any other.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    db::Db,
    error::StoreError,
    tables::{
        channel_switch,
        conversation::{self, CLAIM_ENDPOINT, ConversationRow, EndpointRow, Fence, MessageRow},
        document::{self, ADD_DOCUMENT, DocumentRow},
        dossier, handler, log,
    },
    value::args,
};
use crate::{
    domain::{
        contact::Proof,
        id::{ContactId, ConversationId, DocumentId},
        message::Endpoint,
    },
    dossier::Dossier,
};

/// What opens a conversation to the person whose it is. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Doors {
    db: Arc<Db>,
}

impl Doors {
    pub(super) fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    /// The conversation that goes on at an address that only its person knows.
    pub async fn at(&self, endpoint: &Endpoint) -> Result<Option<OneConversation>, StoreError> {
        let found = conversation::conversation_at(&self.db, endpoint).await?;
        Ok(found.map(|id| OneConversation::new(Arc::clone(&self.db), id)))
    }

    /// The conversation that a link leads to, while it is good.
    pub async fn by_link(&self, token_hash: &str, now: Timestamp) -> Result<Option<OneConversation>, StoreError> {
        let found = channel_switch::resume_link(&self.db, token_hash, now).await?;
        Ok(found.map(|id| OneConversation::new(Arc::clone(&self.db), id)))
    }
}

/// One conversation, its messages, its files and its dossier. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OneConversation {
    db: Arc<Db>,
    id: ConversationId,
}

impl OneConversation {
    pub(super) fn new(db: Arc<Db>, id: ConversationId) -> Self {
        Self { db, id }
    }

    pub fn id(&self) -> ConversationId {
        self.id
    }

    /// As it stands now.
    pub async fn row(&self) -> Result<Option<(ConversationRow, Fence)>, StoreError> {
        conversation::conversation(&self.db, self.id).await
    }

    /// Its messages after `after`, oldest first, at most `limit`.
    pub async fn messages(&self, after: i64, limit: i64) -> Result<Vec<MessageRow>, StoreError> {
        log::messages(&self.db, self.id, after, limit).await
    }

    /// Its dossier, where it has one.
    pub async fn dossier(&self) -> Result<Option<Dossier>, StoreError> {
        match self.row().await?.and_then(|(row, _)| row.dossier) {
            Some(id) => dossier::dossier(&self.db, id).await,
            None => Ok(None),
        }
    }

    /// The name of the handler who speaks in it, as the person sees it.
    pub async fn speaker(&self, row: &ConversationRow) -> Result<Option<String>, StoreError> {
        let Some(login) = &row.handler else { return Ok(None) };
        let handler = handler::handler(&self.db, login).await?;
        Ok(Some(handler.map_or_else(|| login.clone(), |handler| handler.name)))
    }

    /// Its files, oldest first.
    pub async fn documents(&self) -> Result<Vec<DocumentRow>, StoreError> {
        document::documents(&self.db, self.id).await
    }

    /// One of its files; another conversation's is not there.
    pub async fn document(&self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        let own = "WHERE id = $1 AND conversation = $2";
        self.db.row(own, &args![id.to_string(), self.id.to_string()]).await
    }

    /// The file of an upload.
    pub async fn document_by_upload(&self, upload_id: &str) -> Result<Option<DocumentRow>, StoreError> {
        let of_upload = "WHERE conversation = $1 AND upload_id = $2";
        self.db.row(of_upload, &args![self.id.to_string(), upload_id]).await
    }

    /// Keeps a received file as one of its own; an upload that was kept before is returned as it was.
    pub async fn add_document(&self, document: DocumentRow) -> Result<DocumentRow, StoreError> {
        let document = DocumentRow { conversation: self.id, ..document };
        if ADD_DOCUMENT.run_alone(&self.db, &document).await?.len() == 1 {
            return Ok(document);
        }
        Ok(self.document_by_upload(&document.upload_id).await?.unwrap_or(document))
    }

    /// Gives it one more address, as a resume link does. False where the address is in use: it stays where it is.
    pub async fn join(
        &self,
        endpoint: Endpoint,
        contact: ContactId,
        proof: Option<Proof>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = EndpointRow { endpoint, conversation: self.id, contact, at, proof };
        Ok(CLAIM_ENDPOINT.run_alone(&self.db, &row).await?.len() == 1)
    }

    /// Keeps a link to it; only its token's hash is given.
    pub async fn add_resume_link(&self, token_hash: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        channel_switch::add_resume_link(&self.db, token_hash, self.id, expires_at).await
    }
}
