//! `/console/documents/{id}`: the original as a download, and our own previews of it.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};

use super::{Console, auth::Session, error::ConsoleError};
use crate::{
    document::{MediaType, Opened, Preview, original_headers, preview_headers},
    domain::id::DocumentId,
    store::{AccessKind, DocumentRow},
};

/// The original file, as a download; it is never shown.
pub(super) async fn original(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, ConsoleError> {
    let (document, media_type) = find(&console, &session, &id).await?;
    console.note_reading(&session, AccessKind::Document, &document.id.to_string(), document.dossier).await?;
    let opened = console.documents().open(&document.sha256).await?;
    Ok(stream(opened, original_headers(media_type, &document.name)))
}

/// A JPEG preview, `thumbnail` or `large`.
pub(super) async fn preview(
    State(console): State<Console>,
    session: Session,
    Path((id, size)): Path<(String, String)>,
) -> Result<Response, ConsoleError> {
    let size = match size.as_str() {
        "thumbnail" => Preview::Thumbnail,
        "large" => Preview::Large,
        _ => return Err(ConsoleError::NotFound),
    };
    let (document, media_type) = find(&console, &session, &id).await?;
    if document.inspection.pending {
        // It is made when its turn in the queue comes.
        return Err(ConsoleError::NotFound);
    }
    // Previews are a part of the dossier's page.
    let (kind, subject) = match document.dossier {
        Some(dossier) => (AccessKind::Dossier, dossier.to_string()),
        None => (AccessKind::Document, document.id.to_string()),
    };
    console.note_reading(&session, kind, &subject, document.dossier).await?;
    let opened = console.documents().open_preview(&document.sha256, media_type, size).await?;
    Ok(stream(opened.ok_or(ConsoleError::NotFound)?, preview_headers()))
}

async fn find(console: &Console, session: &Session, id: &str) -> Result<(DocumentRow, MediaType), ConsoleError> {
    let id: DocumentId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let document = console.cases(session).document(id).await?.ok_or(ConsoleError::NotFound)?;
    let media_type = document.media_type.parse()?;
    Ok((document, media_type))
}

fn stream(opened: Opened, headers: [(&'static str, String); 5]) -> Response {
    let mut response = Body::from_stream(opened.stream).into_response();
    let kept = response.headers_mut();
    kept.insert(axum::http::header::CONTENT_LENGTH, HeaderValue::from(opened.bytes));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            kept.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

#[cfg(test)]
mod tests;
