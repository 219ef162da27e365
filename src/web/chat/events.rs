//! `GET /chat/api/events`: everything that the person hears, from the message after `Last-Event-ID` on, then live.
//!
//! What is told comes from the database; the intake only says when to look. So a listener that is slow, a change made by
//! another node, or a restart costs a look and never a message.

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
        message::{Author, Body},
    },
    intake::Listener,
    store::{MessageRow, OneConversation, StoreError},
    web::{App, problem::Problem, streams::StreamSlot},
};

/// Silence for longer than this is told apart from a dead line by a comment.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Messages that are read at once.
const PAGE: i64 = 100;
/// Before whoever has too many lines open may ask again.
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

/// What is true of the conversation now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ConversationState {
    language: Language,
    /// The name of the handler who speaks instead of the flow.
    handler: Option<String>,
    /// The last message that the person has seen, on any device.
    read: i64,
}

pub(super) async fn get(State(app): State<App>, session: Session, headers: HeaderMap) -> Result<Response, Problem> {
    let place = app.streams.open(session.id().to_string()).ok_or_else(|| Problem::too_many(BUSY_SECONDS))?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
    let line = Line {
        // It listens before the first look, so that nothing falls between.
        listener: app.intake.listen(session.id()),
        one: session.one,
        last: last.unwrap_or(0),
        ready: VecDeque::new(),
        told: None,
        is_current: false,
        place,
    };
    let events = line.events();
    let headers =
        [(HeaderName::from_static("cache-control"), "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))).into_response())
}

/// One person's line down.
struct Line {
    one: OneConversation,
    listener: Listener,
    /// The last message that was told.
    last: i64,
    /// Told next, before anything is looked up.
    ready: VecDeque<Event>,
    /// The state that was told last.
    told: Option<ConversationState>,
    /// Whether everything that is known to have changed was looked at.
    is_current: bool,
    place: StreamSlot,
}

impl Line {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut line| line.next().await.map(|event| (Ok(event), line)))
    }

    /// The next event; none when the line ends and the page is to come back.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            self.ready.shrink_to_fit();
            if self.is_current {
                self.wait().await?;
            } else if let Err(error) = Box::pin(self.look()).await {
                tracing::warn!(%error, conversation = %self.one.id(), "a chat's line ends: its conversation cannot be read");
                return None;
            }
        }
    }

    /// Waits until there may be something to tell; none when the service ends.
    async fn wait(&mut self) -> Option<()> {
        let heard = tokio::select! {
            () = self.place.stopped() => return None,
            heard = self.listener.next() => heard?,
        };
        if heard.typing {
            let name = self.told.as_ref().and_then(|state| state.handler.as_deref());
            self.ready.extend(json("typing", &serde_json::json!({ "from": "handler", "name": name })));
        }
        self.is_current = !heard.changed;
        Some(())
    }

    /// Reads what was not told yet. Its future is boxed where it is awaited: a line waits nearly always, and would keep the
    /// room for it all the while.
    async fn look(&mut self) -> Result<(), StoreError> {
        let Some((row, fence)) = self.one.row().await? else {
            self.is_current = true;
            return Ok(());
        };
        let handler = self.one.speaker(&row).await?;
        let state = ConversationState { language: row.language, handler, read: fence.read_seq };
        if self.told.as_ref() != Some(&state) {
            self.ready.extend(json("state", &state));
            self.told = Some(state);
        }
        let messages = self.one.messages(self.last, PAGE).await?;
        if let Some(message) = messages.last() {
            self.last = message.seq;
        }
        self.is_current = self.last >= fence.last_seq;
        self.ready.extend(messages.iter().filter_map(told));
        Ok(())
    }
}

fn told(row: &MessageRow) -> Option<Event> {
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
