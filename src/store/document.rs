//! The rows of received files. Their bytes are in the object store, durable before the row.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    batch::ColumnType,
    db::{Arg, Row, args},
};
use crate::domain::id::{ConversationId, DocumentId, DossierId};

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
    /// The document room's findings, as JSON.
    pub inspection: serde_json::Value,
    pub at: Timestamp,
}

impl DocumentRow {
    pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
        ("id", ColumnType::Text),
        ("conversation", ColumnType::Text),
        ("dossier", ColumnType::Text),
        ("kind", ColumnType::Text),
        ("upload_id", ColumnType::Text),
        ("name", ColumnType::Text),
        ("media_type", ColumnType::Text),
        ("bytes", ColumnType::Int),
        ("sha256", ColumnType::Text),
        ("inspection", ColumnType::Text),
        ("at", ColumnType::Int),
    ];

    pub(super) fn args(&self) -> Vec<Arg> {
        args![
            self.id.to_string(),
            self.conversation.to_string(),
            self.dossier.map(|id| id.to_string()),
            self.kind.clone(),
            self.upload_id.as_str(),
            self.name.as_str(),
            self.media_type.as_str(),
            self.bytes,
            self.sha256.as_str(),
            self.inspection.to_string(),
            self.at,
        ]
        .to_vec()
    }
}

const SELECT: &str = "SELECT id, conversation, dossier, kind, upload_id, name, media_type, bytes, sha256, inspection, at \
     FROM document";

fn read(row: &Row) -> Result<DocumentRow, StoreError> {
    Ok(DocumentRow {
        id: row.parse(0)?,
        conversation: row.parse(1)?,
        dossier: row.parse_or_null(2)?,
        kind: row.text_or_null(3)?,
        upload_id: row.text(4)?,
        name: row.text(5)?,
        media_type: row.text(6)?,
        bytes: row.int(7)?,
        sha256: row.text(8)?,
        inspection: row.json(9)?,
        at: row.time(10)?,
    })
}

impl Store {
    /// Keeps a received file; an upload that was kept before is returned as it was.
    pub async fn add_document(&self, document: DocumentRow) -> Result<DocumentRow, StoreError> {
        let added = self
            .db
            .execute(
                "INSERT INTO document (id, conversation, dossier, kind, upload_id, name, media_type, bytes, sha256, \
                 inspection, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
                &document.args(),
            )
            .await?;
        if added == 1 {
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
        let sql = format!("{SELECT} WHERE conversation = $1 AND upload_id = $2");
        self.db.fetch_one(&sql, &args![conversation.to_string(), upload_id]).await?.as_ref().map(read).transpose()
    }

    /// One file.
    pub async fn document(&self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        let row = self.db.fetch_one(&format!("{SELECT} WHERE id = $1"), &args![id.to_string()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The files of a conversation, oldest first.
    pub async fn documents(&self, conversation: ConversationId) -> Result<Vec<DocumentRow>, StoreError> {
        let sql = format!("{SELECT} WHERE conversation = $1 ORDER BY id");
        self.db.fetch(&sql, &args![conversation.to_string()]).await?.iter().map(read).collect()
    }
}
