//! The bare prototype: what this machine can do for a webhook whose messages are on disk before they are answered.
//!
//! It has the server's HTTP stack (axum on hyper, a runtime of as many threads as cores), allocator, database engine and
//! durability: SQLite in WAL mode with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`. It reads a post as the
//! generic webhook does (the secret, JSON or a form), writes as many bytes as the server does for this message, and answers
//! when they are flushed. Whatever waits is written together: one transaction a group by SQLite's one thread, one statement a
//! group on PostgreSQL.
//!
//! What it writes is recorded: `replies.json` holds, for each message of one person's claim, what the server answered and the
//! size of every row that it wrote then (its key, the entries of the log, the fence, what changed of the conversation and
//! the dossier). The prototype writes rows of these sizes, the message itself in the first of them, into one table whose key is
//! the row's number: the least that an engine can do with so many rows and bytes.
//!
//! It leaves out all that makes it a claims service: no flow and no understanding, no state, facts, dossier, timeline or
//! seal, nothing that knows a redelivery or finds a conversation again, no checks of the disk, no metrics. Where a conversation
//! stands is counted in memory.
//!
//! `tests/load/run ENGINE --versus prototype` measures it in turns with the server. By hand:
//! `cargo run --release --example prototype -- sqlite:target/prototype.db`.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::{get, post},
};
use clap::Parser;
use rusqlite::TransactionBehavior;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::{mpsc, oneshot};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The most messages that are written together.
const GROUP: usize = 512;

/// What belongs to the first message of a conversation, the second, and so on.
static RECORDED: LazyLock<Vec<Recorded>> =
    LazyLock::new(|| serde_json::from_str(include_str!("replies.json")).unwrap());
/// What rows are filled with: all that was said, which an engine compresses no better than what the server writes.
static FILLING: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let said = || RECORDED.iter().flat_map(|message| &message.said).flat_map(|said| said.bytes());
    let largest = RECORDED.iter().flat_map(|message| &message.rows).max().unwrap();
    said().cycle().take(said().count() + largest).collect()
});

/// The bare prototype that the server is measured against.
#[derive(Debug, Parser)]
struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    url: String,
    #[arg(long, default_value = "127.0.0.1:8481")]
    listen: SocketAddr,
    #[arg(long, default_value = "load")]
    secret: String,
}

#[derive(Clone)]
struct App(Arc<Inner>);

struct Inner {
    /// What the `Authorization` header must hold.
    authorization: String,
    writer: mpsc::Sender<Waiting>,
    conversations: Mutex<Conversations>,
}

/// Where each person's conversation stands.
#[derive(Default)]
struct Conversations {
    /// Its number, and how many messages it had.
    open: HashMap<String, (i64, usize)>,
    begun: i64,
}

/// What the server did for a message, see `load record`.
#[derive(Deserialize)]
struct Recorded {
    /// Its answers, as the person reads them.
    said: Vec<String>,
    /// The sizes of the rows that it wrote.
    rows: Vec<usize>,
}

/// A post.
#[derive(Deserialize)]
struct Message {
    id: String,
    from: String,
    text: String,
}

/// The answer to it.
#[derive(Serialize)]
struct Received {
    conversation: i64,
    seq: usize,
    duplicate: bool,
    replies: &'static [String],
}

struct Waiting {
    /// The first row.
    message: Vec<u8>,
    /// The sizes of the others.
    others: &'static [usize],
    stored: oneshot::Sender<()>,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let (writer, queue) = mpsc::channel(4096);
    if let Some(file) = options.url.strip_prefix("sqlite:").map(str::to_owned) {
        let again = file.clone();
        std::thread::spawn(move || write_sqlite(&file, queue));
        std::thread::spawn(move || checkpoint(&again));
    } else {
        tokio::spawn(write_postgres(options.url, queue));
    }
    let authorization = format!("Bearer {}", options.secret);
    let app = App(Arc::new(Inner { authorization, writer, conversations: Mutex::default() }));
    let router =
        Router::new().route("/ready", get(|| async {})).route("/channels/sms/{account}", post(receive)).with_state(app);
    let listener = tokio::net::TcpListener::bind(options.listen).await.unwrap();
    axum::serve(listener, router).await.unwrap();
}

async fn receive(State(App(app)): State<App>, headers: HeaderMap, body: Bytes) -> Result<Json<Received>, StatusCode> {
    let header = |name| headers.get(name).map(header::HeaderValue::as_bytes).unwrap_or_default();
    if header(header::AUTHORIZATION) != app.authorization.as_bytes() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let message = read(header(header::CONTENT_TYPE), &body).ok_or(StatusCode::UNPROCESSABLE_ENTITY)?;
    let (conversation, number) = app.conversations.lock().unwrap().next(&message.from);
    let Recorded { said, rows } = &RECORDED[number];
    let (first, others) = rows.split_first().unwrap();
    let mut message =
        serde_json::to_vec(&json!({ "id": message.id, "from": message.from, "text": message.text })).unwrap();
    message.extend_from_slice(&FILLING[..first.saturating_sub(message.len())]);
    let (stored, waits) = oneshot::channel();
    app.writer.send(Waiting { message, others, stored }).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    waits.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(Received { conversation, seq: 2 * number, duplicate: false, replies: said }))
}

fn read(content_type: &[u8], body: &[u8]) -> Option<Message> {
    if content_type.starts_with(b"application/x-www-form-urlencoded") {
        let mut fields: HashMap<_, _> = url::form_urlencoded::parse(body).into_owned().collect();
        let mut take = |name| fields.remove(name);
        return Some(Message { id: take("id")?, from: take("from")?, text: take("text")? });
    }
    serde_json::from_slice(body).ok()
}

impl Conversations {
    /// The person's conversation, and the number of the message in it. After the last answer another one begins.
    fn next(&mut self, from: &str) -> (i64, usize) {
        let Some((conversation, number)) = self.open.get_mut(from) else {
            self.begun += 1;
            self.open.insert(from.to_owned(), (self.begun, 0));
            return (self.begun, 0);
        };
        *number += 1;
        let at = (*conversation, *number);
        if at.1 == RECORDED.len() - 1 {
            self.open.remove(from);
        }
        at
    }
}

impl Waiting {
    /// Its rows, of which the first has this number.
    fn rows(&self, number: i64) -> impl Iterator<Item = (i64, &[u8])> {
        let filled = self.others.iter().zip(number..).map(|(size, number)| {
            // Each begins elsewhere, so that no two are the same.
            let begin = usize::try_from(number).unwrap() * 61 % (FILLING.len() - size);
            (number + 1, &FILLING[begin..begin + size])
        });
        std::iter::once((number, &*self.message)).chain(filled)
    }

    fn count(&self) -> i64 {
        1 + i64::try_from(self.others.len()).unwrap()
    }
}

/// The one thread that writes SQLite: all that waits, again and again. It ends with the first error.
fn write_sqlite(file: &str, mut queue: mpsc::Receiver<Waiting>) {
    let mut connection = open_sqlite(file);
    connection.execute_batch("CREATE TABLE written (number INTEGER PRIMARY KEY, body BLOB NOT NULL)").unwrap();
    let mut group = Vec::with_capacity(GROUP);
    let mut next = 1;
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        {
            let mut add = transaction.prepare_cached("INSERT INTO written VALUES (?, ?)").unwrap();
            for waiting in &group {
                for row in waiting.rows(next) {
                    add.execute(row).unwrap();
                }
                next += waiting.count();
            }
        }
        transaction.commit().unwrap();
        answer(&mut group);
        if REMAINS_LITTLE.swap(false, Ordering::Relaxed) {
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
        }
    }
}

fn open_sqlite(file: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        .unwrap();
    connection
}

/// Whether so little of the log remains to be copied that the writer does it.
static REMAINS_LITTLE: AtomicBool = AtomicBool::new(false);

/// Moves what was written into the database's file when there is enough of it, as the server does: off the writer's way, but
/// for the end.
fn checkpoint(file: &str) {
    const FROM: i64 = 16_000;
    const REMAINDER: i64 = 250;
    let connection = open_sqlite(file);
    let run = |mode: &str| -> (i64, i64) {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(1)?, row.get(2)?));
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], row).unwrap()
    };
    loop {
        std::thread::sleep(Duration::from_millis(200));
        if run("NOOP").0 >= FROM {
            let remains = (0..8).map(|_| run("PASSIVE")).map(|(pages, copied)| pages - copied);
            if remains.into_iter().any(|pages| pages <= REMAINDER) {
                REMAINS_LITTLE.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// The one task that writes PostgreSQL.
async fn write_postgres(url: String, mut queue: mpsc::Receiver<Waiting>) {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE written (number BIGINT NOT NULL PRIMARY KEY, body BYTEA NOT NULL)").await.unwrap();
    let mut group = Vec::with_capacity(GROUP);
    let mut next = 1;
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let (mut numbers, mut bodies) = (Vec::new(), Vec::new());
        for waiting in &group {
            for (number, body) in waiting.rows(next) {
                numbers.push(number);
                bodies.push(body);
            }
            next += waiting.count();
        }
        sqlx::query("INSERT INTO written SELECT * FROM UNNEST($1::bigint[], $2::bytea[])")
            .bind(numbers)
            .bind(bodies)
            .execute(&mut connection)
            .await
            .unwrap();
        answer(&mut group);
    }
}

fn answer(group: &mut Vec<Waiting>) {
    for waiting in group.drain(..) {
        // Whoever went away needs no answer.
        let _ = waiting.stored.send(());
    }
}
