//! The bare prototype: what this machine can do for a webhook whose messages are on disk before they are answered.
//!
//! It has the server's HTTP stack (axum on hyper, a runtime of as many threads as cores), allocator, database engine and
//! durability: SQLite in WAL mode with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`. It reads a post as the
//! generic webhook does (the secret, JSON or a form), writes three rows and answers when they are flushed: the message and
//! what is answered to it, of the size that they have in the server's log and found by conversation and number as there,
//! and the key of the message, which may be there once. Whatever waits is written together: one transaction a group by SQLite's
//! one thread, one statement a group on PostgreSQL.
//!
//! It leaves out all that makes it a claims service: no flow and no understanding (the answers are those of one recorded
//! conversation, in `replies.json`), no state, facts, dossier, timeline or seal, nothing that answers a redelivery (it fails),
//! no checks of the disk, no metrics. Where a conversation stands is counted in memory.
//!
//! `tests/load/run ENGINE --versus prototype` measures it in turns with the server. By hand:
//! `cargo run --release --example prototype -- sqlite:target/prototype.db`.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]

use std::{
    borrow::Cow,
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
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
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::{mpsc, oneshot};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The most messages that are written together.
const GROUP: usize = 512;

/// The answers to the first message of a conversation, the second, and so on.
static ANSWERS: LazyLock<Vec<Answer>> = LazyLock::new(|| {
    let recorded: Vec<Recorded> = serde_json::from_str(include_str!("replies.json")).unwrap();
    recorded.into_iter().map(|Recorded { said, kept }| Answer { said, kept: kept.to_string() }).collect()
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

#[derive(Deserialize)]
struct Recorded {
    said: Vec<String>,
    kept: Value,
}

struct Answer {
    /// As the person reads it.
    said: Vec<String>,
    /// As the server's log holds it, with the buttons below it.
    kept: String,
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

/// A row of the log.
struct Row {
    conversation: i64,
    seq: i64,
    author: &'static str,
    /// JSON.
    body: Cow<'static, str>,
    at: i64,
}

struct Waiting {
    /// By which a redelivery would be known.
    key: String,
    rows: [Row; 2],
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
    let answer = &ANSWERS[number];
    let seq = i64::try_from(2 * number).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a program by itself, without the house's clock")]
    let at = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let row = |seq, author, body| Row { conversation, seq, author, body, at };
    let body = serde_json::to_string(&json!({ "text": message.text })).unwrap();
    let rows = [row(seq, "policyholder", Cow::Owned(body)), row(seq + 1, "guichet", Cow::Borrowed(&answer.kept))];
    let key = format!("sms|{}|{}", message.from, message.id);
    let (stored, waits) = oneshot::channel();
    app.writer.send(Waiting { key, rows, stored }).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    waits.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(Received { conversation, seq: 2 * number, duplicate: false, replies: &answer.said }))
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
        if at.1 == ANSWERS.len() - 1 {
            self.open.remove(from);
        }
        at
    }
}

/// The tables; `end` is what the engine has to say of each besides.
fn schema(end: &str) -> String {
    format!(
        "CREATE TABLE log (conversation BIGINT NOT NULL, seq BIGINT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL, \
         at BIGINT NOT NULL, PRIMARY KEY (conversation, seq)){end}; \
         CREATE TABLE received (key TEXT NOT NULL PRIMARY KEY, conversation BIGINT NOT NULL, seq BIGINT NOT NULL){end}"
    )
}

const ADD_ROWS: &str = "INSERT INTO log (conversation, seq, author, body, at)";
const ADD_KEYS: &str = "INSERT INTO received (key, conversation, seq)";

/// The one thread that writes SQLite: all that waits, again and again. It ends with the first error.
fn write_sqlite(file: &str, mut queue: mpsc::Receiver<Waiting>) {
    let mut connection = open_sqlite(file);
    connection.execute_batch(&schema(" WITHOUT ROWID")).unwrap();
    let (add_key, add_row) = (format!("{ADD_KEYS} VALUES (?, ?, ?)"), format!("{ADD_ROWS} VALUES (?, ?, ?, ?, ?)"));
    let mut group = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        {
            let mut key_of = transaction.prepare_cached(&add_key).unwrap();
            let mut row_of = transaction.prepare_cached(&add_row).unwrap();
            for Waiting { key, rows, .. } in &group {
                key_of.execute((key, rows[0].conversation, rows[0].seq)).unwrap();
                for Row { conversation, seq, author, body, at } in rows {
                    row_of.execute((conversation, seq, author, &**body, at)).unwrap();
                }
            }
        }
        transaction.commit().unwrap();
        answer(&mut group);
    }
}

fn open_sqlite(file: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        .unwrap();
    connection
}

/// Moves what was written into the database's file when there is enough of it, off the writer's way, as the server does.
fn checkpoint(file: &str) {
    const FROM: u64 = 64 * 1024 * 1024;
    let connection = open_sqlite(file);
    loop {
        std::thread::sleep(Duration::from_millis(200));
        if std::fs::metadata(format!("{file}-wal")).is_ok_and(|log| log.len() >= FROM) {
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
        }
    }
}

/// The one task that writes PostgreSQL.
async fn write_postgres(url: String, mut queue: mpsc::Receiver<Waiting>) {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(schema("")))).await.unwrap();
    let statement = format!(
        "WITH keys AS ({ADD_KEYS} SELECT * FROM UNNEST($1::text[], $2::bigint[], $3::bigint[])) \
         {ADD_ROWS} SELECT * FROM UNNEST($4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[])"
    );
    let mut group = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let first = |number: fn(&Row) -> i64| group.iter().map(|one| number(&one.rows[0])).collect::<Vec<_>>();
        let rows = || group.iter().flat_map(|one| &one.rows);
        let each = |number: fn(&Row) -> i64| rows().map(number).collect::<Vec<_>>();
        sqlx::query(sqlx::AssertSqlSafe(statement.as_str()))
            .bind(group.iter().map(|one| one.key.as_str()).collect::<Vec<_>>())
            .bind(first(|row| row.conversation))
            .bind(first(|row| row.seq))
            .bind(each(|row| row.conversation))
            .bind(each(|row| row.seq))
            .bind(rows().map(|row| row.author).collect::<Vec<_>>())
            .bind(rows().map(|row| &*row.body).collect::<Vec<_>>())
            .bind(each(|row| row.at))
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
