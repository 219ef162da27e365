//! Whether the service lives, whether it can receive, and its numbers.

use std::path::Path;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{header, request::Parts},
    response::IntoResponse,
};
use serde::Serialize;

use super::{
    App,
    client::{ClientAddress, is_behind_unknown_proxy},
    problem::Problem,
};
use crate::document::free_bytes;

/// A request of one of `server.monitors`. To all others there is nothing here.
pub(super) struct Monitor;

impl FromRequestParts<App> for Monitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let config = &app.config.server;
        let ClientAddress(from) = ClientAddress::of(&parts.extensions);
        let is_known = config.monitors.iter().any(|network| network.contains(from));
        // A proxy asks for anybody, where it does not say for whom, or nobody told us of it.
        let is_anybody = config.proxies.contains(&from)
            || is_behind_unknown_proxy(&parts.headers, &parts.extensions, &config.proxies);
        if is_known && !is_anybody { Ok(Self) } else { Err(Problem::not_found()) }
    }
}

/// `GET /live`: the process answers.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// What `/ready` tells.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    store: &'static str,
    free_mib: Option<u64>,
    /// How long the oldest message has waited to be stored, in milliseconds; none where nothing waits.
    oldest_commit_ms: Option<u64>,
}

/// `GET /ready`: the database takes a write and the disk has room.
pub(super) async fn ready(_: Monitor, State(app): State<App>) -> Result<Json<Ready>, Problem> {
    app.engine.check_writable().await.map_err(|error| Problem::unavailable(error.to_string()))?;
    let free = free_mib(Path::new(&app.config.documents.folder));
    if let Some(free) = free
        && free < app.config.store.min_free_mib
    {
        return Err(Problem::unavailable(format!("{free} MiB are free on the disk: make room")));
    }
    let oldest_commit_ms = app.engine.oldest_commit().map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
    Ok(Json(Ready { store: app.engine.name(), free_mib: free, oldest_commit_ms }))
}

/// `GET /metrics`, in the OpenMetrics text form.
pub(super) async fn metrics(_: Monitor, State(app): State<App>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.render())
}

/// The free space, in MiB, of the disk that holds `folder`; none where the system does not tell.
pub(crate) fn free_mib(folder: &Path) -> Option<u64> {
    free_bytes(folder).map(|bytes| bytes / (1024 * 1024))
}
