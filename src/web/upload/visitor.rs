//! The visitor of a request: the conversation whose link's token it carries.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};

use crate::{
    domain::{link::LinkPurpose, token},
    store::{ConversationRow, OneConversation},
    web::{App, problem::Problem},
};

/// The person who was sent the link, while it is valid.
#[derive(Debug)]
pub(super) struct Visitor {
    /// Access to the person's own conversation.
    pub(super) one: OneConversation,
    pub(super) conversation: ConversationRow,
}

impl Visitor {
    /// The holder of a token. None where the token is unknown, has expired or is for something else, and where the dossier is
    /// over.
    pub(super) async fn find(app: &App, token: &str) -> Result<Option<Self>, Problem> {
        let found = app.doors.by_link(&token::hash(token), LinkPurpose::Upload, app.clock.now()).await?;
        let Some(one) = found else { return Ok(None) };
        let conversation = one.row().await?;
        Ok(conversation.map(|(conversation, _)| Self { one, conversation }))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let unknown = || Problem::new(StatusCode::UNAUTHORIZED, "This link is not good, or not any more.");
        Self::find(app, token).await?.ok_or_else(unknown)
    }
}
