//! `GET /c/TOKEN`: the short link by which a person goes on in the web chat. Opening it changes nothing; the chat's
//! page exchanges the token, once, for a secret of its own. One that was used still leads to the chat: it is opened again
//! on the device that used it.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use super::{App, problem::Problem};
use crate::domain::{link::LinkPurpose, token};

pub(super) async fn get(State(app): State<App>, Path(secret): Path<String>) -> Result<Redirect, Problem> {
    let now = app.clock.now();
    let found = app.doors.by_link(&token::hash(&secret), LinkPurpose::Resume, now).await?;
    let one = found.ok_or_else(Problem::not_found)?;
    let (conversation, _) = one.row().await?.ok_or_else(Problem::not_found)?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("insurer", &conversation.insurer)
        .append_pair("lang", conversation.language.code())
        .finish();
    // Browsers do not send the part after `#`. The token is one of ours, so it needs no percent-encoding.
    Ok(Redirect::to(&format!("/chat?{query}#resume={secret}")))
}
