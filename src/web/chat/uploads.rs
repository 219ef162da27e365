//! `PUT /chat/api/uploads/{client_id}?name=`: one file, streamed to the disk. The same `client_id` again is the same
//! file.

use axum::{
    body::Body,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};

use super::{json, session::Session};
use crate::{
    conversation::files::{self, KeptFile, MAX_FILES},
    document::{DocumentError, Limits},
    domain::{id::DocumentId, language::Language, message::Attachment},
    store::{DocumentRow, OneConversation},
    web::{App, problem::Problem},
};

/// The most files of one message.
const MAX_ATTACHMENTS: usize = 20;

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Named {
    #[serde(default)]
    pub(in crate::web) name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    #[serde(flatten)]
    attachment: Attachment,
    /// The address of its preview.
    preview: String,
}

pub(super) async fn put(
    State(app): State<App>,
    session: Session,
    Path(client_id): Path<String>,
    Query(Named { name }): Query<Named>,
    body: Body,
) -> Result<axum::Json<Response>, Problem> {
    let attachment = keep(&app, &session.one, session.language(), client_id, &name, body).await?;
    let preview = format!("/chat/api/documents/{}/preview", attachment.document);
    Ok(axum::Json(Response { attachment, preview }))
}

/// Stores a file of a conversation under the page's `client_id` for it: the same one again is the same file.
pub(in crate::web) async fn keep(
    app: &App,
    one: &OneConversation,
    language: Language,
    client_id: String,
    name: &str,
    body: Body,
) -> Result<Attachment, Problem> {
    json::check_client_id(&client_id)?;
    let document = match one.document_by_upload(&client_id).await? {
        Some(document) => document,
        None => receive(app, one, client_id, name, body).await?,
    };
    Ok(attachment(app, language, document))
}

async fn receive(
    app: &App,
    one: &OneConversation,
    client_id: String,
    name: &str,
    body: Body,
) -> Result<DocumentRow, Problem> {
    let others = one.documents().await?;
    if others.len() >= MAX_FILES {
        return Err(json::unprocessable("This conversation holds as many files as it can."));
    }
    let limits = Limits { max_bytes: app.config.documents.max_file_mib * 1024 * 1024 };
    let (bytes, now) = (body.into_data_stream(), app.clock.now());
    let file = KeptFile::receive(&app.documents, bytes, name, limits, &others, client_id, now).await?;
    Ok(one.add_document(file.row(one.id())).await?)
}

/// The attachments of a message: files of this conversation only, in the order in which they were chosen.
pub(in crate::web) async fn attachments(
    app: &App,
    one: &OneConversation,
    language: Language,
    ids: Vec<DocumentId>,
) -> Result<Vec<Attachment>, Problem> {
    if ids.len() > MAX_ATTACHMENTS {
        return Err(json::unprocessable("Too many files in one message; send them in several."));
    }
    let mut attachments = Vec::with_capacity(ids.len());
    for id in ids {
        let document = one.document(id).await?;
        let document = document.ok_or_else(|| json::unprocessable("One of the files is not there; send it again."))?;
        attachments.push(attachment(app, language, document));
    }
    Ok(attachments)
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
            DocumentError::DiskFull(_) | DocumentError::Store(_) | DocumentError::Folder { .. } => {
                tracing::error!(%error, "a file was refused before it was acknowledged");
                return Self::unavailable("The file was not received. Please try again.");
            }
        };
        Self::new(status, error.to_string())
    }
}
