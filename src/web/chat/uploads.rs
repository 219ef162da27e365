//! `PUT /chat/api/uploads/{client_id}?name=`: one file, streamed to the disk. The same name again is the same file.

use axum::{
    body::Body,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};

use super::{json, session::Session};
use crate::{
    document::{DocumentError, Limits},
    domain::message::Attachment,
    intake::files::{self, KeptFile, MOST_FILES},
    store::DocumentRow,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    #[serde(flatten)]
    attachment: Attachment,
    /// Where the person sees it again.
    preview: String,
}

pub(super) async fn put(
    State(app): State<App>,
    session: Session,
    Path(client_id): Path<String>,
    Query(Named { name }): Query<Named>,
    body: Body,
) -> Result<axum::Json<Response>, Problem> {
    json::check_client_id(&client_id)?;
    let document = match app.store.document_by_upload(session.id(), &client_id).await? {
        Some(document) => document,
        None => receive(&app, &session, client_id, &name, body).await?,
    };
    let preview = format!("/chat/api/documents/{}/preview", document.id);
    Ok(axum::Json(Response { attachment: attachment(&app, &session, document), preview }))
}

async fn receive(
    app: &App,
    session: &Session,
    client_id: String,
    name: &str,
    body: Body,
) -> Result<DocumentRow, Problem> {
    let others = app.store.documents(session.id()).await?;
    if others.len() >= MOST_FILES {
        return Err(json::unprocessable("This conversation holds as many files as it can."));
    }
    let limits = Limits { max_bytes: app.config.documents.max_file_mib * 1024 * 1024 };
    let (bytes, now) = (body.into_data_stream(), app.clock.now());
    let file = KeptFile::receive(&app.documents, bytes, name, limits, &others, client_id, now).await?;
    Ok(app.store.add_document(file.row(session.id())).await?)
}

/// A file as a message names it, with what is to be said about it in the person's language.
pub(super) fn attachment(app: &App, session: &Session, document: DocumentRow) -> Attachment {
    files::attachment(&app.intake.library(), session.language(), document)
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        use axum::http::StatusCode;

        let status = match &error {
            DocumentError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            DocumentError::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            DocumentError::Empty => StatusCode::UNPROCESSABLE_ENTITY,
            // The rest of the bytes never came: the page sends them again.
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
