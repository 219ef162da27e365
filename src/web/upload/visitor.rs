//! The visitor of a request: the conversation whose link's token it carries.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};

use crate::{
    domain::link::LinkPurpose,
    web::{App, problem::Problem, visitor::Visitor},
};

/// The person who was sent a link for files, while it is valid and the dossier is not over.
#[derive(Debug)]
pub(super) struct Sender(pub(super) Visitor);

impl FromRequestParts<App> for Sender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let unknown = || Problem::new(StatusCode::UNAUTHORIZED, "This link is not good, or not any more.");
        Visitor::find(app, token, LinkPurpose::Upload).await?.map(Self).ok_or_else(unknown)
    }
}
