//! `GET /chat/api/communes?q=`: the towns with which an address may end that is being typed, from our own list.

use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::{json, session::Session};
use crate::web::{App, problem::Problem};

/// The longest text that is looked at, in characters.
const MAX_TEXT: usize = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Found<T> {
    /// Where the words begin that a suggestion replaces, in characters.
    at: usize,
    places: Vec<T>,
}

pub(super) async fn get(
    State(app): State<App>,
    _: Session,
    Query(asked): Query<Asked>,
) -> Result<axum::Json<Found<impl Serialize>>, Problem> {
    if asked.q.chars().count() > MAX_TEXT {
        return Err(json::unprocessable("The text is too long for an address."));
    }
    let (at, places) = app.intake.library().vocabulary().towns(&asked.q);
    Ok(axum::Json(Found { at, places }))
}
