//! Lines of the chat that are open and say nothing while others write: what each costs the server's memory, and what all of
//! them add to a message.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use crate::process;

/// Conversations that are opened from one address: the server allows 30 in an hour.
const PER_ADDRESS: u32 = 25;
/// Before memory is looked at: what was done is done, and the allocator has put its house in order.
const SETTLES: Duration = Duration::from_secs(3);

/// The lines, until they are closed.
pub(crate) struct IdleLines {
    lines: Vec<TcpStream>,
    server: Option<u32>,
    cost: Option<f64>,
}

/// What the lines took of the server's memory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Idle {
    pub(crate) lines: usize,
    pub(crate) kib_a_line: Option<f64>,
    /// What the process had less of when they were closed.
    pub(crate) kib_given_back_a_line: Option<f64>,
}

impl IdleLines {
    /// Opens so many conversations at a server of this machine, and a line to each.
    pub(crate) async fn open(url: &str, count: u32, server: Option<u32>) -> Self {
        let server_address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let run = getrandom::u64().unwrap();
        let mut tokens = Vec::new();
        for number in 0..count {
            tokens.push(converse(&server_address, number, &format!("{run:032x}{number:032x}")).await);
        }
        tokio::time::sleep(SETTLES).await;
        let before = resident(server);
        let mut lines = Vec::new();
        for (number, token) in (0..).zip(&tokens) {
            lines.push(listen(&server_address, number, token).await);
        }
        tokio::time::sleep(SETTLES).await;
        let cost = before.zip(resident(server)).map(|(before, after)| a_line(after - before, lines.len()));
        Self { lines, server, cost }
    }

    /// Closes them all.
    pub(crate) async fn close(self) -> Idle {
        let count = self.lines.len();
        let before = resident(self.server);
        drop(self.lines);
        tokio::time::sleep(SETTLES).await;
        let given_back = before.zip(resident(self.server)).map(|(before, after)| a_line(before - after, count));
        Idle { lines: count, kib_a_line: self.cost, kib_given_back_a_line: given_back }
    }
}

#[expect(clippy::cast_precision_loss, reason = "kilobytes of one process are far below 2^52")]
fn a_line(kib: i64, lines: usize) -> f64 {
    kib as f64 / lines as f64
}

fn resident(server: Option<u32>) -> Option<i64> {
    server.map(|pid| i64::try_from(process::usage(pid).resident_kib).unwrap())
}

/// A connection from one of this machine's own addresses: each may open so many conversations and no more.
async fn connect(server: &str, number: u32) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let [.., high, low] = (1 + number / PER_ADDRESS).to_be_bytes();
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1, high, low), 0))).unwrap();
    socket.connect(server.parse().unwrap()).await.unwrap()
}

/// Opens a conversation; its secret.
async fn converse(server: &str, number: u32, client_id: &str) -> String {
    let body = format!(r#"{{"insurer":"demo","lang":"fr","client_id":"{client_id}"}}"#);
    let mut connection = connect(server, number).await;
    let request = format!(
        "POST /chat/api/conversations HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let token = answer.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next());
    token.unwrap_or_else(|| panic!("no conversation was opened: {answer}")).to_owned()
}

/// Opens a line and hears its first message.
async fn listen(server: &str, number: u32, token: &str) -> TcpStream {
    let mut connection = connect(server, number).await;
    let request = format!(
        "GET /chat/api/events HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\n\
         Accept: text/event-stream\r\nAccept-Language: fr,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("event: message") {
        assert_ne!(connection.read_buf(&mut heard).await.unwrap(), 0, "{}", String::from_utf8_lossy(&heard));
    }
    connection
}
