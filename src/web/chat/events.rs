//! `GET /chat/api/events`: the messages of the conversation after `Last-Event-ID`, then live ones, as server-sent
//! events.
//!
//! Events are read from the database; the intake only signals that something changed. So a slow listener, a change by
//! another node, or a restart costs a query and never a message.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use jiff::Timestamp;
use serde::Serialize;

use super::session::Session;
use crate::{
    domain::{
        language::Language,
        message::{Author, Body, Endpoint},
    },
    dossier::{Dossier, Status},
    intake::Listener,
    store::{MessageRow, OneConversation, StoreError},
    web::{
        App,
        client::ClientAddress,
        problem::Problem,
        socket::{WayOut, detach},
        streams::StreamSlot,
    },
};

/// How often a comment is sent, so that a silent connection is not taken for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many messages are read at once.
const PAGE: i64 = 100;
/// The `Retry-After` of somebody who has too many streams open.
const BUSY_SECONDS: u32 = 10;

/// A message as the page shows it.
#[derive(Debug, Serialize)]
struct Message<'a> {
    seq: i64,
    at: Timestamp,
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    body: &'a Body,
}

/// The state of the conversation that the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ConversationState {
    language: Language,
    /// The name of the handler who speaks instead of the flow.
    handler: Option<String>,
    /// The last message that the person has seen, on any device.
    read: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<Stage>,
    /// When people answer again, where they do not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<Timestamp>,
}

/// How the claim stands, once the flow has nothing more to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Sent,
    /// A person has it.
    Waiting,
    Closed,
    Withdrawn,
}

impl Stage {
    fn of(dossier: &Dossier) -> Option<Self> {
        match dossier.status {
            Status::Collecting => dossier.waiting_since.map(|_| Self::Waiting),
            Status::Qualified | Status::Oriented => Some(Self::Sent),
            Status::HandedOver => Some(Self::Waiting),
            Status::Closed => Some(Self::Closed),
            Status::Withdrawn => Some(Self::Withdrawn),
        }
    }
}

pub(super) async fn get(
    State(app): State<App>,
    session: Session,
    from: ClientAddress,
    way_out: WayOut,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = app.streams.open(session.id().to_string(), from).ok_or_else(|| Problem::too_many(BUSY_SECONDS))?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
    let page = EventStream {
        // It listens before the first query, so that no change in between is missed.
        listener: app.intake.listen(session.id()),
        app: app.clone(),
        device: session.endpoint,
        moves: session.fence.moves,
        one: session.one,
        last: last.unwrap_or(0),
        ready: VecDeque::new(),
        shown: None,
        is_current: false,
        place,
    };
    let events = page.events();
    let headers =
        [(HeaderName::from_static("cache-control"), "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    let response = (headers, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))).into_response();
    Ok(detach(response, way_out))
}

/// The event stream of one page.
struct EventStream {
    app: App,
    /// The device that watches.
    device: Endpoint,
    /// How often an address left the conversation when this one was last seen to be in it.
    moves: i64,
    one: OneConversation,
    listener: Listener,
    /// The number of the last message that was sent.
    last: i64,
    /// The events to send next, before anything is queried.
    ready: VecDeque<Event>,
    /// The state that was sent last.
    shown: Option<ConversationState>,
    /// Whether every known change was queried.
    is_current: bool,
    place: StreamSlot,
}

impl EventStream {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut page| page.next().await.map(|event| (Ok(event), page)))
    }

    /// The next event; none when the stream ends and the page is to reconnect.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            self.ready.shrink_to_fit();
            if self.is_current {
                self.wait().await?;
            } else {
                match Box::pin(self.look()).await {
                    Ok(true) => {}
                    // The page asks again, and is told that it is logged out.
                    Ok(false) => return None,
                    Err(error) => {
                        tracing::warn!(%error, conversation = %self.one.id(), "a chat's event stream ends: its conversation cannot be read");
                        return None;
                    }
                }
            }
        }
    }

    /// Waits until something may have changed; none when the service stops.
    async fn wait(&mut self) -> Option<()> {
        let change = tokio::select! {
            () = self.place.stopped() => return None,
            change = self.listener.next() => change?,
        };
        if change.typing {
            let name = self.shown.as_ref().and_then(|state| state.handler.as_deref());
            self.ready.extend(json("typing", &serde_json::json!({ "from": "handler", "name": name })));
        }
        self.is_current = !change.changed;
        Some(())
    }

    /// Reads what was not sent yet; false where this device has lost the conversation. Its future is boxed where it is awaited: a stream waits nearly always, and would
    /// hold the memory for it all the time.
    async fn look(&mut self) -> Result<bool, StoreError> {
        let Some((row, fence)) = self.one.row().await? else {
            self.is_current = true;
            return Ok(true);
        };
        if fence.moves != self.moves {
            let open = self.app.doors.session(&self.device, self.app.clock.now()).await?;
            if open.is_none_or(|one| one.id() != self.one.id()) {
                return Ok(false);
            }
            self.moves = fence.moves;
        }
        let handler = self.one.speaker(&row).await?;
        let dossier = match row.dossier {
            Some(_) => self.one.dossier().await?,
            None => None,
        };
        let stage = dossier.as_ref().and_then(Stage::of);
        let opens = stage.and_then(|_| self.reopening(&row.insurer));
        let state = ConversationState { language: row.language, handler, read: fence.read_seq, stage, opens };
        if self.shown.as_ref() != Some(&state) {
            self.ready.extend(json("state", &state));
            self.shown = Some(state);
        }
        let messages = self.one.messages(self.last, PAGE).await?;
        if let Some(message) = messages.last() {
            self.last = message.seq;
        }
        self.is_current = self.last >= fence.last_seq;
        self.ready.extend(messages.iter().filter_map(shown));
        Ok(true)
    }

    /// When this insurer's people answer again; none while they do.
    fn reopening(&self, insurer: &str) -> Option<Timestamp> {
        let library = self.app.intake.library();
        let insurer = library.insurer(insurer)?;
        let zone = insurer.zone();
        let now = self.app.clock.now().to_zoned(zone.clone()).datetime();
        let opens = insurer.hours.reopening(now, library.calendar())?;
        opens.to_zoned(zone).ok().map(|opens| opens.timestamp())
    }
}

fn shown(row: &MessageRow) -> Option<Event> {
    let (from, name) = match &row.author {
        Author::Policyholder => ("me", None),
        Author::Guichet => ("guichet", None),
        Author::Handler { name, .. } => ("handler", Some(name.as_str())),
    };
    let message =
        Message { seq: row.seq, at: row.at, from, name, client_id: row.client_id.as_deref(), body: &row.body };
    json("message", &message).map(|event| event.id(row.seq.to_string()))
}

fn json(name: &str, data: &impl Serialize) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}

#[cfg(test)]
mod tests;
