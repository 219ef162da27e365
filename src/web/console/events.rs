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
use tokio::time::Instant;

use super::{Console, auth::Session, dossier, error::ConsoleError};
use crate::web::{problem::Problem, streams::StreamSlot};

/// The shortest time between two events.
const REST: Duration = Duration::from_millis(700);
/// A session that was looked at no longer ago is taken to be still good.
const SESSION_HOLDS: Duration = Duration::from_mins(1);
/// Before whoever has too many pages open may ask again.
const BUSY_SECONDS: u32 = 10;

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    /// Only this dossier's changes.
    dossier: Option<String>,
}

pub(super) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(asked): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ConsoleError> {
    let conversation = match asked.dossier {
        Some(id) => Some(dossier::find(&console, &session, &id).await?.conversation),
        None => None,
    };
    let Some(place) = console.streams().open(format!("handler {}", session.login)) else {
        return Ok(Problem::too_many(BUSY_SECONDS).into_response());
    };
    let following = Following {
        changes: console.actions().changes(conversation),
        console,
        token_hash: session.token_hash,
        looked_at: Instant::now(),
        place,
    };
    // Whoever comes back may have missed something.
    let first = headers.contains_key("last-event-id").then(changed);
    let events = stream::iter(first).chain(following.events());
    let stream = events.map(Ok::<_, Infallible>);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}

fn changed() -> Event {
    Event::default().event("changed").id("1").data("")
}

struct Following {
    console: Console,
    token_hash: String,
    changes: BoxStream<'static, ()>,
    /// When the session was last known to be good.
    looked_at: Instant,
    place: StreamSlot,
}

impl Following {
    /// An event for each change, until the session has ended or the house closes.
    fn events(self) -> impl Stream<Item = Event> {
        // The first event at once gives the page an identifier to come back with.
        let first = stream::once(async { Event::default().id("1").comment("open") });
        first.chain(stream::unfold(self, async |mut following| {
            following.hear().await?;
            Some((changed(), following))
        }))
    }

    /// Waits for a change, and for what follows it at once; none at the end.
    async fn hear(&mut self) -> Option<()> {
        tokio::select! {
            () = self.place.stopped() => return None,
            change = self.changes.next() => change?,
        }
        tokio::select! {
            () = self.place.stopped() => return None,
            () = tokio::time::sleep(REST) => {}
        }
        // What came during the rest is told by the same event.
        while let Some(Some(())) = self.changes.next().now_or_never() {}
        // In a box, for a page waits nearly always.
        Box::pin(self.is_good()).await.then_some(())
    }

    /// Whether the session goes on. An idle page asks the store for nothing: it is looked at when there is something to tell.
    async fn is_good(&mut self) -> bool {
        if self.looked_at.elapsed() < SESSION_HOLDS {
            return true;
        }
        let found = self.console.users().session(&self.token_hash, self.console.now()).await;
        self.looked_at = Instant::now();
        matches!(found, Ok(Some(_)))
    }
}

#[cfg(test)]
mod tests;
