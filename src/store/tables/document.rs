//! The rows of received files. Their bytes are in the object store, durable before the row.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    document::Inspection,
    domain::id::{ConversationId, DocumentId, DossierId},
    store::{
        db::Db,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
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
pub(in crate::store) static ADD_DOCUMENT: LazyLock<Insert<DocumentRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING RETURNING id"));

/// The files of a conversation, oldest first.
pub(in crate::store) async fn documents(db: &Db, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
    db.rows("WHERE conversation = $1 ORDER BY id", &args![conversation.to_string()]).await
}
