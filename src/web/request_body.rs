//! A request's body: it must come at a least rate, and what is held of all bodies at once is bounded.
//!
//! Only the time counts in which we wait for the sender. The body of most requests is small and comes with its head: it costs
//! no timer, and what is held of it fits into the connection's own buffer and is not counted.
//!
//! Whoever has shown a secret in the head has room of their own, so that strangers cannot take it. Strangers share theirs, and
//! nobody of them may have more than a part of it.

use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    BoxError,
    body::Bytes,
    extract::{ConnectInfo, Request},
    http::Extensions,
};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::{connections::Connection, socket::Peer};
use crate::config;

/// What is held of a body before it is counted.
const FREE: u64 = 16 * 1024;
/// What may be held of strangers' bodies, of those from one address, and of those of known senders.
const STRANGERS: u64 = 64 * 1024 * 1024;
const PER_ADDRESS: u64 = 8 * 1024 * 1024;
const KNOWN: u64 = 64 * 1024 * 1024;

/// How long a body may make us wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    timeout: Duration,
    bytes_per_second: u64,
}

impl Rate {
    pub(super) fn new(server: &config::Server) -> Self {
        Self {
            timeout: Duration::from_secs(server.body_timeout_seconds),
            bytes_per_second: server.min_body_bytes_per_second.max(1),
        }
    }

    /// How long we may have waited for so many bytes.
    fn allows(self, bytes: u64) -> Duration {
        self.timeout + Duration::from_millis(bytes.saturating_mul(1000) / self.bytes_per_second)
    }
}

/// Whose a body is, as far as its request's head tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sender {
    #[default]
    Stranger,
    /// The head holds a right secret.
    Known,
    /// Nothing of the body is held: it is written to the disk as it comes.
    Streams,
}

/// Why a body is not read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the request's body came too slowly")]
    TooSlow,
    #[error("too much is held of requests' bodies at the moment")]
    NoRoom,
}

/// Bytes that may be held, in all and for one address. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<RoomInner>);

#[derive(Debug)]
struct RoomInner {
    strangers: u64,
    per_address: u64,
    known: u64,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    strangers: u64,
    by_address: HashMap<IpAddr, u64>,
    known: u64,
}

/// What is held of one body; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    room: Room,
    from: IpAddr,
    stranger: u64,
    known: u64,
}

impl Default for Room {
    /// In memory.
    fn default() -> Self {
        Self::new(STRANGERS, PER_ADDRESS, KNOWN)
    }
}

impl Room {
    pub(super) fn new(strangers: u64, per_address: u64, known: u64) -> Self {
        Self(Arc::new(RoomInner { strangers, per_address, known, held: Mutex::default() }))
    }

    pub(super) fn share(&self, from: IpAddr) -> Share {
        Share { room: self.clone(), from, stranger: 0, known: 0 }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Takes room for so many bytes more.
    pub(super) fn take(&mut self, bytes: u64, sender: Sender) -> Result<(), BodyError> {
        let limits = &self.room.0;
        let mut held = self.room.held();
        let held = &mut *held;
        match sender {
            Sender::Streams => {}
            Sender::Known if held.known + bytes > limits.known => return Err(BodyError::NoRoom),
            Sender::Known => {
                held.known += bytes;
                self.known += bytes;
            }
            Sender::Stranger => {
                let own = held.by_address.get(&self.from).copied().unwrap_or_default() + bytes;
                if held.strangers + bytes > limits.strangers || own > limits.per_address {
                    return Err(BodyError::NoRoom);
                }
                held.strangers += bytes;
                held.by_address.insert(self.from, own);
                self.stranger += bytes;
            }
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.room.held();
        held.known -= self.known;
        held.strangers -= self.stranger;
        if let Some(own) = held.by_address.get_mut(&self.from) {
            *own -= self.stranger;
            if *own == 0 {
                held.by_address.remove(&self.from);
            }
        }
    }
}

/// Notes whose the body of a request is.
pub(super) fn note_sender(extensions: &Extensions, sender: Sender) {
    if let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<Peer>>() {
        peer.connection.is_from(sender);
    }
}

/// For requests whose bodies are written to the disk as they come.
pub(super) async fn streams(request: Request) -> Request {
    note_sender(request.extensions(), Sender::Streams);
    request
}

/// A body with its [`Rate`] and its [`Share`].
#[derive(Debug)]
pub(super) struct Guarded<B> {
    body: B,
    connection: Arc<Connection>,
    rate: Rate,
    bytes: u64,
    waited: Duration,
    /// Since when the sender is waited for, and until when.
    wait: Option<(Instant, Pin<Box<Sleep>>)>,
    /// None for a body that is too small to be counted.
    share: Option<Share>,
}

impl<B> Guarded<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    fn new(body: B, connection: Arc<Connection>, rate: Rate, share: Option<Share>) -> Self {
        Self { body, connection, rate, bytes: 0, waited: Duration::ZERO, wait: None, share }
    }

    fn count(&mut self, bytes: u64) -> Result<(), BodyError> {
        let before = self.bytes.max(FREE);
        self.bytes += bytes;
        match &mut self.share {
            Some(share) if self.bytes > before => share.take(self.bytes - before, self.connection.sender()),
            _ => Ok(()),
        }
    }
}

/// The body of a request as the server gives it to its handlers. `from` is who sends it, for whom it is counted.
pub(super) fn guarded<B>(
    body: B,
    connection: &Arc<Connection>,
    rate: Rate,
    room: &Room,
    from: impl FnOnce() -> IpAddr,
) -> axum::body::Body
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    if body.is_end_stream() {
        return axum::body::Body::empty();
    }
    let is_small = body.size_hint().upper().is_some_and(|most| most <= FREE);
    let share = (!is_small).then(|| room.share(from()));
    axum::body::Body::new(Guarded::new(body, Arc::clone(connection), rate, share))
}

impl<B> Body for Guarded<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some((since, _)) = this.wait.take() {
                this.waited += since.elapsed();
            }
            let Some(Ok(frame)) = frame else { return Poll::Ready(frame.map(|frame| frame.map_err(Into::into))) };
            let bytes = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
            return Poll::Ready(Some(match this.count(bytes) {
                Ok(()) => Ok(frame),
                Err(error) => Err(this.connection.fail(error).into()),
            }));
        }
        let left = this.rate.allows(this.bytes).saturating_sub(this.waited);
        let (_, until) = this.wait.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        ready!(until.as_mut().poll(cx));
        Poll::Ready(Some(Err(this.connection.fail(BodyError::TooSlow).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
