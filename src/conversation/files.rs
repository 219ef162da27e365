//! Files that people send, whatever the way: kept on disk, and queued to be looked at.

use bytes::Bytes;
use futures_util::Stream;
use jiff::Timestamp;

use crate::{
    document::{DocumentError, Documents, Inspection, Limits, MediaType, Stored},
    domain::{
        id::{ConversationId, DocumentId},
        language::Language,
        message::Attachment,
    },
    flow::Library,
    store::{DocumentRow, FileQuota},
};

/// The most of one conversation; beyond it somebody plays.
pub const QUOTA: FileQuota = FileQuota { files: 200, bytes: 2 * 1024 * 1024 * 1024 };

/// The files of one message.
#[derive(Clone, Debug, Default)]
pub struct Files {
    pub kept: Vec<KeptFile>,
    /// The keys of what is to be said of them at once: why one was not taken, that a voice waits for a person.
    pub said: Vec<&'static str>,
}

/// A file on disk that has no row yet.
#[derive(Clone, Debug)]
pub struct KeptFile {
    id: DocumentId,
    /// What the sender named it by: the same again is the same file.
    upload_id: String,
    stored: Stored,
    at: Timestamp,
}

impl KeptFile {
    /// Receives a file to the disk. It is looked at later.
    pub async fn receive<S, E>(
        documents: &Documents,
        bytes: S,
        name: &str,
        limits: Limits,
        upload_id: String,
        now: Timestamp,
    ) -> Result<Self, DocumentError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stored = documents.receive(bytes, name, limits).await?;
        Ok(Self { id: DocumentId::new(now), upload_id, stored, at: now })
    }

    pub fn media_type(&self) -> MediaType {
        self.stored.media_type
    }

    pub fn bytes(&self) -> i64 {
        i64::try_from(self.stored.bytes).unwrap_or(i64::MAX)
    }

    /// Its row in a conversation, where it waits to be looked at.
    pub fn row(&self, conversation: ConversationId) -> DocumentRow {
        DocumentRow {
            id: self.id,
            conversation,
            dossier: None,
            kind: None,
            is_supposed: false,
            upload_id: self.upload_id.clone(),
            name: self.stored.name.clone(),
            media_type: self.stored.media_type.name().to_owned(),
            bytes: self.bytes(),
            sha256: self.stored.sha256.clone(),
            inspection: Inspection::pending(),
            at: self.at,
        }
    }
}

/// A file as a message names it, with what is to be said about it in the person's language.
pub fn attachment(library: &Library, language: Language, document: DocumentRow) -> Attachment {
    let remark = document
        .inspection
        .quality
        .remarks
        .first()
        .and_then(|remark| library.sentence(remark.key(), language).map(str::to_owned));
    Attachment {
        document: document.id,
        name: document.name,
        media_type: document.media_type,
        bytes: u64::try_from(document.bytes).unwrap_or(0),
        remark,
        slot: None,
    }
}
