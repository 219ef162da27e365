//! `/console/events`: signals to an open page that something changed; the page then fetches itself again.
//!
//! An event has no content: the page's own request decides what a handler may see. However many changes there are, a
//! page gets about one event a second.

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
use crate::web::{
    client::ClientAddress,
    problem::Problem,
    socket::{WayOut, detach},
    streams::StreamSlot,
};

/// The shortest time between two events.
const REST: Duration = Duration::from_millis(700);
/// For how long a session counts as valid after it was checked.
const SESSION_HOLDS: Duration = Duration::from_mins(1);
/// The `Retry-After` of somebody who has too many pages open.
const BUSY_SECONDS: u32 = 10;

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    /// Only this dossier's changes.
    dossier: Option<String>,
}

pub(super) async fn get(
    State(console): State<Console>,
    session: Session,
    from: ClientAddress,
    way_out: WayOut,
    Query(asked): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ConsoleError> {
    let conversation = match asked.dossier {
        Some(id) => Some(dossier::find(&console, &session, &id).await?.conversation),
        None => None,
    };
    let Some(place) = console.streams().open(format!("handler {}", session.login), from) else {
        return Ok(Problem::too_many(BUSY_SECONDS).into_response());
    };
    let following = Following {
        changes: console.actions().changes(conversation),
        console,
        token_hash: session.token_hash,
        looked_at: Instant::now(),
        place,
    };
    // A page that reconnects may have missed a change.
    let first = headers.contains_key("last-event-id").then(changed);
    let events = stream::iter(first).chain(following.events());
    let stream = events.map(Ok::<_, Infallible>);
    let response = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response();
    Ok(detach(response, way_out))
}

fn changed() -> Event {
    Event::default().event("changed").id("1").data("")
}

struct Following {
    console: Console,
    token_hash: String,
    changes: BoxStream<'static, ()>,
    /// When the session was last checked.
    looked_at: Instant,
    place: StreamSlot,
}

impl Following {
    /// An event for each change, until the session has ended or the service stops.
    fn events(self) -> impl Stream<Item = Event> {
        // The first event gives the page an identifier with which to reconnect.
        let first = stream::once(async { Event::default().id("1").comment("open") });
        first.chain(stream::unfold(self, async |mut following| {
            following.next_change().await?;
            Some((changed(), following))
        }))
    }

    /// Waits for a change, and for those that follow it within [`REST`]; none at the end.
    async fn next_change(&mut self) -> Option<()> {
        tokio::select! {
            () = self.place.stopped() => return None,
            change = self.changes.next() => change?,
        }
        tokio::select! {
            () = self.place.stopped() => return None,
            () = tokio::time::sleep(REST) => {}
        }
        // Changes during the rest are signalled by the same event.
        while let Some(Some(())) = self.changes.next().now_or_never() {}
        // Boxed, because a page waits nearly always and would hold the memory all the time.
        Box::pin(self.is_good()).await.then_some(())
    }

    /// Whether the session is valid. It is checked only when there is an event, so that idle pages cost no query.
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
