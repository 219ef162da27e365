//! `POST /chat/api/conversations`: opens a conversation and gives the secret by which the page is known from then on.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};

use super::{json, json::Json, page, secret};
use crate::{
    domain::language::Language,
    intake::{Inbound, InboundKind},
    web::{App, problem::Problem},
};

/// A page's own name must be too random to be guessed: the secret follows from it.
const LEAST_NAME: usize = 32;

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    insurer: Option<String>,
    site: Option<String>,
    #[serde(default)]
    lang: String,
    client_id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    token: String,
}

pub(super) async fn post(
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<(StatusCode, axum::Json<Response>), Problem> {
    json::check_client_id(&request.client_id)?;
    if request.client_id.len() < LEAST_NAME {
        return Err(json::unprocessable("`client_id` must be 128 random bits or more, in hexadecimal."));
    }
    let insurer = page::insurer(&app, request.insurer.as_deref(), request.site.as_deref())?;
    let token = secret::of_client(&request.client_id);
    app.intake
        .receive(Inbound {
            endpoint: secret::endpoint(&token),
            provider_id: request.client_id,
            insurer,
            language: Language::from_tag(&request.lang),
            kind: InboundKind::Open,
        })
        .await?;
    Ok((StatusCode::CREATED, axum::Json(Response { token })))
}
