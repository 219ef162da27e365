//! Support for providers' tests: a table of posts, a scripted HTTP peer, and a client that reaches this machine only.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{Content, DeliveryStatus, Event, Outbound, Post, Provider, Refusal, Thread, http as shared};
use crate::{
    domain::{
        id::ConversationId,
        language::Language,
        message::{Author, Body, Endpoint},
    },
    intake::InboundKind,
};

/// A post to an account, and the expected events or refusal.
pub struct Case<'a> {
    pub name: &'a str,
    pub method: Method,
    /// The whole URL, as the provider signs it.
    pub url: &'a str,
    pub headers: Vec<(&'a str, String)>,
    pub body: Vec<u8>,
    pub expected: Result<Vec<Seen>, Refusal>,
}

/// What a test looks at in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Message {
        id: String,
        from: String,
        text: String,
        choice: Option<String>,
        /// The media's identifier, or the name of a file whose bytes came with the message.
        files: Vec<String>,
    },
    /// Anything else that a person did.
    Other {
        id: String,
        from: String,
    },
    Report {
        id: String,
        status: DeliveryStatus,
    },
    /// [`Event::Proof`].
    Proof,
    /// [`Event::AfterCommit`].
    AfterCommit,
}

impl Seen {
    /// A message with a text only.
    pub fn text(id: &str, from: &str, text: &str) -> Self {
        let (id, from, text) = (id.to_owned(), from.to_owned(), text.to_owned());
        Self::Message { id, from, text, choice: None, files: Vec::new() }
    }

    pub fn report(id: &str, status: DeliveryStatus) -> Self {
        Self::Report { id: id.to_owned(), status }
    }

    pub fn of(event: &Event) -> Self {
        let received = match event {
            Event::Report(report) => return Self::Report { id: report.provider_id.clone(), status: report.status },
            Event::Proof(_) => return Self::Proof,
            Event::AfterCommit(_) => return Self::AfterCommit,
            Event::Message(received) => received,
        };
        let inbound = &received.inbound;
        // Behind a letter's Message-ID stands the hash of its content.
        let id = inbound.provider_id.split(' ').next().unwrap_or_default().to_owned();
        let from = inbound.endpoint.address.clone();
        let InboundKind::Message(body) = &inbound.kind else { return Self::Other { id, from } };
        let file = |file: &super::File| match &file.content {
            Content::Media(media) => media.clone(),
            Content::Bytes(_) => file.name.clone(),
        };
        Self::Message {
            id,
            from,
            text: body.text.clone(),
            choice: body.choice.clone(),
            files: received.files.iter().map(file).collect(),
        }
    }
}

/// Plays every case of the table, and lists those whose result is another one.
pub fn check(provider: &dyn Provider, cases: Vec<Case<'_>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let mut headers = HeaderMap::new();
        for (name, value) in &case.headers {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(value.as_str()).unwrap());
        }
        let body = Bytes::from(case.body);
        let post = Post { method: &case.method, url: case.url, headers: &headers, body: &body };
        let decoded = runtime.block_on(provider.decode_apart(&post));
        let seen = decoded.map(|events| events.iter().map(Seen::of).collect::<Vec<_>>());
        if seen != case.expected {
            wrong.push(format!("{}: {seen:?} and not {:?}", case.name, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A message to deliver; `id` is the idempotency key.
pub fn outbound(id: &str, to: Endpoint, body: Body) -> Outbound {
    Outbound {
        id: id.to_owned(),
        to,
        conversation: "0190a0b0-c0d0-7e0f-8a0b-0123456789ab".parse::<ConversationId>().unwrap(),
        seq: 2,
        language: Language::Fr,
        reference: "K7QF-93MX".into(),
        author: Author::Guichet,
        body,
        link: None,
        lead_in: String::new(),
        thread: Thread::default(),
    }
}

/// The providers' client, restricted to this machine: a test that forgets to configure its peer fails at once and
/// reaches no real provider.
pub fn client() -> reqwest::Client {
    client_that_waits(Duration::from_secs(5))
}

/// As [`client`], with another time-out: for a peer that never answers.
pub fn client_that_waits(timeout: Duration) -> reqwest::Client {
    // Requests to other hosts go to a proxy at a port where nobody listens.
    let away = reqwest::Proxy::custom(|url| {
        let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        (!here).then_some("http://127.0.0.1:9")
    });
    shared::builder().proxy(away).timeout(timeout).build().unwrap()
}

/// What a peer does with a request.
#[derive(Clone, Debug)]
pub enum PeerAnswer {
    Say {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Reads the request and never answers.
    Hang,
    /// Takes the request and closes the line without an answer.
    Close,
}

impl PeerAnswer {
    pub fn json(status: u16, body: &str) -> Self {
        Self::Say { status, headers: vec![("content-type", "application/json".into())], body: body.to_owned() }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Say { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

/// A request as the peer saw it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    /// With names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// A provider's server on this machine. It gives the scripted answers in order, and repeats the last one.
pub struct Peer {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Peer {
    pub async fn start(answers: Vec<PeerAnswer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let task = tokio::spawn({
            let requests = Arc::clone(&requests);
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, answers.clone(), Arc::clone(&requests)));
                }
            }
        });
        Self { url, requests, task }
    }

    /// The URL, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one request on each connection and closes it.
async fn serve(mut stream: TcpStream, answers: Vec<PeerAnswer>, requests: Arc<Mutex<Vec<Request>>>) {
    let Some(request) = read(&mut stream).await else { return };
    let number = {
        let mut requests = requests.lock().unwrap();
        requests.push(request);
        requests.len() - 1
    };
    match answers.get(number.min(answers.len().saturating_sub(1))) {
        Some(PeerAnswer::Say { status, headers, body }) => {
            let mut head =
                format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                let _ = write!(head, "{name}: {value}\r\n");
            }
            stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        }
        Some(PeerAnswer::Hang) => std::future::pending().await,
        Some(PeerAnswer::Close) | None => {}
    }
}

/// Reads a request with a `Content-Length`; none when the connection closes before.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { method, path, headers, body })
}

#[cfg(test)]
mod tests;
