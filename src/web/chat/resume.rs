//! `POST /chat/api/resume`: turns the token of a resume link into a secret of this device's own.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::{json::Json, secret};
use crate::{
    domain::contact::Proof,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    token: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    token: String,
}

pub(super) async fn post(
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Response>, Problem> {
    let now = app.clock.now();
    let one = app.doors.by_link(&secret::hash(&request.token), now).await?.ok_or_else(Problem::not_found)?;
    let (conversation, _) = one.row().await?.ok_or_else(Problem::not_found)?;
    let token = secret::random()?;
    one.join(secret::endpoint(&token), conversation.contact, Some(Proof::Link), now).await?;
    Ok(axum::Json(Response { token }))
}
