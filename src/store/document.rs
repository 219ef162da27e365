//! The rows of received files. Their bytes are in the object store, durable before the row.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    db::args,
    table::{Insert, table},
};
use crate::{
    document::Inspection,
    domain::id::{ConversationId, DocumentId, DossierId},
};

/// A received file.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRow {
    pub id: DocumentId,
    pub conversation: ConversationId,
    pub dossier: Option<DossierId>,
    /// A kind of `flows/documents.yaml`, once it is known what it shows.
    pub kind: Option<String>,
    /// What the sender named the upload by: the same again is the same file.
    pub upload_id: String,
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub sha256: String,
    pub inspection: Inspection,
    pub at: Timestamp,
}

table! { DocumentRow in "document" {
    id,
    conversation,
    dossier,
    kind,
    upload_id,
    name,
    media_type,
    bytes,
    sha256,
    inspection,
    at,
} }

/// An upload that was kept before stays as it was. Returns the ids of those that are new.
pub(super) static ADD_DOCUMENT: LazyLock<Insert<DocumentRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING RETURNING id"));

impl Store {
    /// Keeps a received file; an upload that was kept before is returned as it was.
    pub async fn add_document(&self, document: DocumentRow) -> Result<DocumentRow, StoreError> {
        if ADD_DOCUMENT.run_alone(&self.db, &document).await?.len() == 1 {
            return Ok(document);
        }
        Ok(self.document_by_upload(document.conversation, &document.upload_id).await?.unwrap_or(document))
    }

    /// The file of an upload.
    pub async fn document_by_upload(
        &self,
        conversation: ConversationId,
        upload_id: &str,
    ) -> Result<Option<DocumentRow>, StoreError> {
        let of_upload = "WHERE conversation = $1 AND upload_id = $2";
        self.db.row(of_upload, &args![conversation.to_string(), upload_id]).await
    }

    /// One file.
    pub async fn document(&self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        self.db.row("WHERE id = $1", &args![id.to_string()]).await
    }

    /// The files of a conversation, oldest first.
    pub async fn documents(&self, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
        self.db.rows("WHERE conversation = $1 ORDER BY id", &args![conversation.to_string()]).await
    }
}
