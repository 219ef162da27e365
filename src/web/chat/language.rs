//! `POST /chat/api/language`: the person chose a language.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;

use super::{json, json::Json, session::Session};
use crate::{
    domain::language::Language,
    intake::InboundKind,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    client_id: String,
    language: Language,
}

pub(super) async fn post(
    State(app): State<App>,
    session: Session,
    Json(request): Json<Request>,
) -> Result<StatusCode, Problem> {
    json::check_client_id(&request.client_id)?;
    app.writing.count(session.id(), app.clock.now())?;
    app.intake.receive(session.inbound(request.client_id, InboundKind::SpeakLanguage(request.language))).await?;
    Ok(StatusCode::NO_CONTENT)
}
