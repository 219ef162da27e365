//! `GET /s/{token}`: how the claim stands. Opening it changes nothing.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    frame::{self, Frame},
    prove::Ways,
    standing::Standing,
};
use crate::{
    domain::link::LinkPurpose,
    dossier::reference_of,
    web::{App, problem::Problem, visitor::Visitor},
};

#[derive(Debug, Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    frame: Frame<'a>,
    standing: Standing,
    ways: Ways,
    /// The link's secret, for the addresses of what the page leads to.
    token: &'a str,
}

pub(super) async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match Visitor::find(&app, &token, LinkPurpose::Status).await? {
        Some(visitor) => page(&app, &token, &visitor, StatusCode::OK, ("", "")).await,
        None => over(&app, &headers),
    }
}

/// The page of a link that is not valid, or not any more.
pub(super) fn over(app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
    frame::link_over(&app.intake.library(), headers)
}

/// The page with what was done or was wrong, by the keys of the sentences that tell it.
pub(super) async fn page(
    app: &App,
    token: &str,
    Visitor { one, conversation }: &Visitor,
    status: StatusCode,
    (notice, error): (&str, &str),
) -> Result<Response, Problem> {
    let library = app.intake.library();
    let insurer = library.insurer(&conversation.insurer).ok_or_else(Problem::not_found)?;
    let frame = Frame::new(&library, insurer, conversation.language, reference_of(conversation.id));
    let standing = Standing::of(one, &library, frame.words, app.clock.now()).await?.ok_or_else(Problem::not_found)?;
    let told = |key: &str| if key.is_empty() { String::new() } else { frame.words.say(key) };
    let ways = Ways { notice: told(notice), error: told(error), ..Ways::of(app, one, frame.words).await? };
    frame::show(status, &StatusPage { frame, standing, ways, token })
}
