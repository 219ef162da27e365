//! The rows of received files. Their bytes are in the object store, durable before the row.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    document::Inspection,
    domain::id::{ConversationId, DocumentId, DossierId},
    store::{
        db::{Db, Tx},
        error::StoreError,
        table::{Insert, table},
        value::{Row, args},
    },
};

/// A received file.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRow {
    pub id: DocumentId,
    pub conversation: ConversationId,
    pub dossier: Option<DossierId>,
    /// A kind of `flows/documents.yaml`, once it is known or supposed what it shows.
    pub kind: Option<String>,
    /// Only the order of arrival speaks for the kind: it proves nothing until somebody says so.
    pub is_supposed: bool,
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
    is_supposed as supposed,
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

/// The most that one conversation holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileQuota {
    pub files: i64,
    pub bytes: i64,
}

impl FileQuota {
    /// Whether a conversation may hold so much.
    pub fn covers(self, held: Self) -> bool {
        held.files <= self.files && held.bytes <= self.bytes
    }
}

const HELD: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM document WHERE conversation = $1";

/// What a conversation holds, for whoever decides in the same transaction.
pub(in crate::store) async fn held(tx: &mut Tx, conversation: ConversationId) -> Result<FileQuota, StoreError> {
    read_held(tx.fetch(HELD, &args![conversation.to_string()]).await?.first())
}

/// What a conversation holds at the moment.
pub(in crate::store) async fn held_now(db: &Db, conversation: ConversationId) -> Result<FileQuota, StoreError> {
    read_held(db.fetch_one(HELD, &args![conversation.to_string()]).await?.as_ref())
}

fn read_held(row: Option<&Row>) -> Result<FileQuota, StoreError> {
    row.map_or(Ok(FileQuota::default()), |row| Ok(FileQuota { files: row.int(0)?, bytes: row.int(1)? }))
}
