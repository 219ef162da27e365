//! `POST /chat/api/read`: how far the person has read.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;

use super::{json::Json, session::Session};
use crate::web::{App, problem::Problem};

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    seq: i64,
}

pub(super) async fn post(
    State(app): State<App>,
    session: Session,
    Json(request): Json<Request>,
) -> Result<StatusCode, Problem> {
    if request.seq > session.fence.read_seq {
        app.writing.count(session.id(), app.clock.now())?;
        app.intake.read(session.id(), request.seq).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
