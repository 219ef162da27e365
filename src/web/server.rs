//! The HTTP server: accepts connections, serves requests on each, and ends within a bounded time.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    client::{client, network},
    connections::{Connection, ConnectionLimits, Connections, Place},
    fence_in, is_https,
    problem::Problem,
    request_body::{BodyError, Rate, Room, guarded},
    socket::{Socket, Sockets},
};
use crate::{
    config::{self, Network},
    telemetry::Metrics,
};

/// The largest head of a request: its buffer, which every connection may fill.
const MAX_HEAD: usize = 32 * 1024;
/// How long to wait after the system had no file for a connection; each next wait is twice as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How often it is told in the log that connections cannot be accepted.
const TELL: Duration = Duration::from_secs(10);

/// The server's parts.
#[derive(Clone, Debug)]
pub struct Server {
    connections: Connections,
    rate: Rate,
    room: Room,
    proxies: Arc<[Network]>,
    is_https: bool,
    router: Router,
}

impl Server {
    pub fn new(router: Router, server: &config::Server, limits: ConnectionLimits, metrics: Metrics) -> Self {
        Self {
            connections: Connections::new(limits, metrics),
            rate: Rate::new(server),
            room: Room::default(),
            proxies: server.proxies.clone().into(),
            is_https: is_https(server),
            router,
        }
    }

    /// Serves until `stop`; then ends the requests that have begun, and cuts what is left after `grace`. Whether nothing had
    /// to be cut.
    pub async fn serve(self, sockets: Sockets, stop: &CancellationToken, grace: Duration) -> bool {
        let accepts = async {
            tokio::select! {
                () = self.accept(&sockets) => {}
                () = self.connections.look_after() => {}
                () = stop.cancelled() => {}
            }
        };
        accepts.await;
        // Who connects now is told at once, and goes to another node.
        drop(sockets);
        self.connections.end(grace).await
    }

    async fn accept(&self, sockets: &Sockets) {
        let (mut wait, mut told) = (FIRST_WAIT, None::<Instant>);
        loop {
            match sockets.accept().await {
                Ok((stream, address)) => {
                    wait = FIRST_WAIT;
                    self.take(stream, address);
                }
                Err(error) if is_of_the_peer(&error) => {}
                // The system has no file or no memory for it: the connection waits there, and asking at once again would
                // take a whole processor.
                Err(error) => {
                    if told.is_none_or(|told| told.elapsed() >= TELL) {
                        tracing::error!(%error, "no connection can be accepted: those that are silent are closed");
                        told = Some(Instant::now());
                    }
                    self.connections.make_place();
                    sleep(wait).await;
                    wait = (2 * wait).min(LONGEST_WAIT);
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, address: SocketAddr) {
        let Some(place) = self.connections.enter(address.ip()) else { return };
        let number = place.number();
        let task = tokio::spawn(self.clone().attend(stream, address, place));
        self.connections.attend(number, task.abort_handle());
    }

    /// Serves the requests of one connection.
    fn attend(self, stream: TcpStream, address: SocketAddr, place: Place) -> impl Future<Output = ()> + Send + 'static {
        let connection = Arc::clone(place.connection());
        let socket = Socket::new(stream, place);
        let peer = socket.peer(address, Arc::clone(&connection));
        let Self { connections, rate, room, proxies, is_https, router } = self;
        let router = TowerToHyperService::new(router);
        let service = service_fn(move |request: Request<Incoming>| {
            connection.serves();
            let (head, body) = request.into_parts();
            let body =
                guarded(body, &connection, rate, &room, || network(client(address.ip(), &head.headers, &proxies)));
            let mut request = Request::from_parts(head, body);
            request.extensions_mut().insert(ConnectInfo(peer.clone()));
            let answered = router.call(request);
            let (connection, connections) = (Arc::clone(&connection), connections.clone());
            async move {
                let Ok(mut response) = answered.await;
                if let Some(error) = connection.failed() {
                    response = fence_in(unread(error), is_https);
                }
                if connections.is_stopping() {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|body| Answer { body, connection }))
            }
        });
        async move {
            let mut http = http1::Builder::new();
            // The connections' own watch has the time-outs.
            http.max_buf_size(MAX_HEAD).header_read_timeout(None);
            // Nothing follows from a connection that broke: its peer is gone, or wrote no HTTP.
            let _ = http.serve_connection(TokioIo::new(socket), service).await;
        }
    }
}

/// The answer to a request whose body could not be read.
fn unread(error: BodyError) -> Response {
    match error {
        BodyError::TooSlow => Problem::new(StatusCode::REQUEST_TIMEOUT, error.to_string()),
        BodyError::NoRoom => Problem::unavailable(error.to_string()),
    }
    .into_response()
}

/// Whether a connection was gone before it was accepted: the next one is another's.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
    )
}

/// The body of a response, which notes its end.
struct Answer {
    body: Body,
    connection: Arc<Connection>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.connection.answered();
    }
}

/// Raises the number of files that this process may have open as far as the system lets it; the number.
pub fn raise_descriptors() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, files = current, "the number of open files cannot be raised");
            current
        }
    }
}
