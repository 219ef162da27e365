//! `POST /chat/api/resume-link`: makes a link by which the person goes on later, or on another device. It is good once.

use axum::extract::State;
use jiff::ToSpan;
use serde::Serialize;

use super::{secret, session::Session};
use crate::{
    domain::link::LinkPurpose,
    web::{App, problem::Problem},
};

/// How many days the link is valid: long enough to wait for a plumber's invoice.
const GOOD_FOR_DAYS: i64 = 7;

#[derive(Debug, Serialize)]
pub(super) struct Response {
    url: String,
}

pub(super) async fn post(State(app): State<App>, session: Session) -> Result<axum::Json<Response>, Problem> {
    let token = secret::random()?;
    let expires_at = app.clock.now() + (24 * GOOD_FOR_DAYS).hours();
    session.one.add_link(&secret::hash(&token), LinkPurpose::Resume, expires_at).await?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("insurer", &session.conversation.insurer)
        .append_pair("lang", session.language().code())
        .finish();
    // Browsers do not send the part after `#` to a server, so opening the link does not give the token away.
    let url = format!("{}/chat?{query}#resume={token}", app.config.server.public_url.trim_end_matches('/'));
    Ok(axum::Json(Response { url }))
}
