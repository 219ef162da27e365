//! `/console/events`: tells an open page that something changed; the page then fetches itself anew.
//!
//! An event carries nothing: what a handler may see is decided by the page's own request. A flood of changes is one
//! event a second.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream, stream::BoxStream};
use serde::Deserialize;

use super::{Changed, Console, auth::Session, error::ConsoleError};
use crate::{
    domain::id::DossierId,
    web::{problem::Problem, streams::StreamSlot},
};

/// The shortest time between two events.
const REST: Duration = Duration::from_millis(700);
/// How often it is looked whether the session is still good.
const LOOK: Duration = Duration::from_mins(1);
/// Before whoever has too many pages open may ask again.
const BUSY_SECONDS: u32 = 10;

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    /// Only this dossier's changes.
    dossier: Option<DossierId>,
}

pub(super) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(asked): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ConsoleError> {
    let Some(place) = console.streams().open(format!("handler {}", session.login)) else {
        return Ok(Problem::too_many(BUSY_SECONDS).into_response());
    };
    // Whoever comes back may have missed something.
    let first = headers.contains_key("last-event-id").then(changed);
    let events = stream::iter(first).chain(follow(console.clone(), session.token_hash, asked.dossier, place));
    let stream = events.map(Ok::<_, Infallible>);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}

fn changed() -> Event {
    Event::default().event("changed").id("1").data("")
}

struct Following {
    console: Console,
    token_hash: String,
    changes: BoxStream<'static, Changed>,
    dossier: Option<DossierId>,
    place: StreamSlot,
}

/// An event for each change, until the session ends or the house closes.
fn follow(
    console: Console,
    token_hash: String,
    dossier: Option<DossierId>,
    place: StreamSlot,
) -> impl Stream<Item = Event> {
    let changes = console.actions().changes();
    let following = Following { console, token_hash, changes, dossier, place };
    // The first event at once gives the page an identifier to come back with.
    let first = stream::once(async { Event::default().id("1").comment("open") });
    first.chain(stream::unfold(following, |mut following| async move {
        if !following.hear().await {
            return None;
        }
        tokio::select! {
            () = following.place.stopped() => return None,
            () = tokio::time::sleep(REST) => {}
        }
        following.skip_what_came_meanwhile();
        Some((changed(), following))
    }))
}

impl Following {
    /// Waits for a change that matters; false at the end.
    async fn hear(&mut self) -> bool {
        loop {
            let change = tokio::select! {
                () = self.place.stopped() => return false,
                change = tokio::time::timeout(LOOK, self.changes.next()) => change,
            };
            match change {
                Ok(None) => return false,
                Ok(Some(change)) if self.matters(change) => return true,
                Ok(Some(_)) => {}
                Err(_) => {
                    let session = self.console.users().session(&self.token_hash, self.console.now()).await;
                    if !matches!(session, Ok(Some(_))) {
                        return false;
                    }
                }
            }
        }
    }

    /// What came during the rest is told by the same event.
    fn skip_what_came_meanwhile(&mut self) {
        while let Some(Some(_)) = self.changes.next().now_or_never() {}
    }

    fn matters(&self, change: Changed) -> bool {
        match (self.dossier, change) {
            (None, _) | (_, Changed::Much) => true,
            (Some(mine), Changed::Dossier(id)) => mine == id,
        }
    }
}

#[cfg(test)]
mod tests;
