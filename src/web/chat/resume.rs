//! `POST /chat/api/resume`: turns the token of a resume link into a secret of this device's own. The link is then used up.
//!
//! A device that has a conversation of its own keeps it until the person chose: the answer is 409, and nothing is used up,
//! unless the request says `replace`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};

use super::{conversations, json::Json, secret, session::bearer};
use crate::{
    domain::link::LinkPurpose,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    token: String,
    /// Of this device's choice, and as secret as what it gets: a device that lost the first answer asks again with it.
    client_id: String,
    /// The conversation of this device may be replaced.
    #[serde(default)]
    replace: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    token: String,
}

pub(super) async fn post(
    State(app): State<App>,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Result<axum::Json<Response>, Problem> {
    conversations::check_seed(&request.client_id)?;
    let now = app.clock.now();
    let link = secret::hash(&request.token);
    if let Some(own) = bearer(&headers)
        && let Some(here) = app.doors.session(&secret::endpoint(own), now).await?
    {
        let there = app.doors.by_link(&link, LinkPurpose::Resume, now).await?.ok_or_else(Problem::not_found)?;
        if here.id() == there.id() {
            return Ok(axum::Json(Response { token: own.to_owned() }));
        }
        if !request.replace {
            return Err(Problem::new(StatusCode::CONFLICT, "Another conversation is open on this device."));
        }
    }
    let token = secret::of_client(&request.client_id);
    app.doors.resume(&link, &secret::endpoint(&token), now).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(Response { token }))
}
