//! `GET /chat/api/documents/{id}/preview`: a picture of one of the person's own files, re-encoded by us.

use axum::{
    body::Body,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use super::session::Session;
use crate::{
    document::{MediaType, Preview, preview_headers},
    domain::id::DocumentId,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    large: bool,
}

pub(super) async fn get(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let id: DocumentId = id.parse().map_err(|_| Problem::not_found())?;
    let document = session.one.document(id).await?.ok_or_else(Problem::not_found)?;
    if document.inspection.pending {
        // It is made when its turn in the queue comes.
        return Err(Problem::not_found());
    }
    let media_type: MediaType = document.media_type.parse()?;
    let size = if wanted.large { Preview::Large } else { Preview::Thumbnail };
    let preview = app.documents.open_preview(&document.sha256, media_type, size).await?;
    let preview = preview.ok_or_else(Problem::not_found)?;
    Ok((preview_headers(), Body::from_stream(preview.stream)).into_response())
}
