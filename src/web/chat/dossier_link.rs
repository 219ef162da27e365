//! `POST /chat/api/dossier-link`: where the holder of the chat sees their receipt and their claim, for two hours; of a dossier that
//! is over, that it is.

use axum::extract::State;
use serde::Serialize;

use super::session::Session;
use crate::{
    domain::link::LinkPurpose,
    intake::page_link,
    web::{App, dossier::prove, problem::Problem},
};

#[derive(Debug, Serialize)]
pub(super) struct Response {
    url: String,
}

pub(super) async fn post(State(app): State<App>, session: Session) -> Result<axum::Json<Response>, Problem> {
    let (one, now) = (&session.one, app.clock.now());
    let dossier = one.dossier().await?.ok_or_else(Problem::not_found)?;
    let url = if dossier.status.is_over() {
        page_link(one, LinkPurpose::Status, now).await.map_err(|error| {
            tracing::error!(%error, "no link can be made");
            Problem::unavailable("The page cannot be opened at the moment. Please try again.")
        })?
    } else {
        prove::open(one, now).await?
    };
    Ok(axum::Json(Response { url }))
}
