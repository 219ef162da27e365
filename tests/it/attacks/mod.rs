//! What strangers do to the running program, in small: each attack that docs/security.md tells of, and what holds against it.

mod files;
mod front;
mod log_in;
mod mail;
mod posts;

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::support::Server;

/// Whoever waits for so long waits for ever.
const FOR_EVER: Duration = Duration::from_mins(1);

/// A connection of an attacker or of somebody honest.
pub(crate) struct Caller(TcpStream);

impl Caller {
    /// From this machine's usual address.
    pub(crate) async fn call(server: &Server) -> Self {
        Self::call_from(server, [127, 0, 0, 1]).await
    }

    /// From another address of this machine.
    pub(crate) async fn call_from(server: &Server, address: [u8; 4]) -> Self {
        Self::call_at(server.url.trim_start_matches("http://"), address).await
    }

    pub(crate) async fn call_at(to: &str, from: [u8; 4]) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        Self(socket.connect(to.parse().unwrap()).await.unwrap())
    }

    pub(crate) async fn say(&mut self, words: &str) {
        self.0.write_all(words.as_bytes()).await.unwrap();
    }

    /// All that comes until the other side ends the connection.
    pub(crate) async fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        // A connection may also be reset.
        let _ = timeout(FOR_EVER, self.0.read_to_end(&mut heard)).await.expect("the connection is held for ever");
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// What comes, up to some words.
    pub(crate) async fn hear_until(&mut self, words: &str) -> String {
        let mut heard = Vec::new();
        loop {
            let read = timeout(FOR_EVER, self.0.read_buf(&mut heard)).await.expect("nothing is answered").unwrap();
            let text = String::from_utf8_lossy(&heard);
            if text.contains(words) {
                return text.into_owned();
            }
            assert_ne!(read, 0, "the connection ended with: {text}");
        }
    }
}

/// The whole answer to a request without a body.
pub(crate) async fn get(server: &Server, path: &str, headers: &str) -> String {
    get_from(server, [127, 0, 0, 1], path, headers).await
}

pub(crate) async fn get_from(server: &Server, address: [u8; 4], path: &str, headers: &str) -> String {
    let mut caller = Caller::call_from(server, address).await;
    caller.say(&format!("GET {path} HTTP/1.1\r\nHost: guichet\r\nConnection: close\r\n{headers}\r\n")).await;
    caller.hear().await
}

/// The whole answer to a posted body.
pub(crate) async fn post(server: &Server, address: [u8; 4], path: &str, headers: &str, body: &str) -> String {
    let mut caller = Caller::call_from(server, address).await;
    let length = body.len();
    caller
        .say(&format!(
            "POST {path} HTTP/1.1\r\nHost: guichet\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ))
        .await;
    caller.hear().await
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or_else(|| panic!("no answer: {answer}"))
}
