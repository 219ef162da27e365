//! Whether the service lives, whether it can receive, and its numbers.

use std::{
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{header, request::Parts},
    response::IntoResponse,
};
use serde::Serialize;
use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep, timeout},
};

use super::{
    App,
    client::{ClientAddress, is_behind_unknown_proxy},
    problem::Problem,
};
use crate::{config::is_in, document::free_bytes, domain::id::NodeId, store::sqlite_file};

/// How often it is tried whether something could be received.
const PERIOD: Duration = Duration::from_secs(5);
/// The longest that a probe may take, and that a turn may wait to be stored.
const PATIENCE: Duration = Duration::from_secs(8);
/// From this age on a probe's result says nothing of now: whoever should probe hangs.
const STALE: Duration = Duration::from_secs(20);

/// What was found when it was last tried whether something could be received. Whoever asks is told this, so that asking costs
/// nothing, and hangs where nothing else does.
#[derive(Debug, Default)]
pub struct Probe {
    /// Whose row is written.
    node: OnceLock<NodeId>,
    last: Mutex<Option<(Instant, Found)>>,
    /// The look that has not ended. Where something hangs there is no second one, which would hang beside it.
    under_way: tokio::sync::Mutex<Option<JoinHandle<Found>>>,
}

/// The least free space in MiB, where the system tells; or what is wrong.
type Found = Result<Option<u64>, String>;

impl Probe {
    fn note(&self, found: Found) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let was_well = last.as_ref().is_none_or(|(_, before)| before.is_ok());
        match &found {
            Err(problem) if was_well => tracing::error!(problem, "nothing can be received"),
            Ok(_) if !was_well => tracing::warn!("what comes can be received again"),
            _ => {}
        }
        *last = Some((Instant::now(), found));
    }

    fn last(&self) -> Option<(Duration, Found)> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().map(|(at, found)| (at.elapsed(), found.clone()))
    }
}

/// Tries every [`PERIOD`] whether something could be received, for as long as the service runs.
pub(crate) async fn watch(app: App) {
    loop {
        probe(&app).await;
        sleep(PERIOD).await;
    }
}

/// Tries whether something could be received, and notes what was found within [`PATIENCE`].
async fn probe(app: &App) {
    let mut under_way = app.probe.under_way.lock().await;
    let looking = under_way.get_or_insert_with(|| tokio::spawn(look(app.clone())));
    let found = match timeout(PATIENCE, looking).await {
        Ok(found) => {
            *under_way = None;
            found.unwrap_or_else(|error| Err(error.to_string()))
        }
        Err(_) => Err(format!("the database or the documents' folder gave no answer for {PATIENCE:?}")),
    };
    app.probe.note(found);
}

/// A row and a file are written to their disks, and both have room. While one has none, what people send is refused.
async fn look(app: App) -> Found {
    let looking = app.clone();
    // A disk that does not answer blocks its thread.
    let rooms = spawn_blocking(move || rooms(&looking)).await.unwrap_or_else(|error| Err(error.to_string()));
    app.intake.set_no_room(rooms.is_err());
    let least = rooms?;
    write(&app).await?;
    Ok(least)
}

/// The least free space of the disks that hold the database and the documents.
fn rooms(app: &App) -> Found {
    let database = sqlite_file(&app.config.store.url);
    let folders = [Some(Path::new(&app.config.documents.folder)), database.as_deref().and_then(Path::parent)];
    let mut least = None;
    for folder in folders.into_iter().flatten() {
        // A file in the folder where the program was started has an empty one.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Some(free) = free_mib(folder) else { continue };
        if free < app.config.store.min_free_mib {
            return Err(format!("{free} MiB are free on the disk of {}: make room", folder.display()));
        }
        least = Some(least.map_or(free, |least: u64| least.min(free)));
    }
    Ok(least)
}

async fn write(app: &App) -> Result<(), String> {
    let now = app.clock.now();
    let node = *app.probe.node.get_or_init(|| NodeId::new(now));
    app.engine.probe(node, now).await.map_err(|error| error.to_string())?;
    app.documents.probe().await.map_err(|error| error.to_string())
}

/// A request of one of `server.monitors`. To all others there is nothing here.
pub(super) struct Monitor;

impl FromRequestParts<App> for Monitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let config = &app.config.server;
        let ClientAddress(from) = ClientAddress::of(&parts.extensions);
        let is_known = is_in(&config.monitors, from);
        // A proxy asks for anybody, where it does not say for whom, or nobody told us of it.
        let is_anybody =
            is_in(&config.proxies, from) || is_behind_unknown_proxy(&parts.headers, &parts.extensions, &config.proxies);
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
    /// How old the probe is.
    probed_ms: u64,
}

/// `GET /ready`: what comes can be received, as far as the last probe knows, and is.
pub(super) async fn ready(_: Monitor, State(app): State<App>) -> Result<Json<Ready>, Problem> {
    if app.probe.last().is_none() {
        probe(&app).await;
    }
    let Some((age, found)) = app.probe.last() else { return Err(Problem::unavailable("nothing was tried yet")) };
    let free_mib = found.map_err(Problem::unavailable)?;
    if age >= STALE {
        return Err(Problem::unavailable(format!("the last probe is {} s old", age.as_secs())));
    }
    let oldest = app.engine.oldest_commit();
    if let Some(oldest) = oldest.filter(|oldest| *oldest > PATIENCE) {
        return Err(Problem::unavailable(format!("a message waits to be stored for {} s", oldest.as_secs())));
    }
    let oldest_commit_ms = oldest.map(milliseconds);
    Ok(Json(Ready { store: app.engine.name(), free_mib, oldest_commit_ms, probed_ms: milliseconds(age) }))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
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

#[cfg(test)]
mod tests;
