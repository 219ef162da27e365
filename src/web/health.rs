//! Whether the service lives, whether it can receive, and its numbers.

use std::path::Path;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use serde::Serialize;

use super::{App, problem::Problem};
use crate::document::free_bytes;

/// `GET /live`: the process answers.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// What `/ready` tells.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    store: &'static str,
    free_mib: Option<u64>,
}

/// `GET /ready`: the database takes a write and the disk has room.
pub(super) async fn ready(State(app): State<App>) -> Result<Json<Ready>, Problem> {
    app.engine.check_writable().await.map_err(|error| Problem::unavailable(error.to_string()))?;
    let free = free_mib(Path::new(&app.config.documents.folder));
    if let Some(free) = free
        && free < app.config.store.min_free_mib
    {
        return Err(Problem::unavailable(format!("{free} MiB are free on the disk: make room")));
    }
    Ok(Json(Ready { store: app.engine.name(), free_mib: free }))
}

/// `GET /metrics`, in the OpenMetrics text form.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.render())
}

/// The free space, in MiB, of the disk that holds `folder`; none where the system does not tell.
pub(crate) fn free_mib(folder: &Path) -> Option<u64> {
    free_bytes(folder).map(|bytes| bytes / (1024 * 1024))
}
