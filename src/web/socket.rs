//! The sockets of the HTTP server, and the event streams that go on at one without it.
//!
//! The HTTP library keeps two buffers of 8 KiB and its state for each connection that is open: some twenty kilobytes for a
//! line that says nothing most of the time. An event stream needs the library for its request and the head of its answer only
//! ([`detach`]). Once the head is written, the body fails on purpose, the library lets go of the socket, and a small task
//! writes the body's chunks there.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderValue, Version, header, request::Parts},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::timeout,
};

use super::connections::{Connection, PATIENCE, Place};

/// Where the server accepts its connections.
#[derive(Debug)]
pub struct Sockets(TcpListener);

/// One connection, as the HTTP library has it.
#[derive(Debug)]
pub(super) struct Socket {
    /// Taken when it is dropped.
    held: Option<(TcpStream, Place)>,
    exit: Exit,
}

/// Who is at the other end, and the way out of HTTP there.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) connection: Arc<Connection>,
    exit: Exit,
}

/// The way out of a connection. Cheap to clone.
#[derive(Clone, Debug, Default)]
struct Exit(Arc<Mutex<Leaving>>);

#[derive(Debug, Default)]
enum Leaving {
    /// Nobody asked to leave.
    #[default]
    No,
    /// Somebody leaves when all that was answered so far is written.
    Writing(Waker),
    Written,
    /// The socket is to be given to whoever waits there.
    To(oneshot::Sender<(TcpStream, Place)>),
}

/// The way out of a request's connection, where there is one.
#[derive(Clone, Debug)]
pub(super) struct WayOut(Option<Exit>);

impl Sockets {
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await
    }
}

impl<S: Sync> FromRequestParts<S> for WayOut {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        // An older client knows no chunks.
        Ok(Self(peer.filter(|_| parts.version == Version::HTTP_11).map(|peer| peer.0.exit.clone())))
    }
}

impl Socket {
    pub(super) fn new(stream: TcpStream, place: Place) -> Self {
        Self { held: Some((stream, place)), exit: Exit::default() }
    }

    pub(super) fn peer(&self, address: SocketAddr, connection: Arc<Connection>) -> Peer {
        Peer { address, connection, exit: self.exit.clone() }
    }

    fn held(&mut self) -> io::Result<(Pin<&mut TcpStream>, &Place)> {
        let held = self.held.as_mut().map(|(stream, place)| (Pin::new(stream), &*place));
        held.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (stream, place) = self.held()?;
        let before = buf.filled().len();
        let read = stream.poll_read(cx, buf);
        if buf.filled().len() > before {
            place.connection().heard();
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let (stream, place) = self.held()?;
        let written = stream.poll_write(cx, bytes);
        place.connection().takes(written.is_ready());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let (stream, place) = self.held()?;
        let written = stream.poll_write_vectored(cx, slices);
        place.connection().takes(written.is_ready());
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// The library asks for it when it has written all that it had.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (stream, place) = self.held()?;
        ready!(stream.poll_flush(cx))?;
        place.connection().wrote();
        self.exit.note_written();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(*self.exit.leaving(), Leaving::To(_)) {
            return Poll::Ready(Ok(()));
        }
        self.held()?.0.poll_shutdown(cx)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let leaving = std::mem::take(&mut *self.exit.leaving());
        if let (Leaving::To(sender), Some(held)) = (leaving, self.held.take()) {
            held.1.detach();
            // Whoever waited may have ended meanwhile.
            let _ = sender.send(held);
        }
    }
}

impl Exit {
    fn leaving(&self) -> MutexGuard<'_, Leaving> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_written(&self) {
        let mut leaving = self.leaving();
        if let Leaving::Writing(waker) = &*leaving {
            waker.wake_by_ref();
            *leaving = Leaving::Written;
        }
    }

    /// Ready when all that was answered before the first call is written.
    fn poll_written(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut leaving = self.leaving();
        match &*leaving {
            Leaving::No | Leaving::Writing(_) => {
                *leaving = Leaving::Writing(cx.waker().clone());
                Poll::Pending
            }
            Leaving::Written | Leaving::To(_) => Poll::Ready(()),
        }
    }

    /// The socket, as soon as the library has let go of it.
    fn leave(&self) -> oneshot::Receiver<(TcpStream, Place)> {
        let (sender, socket) = oneshot::channel();
        *self.leaving() = Leaving::To(sender);
        socket
    }
}

/// Lets the body of an answer, whose length nobody knows, go on without the HTTP library as soon as the head is written. Where
/// there is no way out it stays as it is.
pub(super) fn detach(response: Response, WayOut(exit): WayOut) -> Response {
    let Some(exit) = exit else { return response };
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let mut body = Some(body);
    let leaves = stream::poll_fn(move |cx| {
        ready!(exit.poll_written(cx));
        if let Some(body) = body.take() {
            tokio::spawn(go_on(exit.leave(), body));
        }
        Poll::Ready(Some(Err::<Bytes, _>(io::Error::other("this answer goes on without HTTP"))))
    });
    Response::from_parts(parts, Body::from_stream(leaves))
}

/// Writes a body's chunks until it ends or the peer does.
async fn go_on(socket: oneshot::Receiver<(TcpStream, Place)>, body: Body) {
    let Ok((mut socket, _place)) = socket.await else { return };
    let mut body: BodyDataStream = body.into_data_stream();
    loop {
        let data = tokio::select! {
            data = body.next() => data,
            () = hang_up(&socket) => return,
        };
        let chunk = match &data {
            Some(Ok(bytes)) if bytes.is_empty() => continue,
            Some(Ok(bytes)) => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
            None => b"0\r\n\r\n".to_vec(),
            // Without the last chunk the peer knows that there was more to come.
            Some(Err(_)) => return,
        };
        let written = timeout(PATIENCE, socket.write_all(&chunk)).await;
        if data.is_none() || !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
}

/// Waits until the peer ends the connection. What else it sends was announced by nobody and is passed over.
async fn hang_up(socket: &TcpStream) {
    let mut rest = [0; 64];
    loop {
        if socket.readable().await.is_err() {
            return;
        }
        match socket.try_read(&mut rest) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests;
