//! `PUT /chat/api/uploads/{client_id}?name=`: one file, streamed to the disk. The same `client_id` again is the same
//! file.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::{Path, Query, State},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{json, session::Session};
use crate::{
    conversation::files::{self, KeptFile, QUOTA},
    document::{DocumentError, Limits},
    domain::{id::DocumentId, language::Language, message::Attachment, token},
    flow::Library,
    store::{DocumentRow, FileQuota, OneConversation},
    web::{
        App,
        client::ClientAddress,
        problem::Problem,
        request_body::{Room, Sender, Share},
    },
};

/// The most files of one message.
const MAX_ATTACHMENTS: usize = 20;

/// The kinds of documents whose slots files were put into.
pub(in crate::web) type Slots = HashMap<DocumentId, String>;

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Named {
    #[serde(default)]
    pub(in crate::web) name: String,
}

/// How many files one address may send within [`WINDOW`]: many people may share one.
pub(in crate::web) const MAX_FROM_ADDRESS: u32 = 1000;
pub(in crate::web) const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// How many files pages may send at the same time, and of those the people at one address: channels have what the documents take
/// beyond.
const AT_ONCE: u64 = 96;
const AT_ONCE_FROM_ADDRESS: u64 = 16;

/// The files that pages are sending. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads(Room);

impl Default for Uploads {
    fn default() -> Self {
        Self(Room::new(AT_ONCE, AT_ONCE_FROM_ADDRESS, 0))
    }
}

impl Uploads {
    /// A file's place, until it is dropped.
    pub(super) fn place(&self, from: ClientAddress) -> Result<Share, Problem> {
        let mut place = self.0.share(from.network());
        let taken = place.take(1, Sender::Stranger);
        taken.map_err(|_| Problem::unavailable("Too many files are being sent at the moment. Please try again."))?;
        Ok(place)
    }
}

/// A file that was received.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Upload {
    #[serde(flatten)]
    attachment: Attachment,
    /// Nobody has looked at it yet. Asking again, without bytes, tells whether somebody has.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    inspecting: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    #[serde(flatten)]
    upload: Upload,
    /// The address of its preview.
    preview: String,
}

pub(super) async fn put(
    State(app): State<App>,
    session: Session,
    from: ClientAddress,
    Path(client_id): Path<String>,
    Query(Named { name }): Query<Named>,
    body: Body,
) -> Result<axum::Json<Response>, Problem> {
    let upload = keep(&app, &session.one, session.language(), from, client_id, name, body).await?;
    let preview = format!("/chat/api/documents/{}/preview", upload.attachment.document);
    Ok(axum::Json(Response { upload, preview }))
}

/// Stores a file of a conversation under the page's `client_id` for it: the same one again is the same file. What is seen in
/// the file is told with the response where it is seen soon.
pub(in crate::web) async fn keep(
    app: &App,
    one: &OneConversation,
    language: Language,
    from: ClientAddress,
    client_id: String,
    name: String,
    body: Body,
) -> Result<Upload, Problem> {
    json::check_client_id(&client_id)?;
    let document = match one.document_by_upload(&client_id).await? {
        Some(document) => document,
        None => receive(app, one, from, client_id, name, body).await?,
    };
    let document = app.receiver.inspections().seen(document).await?;
    let inspecting = document.inspection.pending;
    Ok(Upload { attachment: attachment(app, language, document), inspecting })
}

async fn receive(
    app: &App,
    one: &OneConversation,
    from: ClientAddress,
    client_id: String,
    name: String,
    body: Body,
) -> Result<DocumentRow, Problem> {
    // Whatever refuses a file does so before its first byte is read.
    if !app.intake.has_room() {
        return Err(Problem::unavailable("The file was not received: the disk is almost full. Please try again."));
    }
    let now = app.clock.now();
    if !app.doors.may_upload(&counted_for(from), MAX_FROM_ADDRESS, now, now + WINDOW).await? {
        return Err(Problem::too_many(60));
    }
    let full = || json::unprocessable("This conversation holds as many files as it can.");
    let held = one.held_files().await?;
    if !QUOTA.covers(FileQuota { files: held.files + 1, ..held }) {
        return Err(full());
    }
    let place = app.uploads.place(from)?;
    let limits = Limits { max_bytes: app.config.documents.max_file_mib * 1024 * 1024 };
    let (app, one) = (app.clone(), one.clone());
    // In a task of its own: a line that is cut when all bytes are there leaves no file without its row.
    let receiving = tokio::spawn(async move {
        let _place = place;
        let file = KeptFile::receive(&app.documents, body.into_data_stream(), &name, limits, client_id, now).await?;
        let kept = one.add_document(file.row(one.id()), QUOTA).await?;
        app.receiver.inspections().wake();
        Ok::<_, Problem>(kept)
    });
    let kept = receiving.await.map_err(|_| Problem::unavailable("The file was not received. Please try again."))?;
    kept?.ok_or_else(full)
}

/// The name under which an address's files are counted. It is hashed, so that nobody reads the address at a glance; whoever has
/// the database can still try them all.
pub(in crate::web) fn counted_for(from: ClientAddress) -> String {
    token::hash(&format!("uploads|{}", from.network()))
}

/// The attachments of a message: files of this conversation only, in the order in which they were chosen.
pub(in crate::web) async fn attachments(
    app: &App,
    one: &OneConversation,
    language: Language,
    ids: Vec<DocumentId>,
    slots: &Slots,
) -> Result<Vec<Attachment>, Problem> {
    let library = app.intake.library();
    if ids.len() > MAX_ATTACHMENTS {
        return Err(json::unprocessable("Too many files in one message; send them in several."));
    }
    let mut attachments = Vec::with_capacity(ids.len());
    for id in ids {
        let document = one.document(id).await?;
        let document = document.ok_or_else(|| json::unprocessable("One of the files is not there; send it again."))?;
        let mut attachment = attachment(app, language, document);
        attachment.slot = slots.get(&id).filter(|kind| fits(&library, kind, &attachment.media_type)).cloned();
        attachments.push(attachment);
    }
    Ok(attachments)
}

/// Whether a file can be a document of this kind: a page of an earlier release may know others.
fn fits(library: &Library, kind: &str, media_type: &str) -> bool {
    library.document(kind).is_some_and(|document| document.accepts.accepts(media_type))
}

/// A document as an attachment, with the remarks about it in the person's language.
fn attachment(app: &App, language: Language, document: DocumentRow) -> Attachment {
    files::attachment(&app.intake.library(), language, document)
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        use axum::http::StatusCode;

        let status = match &error {
            DocumentError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            DocumentError::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            DocumentError::Empty => StatusCode::UNPROCESSABLE_ENTITY,
            // The upload broke off: the page sends the file again.
            DocumentError::Interrupted(_) => StatusCode::REQUEST_TIMEOUT,
            DocumentError::NotFound => return Self::not_found(),
            DocumentError::Malware => StatusCode::FORBIDDEN,
            DocumentError::Busy | DocumentError::TimedOut => return Self::unavailable(error.to_string()),
            // What the operator is told of the scanner is no business of the person.
            DocumentError::NotScanned(_) => {
                tracing::warn!(%error, "a file is not given out");
                return Self::unavailable("The file is not available at the moment. Please try again.");
            }
            DocumentError::DiskFull(_)
            | DocumentError::Store(_)
            | DocumentError::Away { .. }
            | DocumentError::Folder { .. } => {
                tracing::error!(%error, "a file was refused before it was acknowledged");
                return Self::unavailable("The file was not received. Please try again.");
            }
        };
        Self::new(status, error.to_string())
    }
}
