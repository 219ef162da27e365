//! The bare prototype: what this machine can do for a webhook whose messages are on disk before they are answered.
//!
//! It has the server's HTTP stack (axum on hyper, a runtime of as many threads as cores), allocator, database engine and
//! durability: SQLite in WAL mode with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`. It reads a post as the
//! generic webhook does (the secret, JSON or a form), writes the message and what is answered to it as two rows of the
//! shape and size of the server's log, and answers when they are flushed. Whatever waits is written together: one
//! transaction a group on SQLite's one connection, one statement a group on PostgreSQL.
//!
//! It leaves out all that makes it a claims service: no flow and no understanding (the answers are those of one recorded
//! conversation, in `replies.json`), no state, facts, dossier, timeline or seal, no redelivery recognised, nothing that can be
//! found again but by its row's number, no checks of the disk, no metrics. Where a conversation stands is counted in memory.
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
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{
    Connection as _, Executor as _, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The most messages that are written together.
const GROUP: usize = 512;
/// The most rows in one SQLite statement.
const ROWS: usize = 128;

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
    /// The person's number and the message's identifier.
    key: String,
    /// JSON.
    body: Cow<'static, str>,
    at: i64,
}

struct Waiting {
    rows: [Row; 2],
    stored: oneshot::Sender<()>,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let (writer, queue) = mpsc::channel(4096);
    let log = Log::open(&options.url).await;
    tokio::spawn(write(log, queue));
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
    let row = |seq, author, key, body| Row { conversation, seq, author, key, body, at };
    let body = serde_json::to_string(&json!({ "text": message.text })).unwrap();
    let rows = [
        row(seq, "policyholder", format!("{}|{}", message.from, message.id), Cow::Owned(body)),
        row(seq + 1, "guichet", String::new(), Cow::Borrowed(&answer.kept)),
    ];
    let (stored, waits) = oneshot::channel();
    app.writer.send(Waiting { rows, stored }).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
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

/// The database.
enum Log {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

const TABLE: &str = "CREATE TABLE log (conversation BIGINT NOT NULL, seq BIGINT NOT NULL, author TEXT NOT NULL, key TEXT NOT NULL, \
                     body TEXT NOT NULL, at BIGINT NOT NULL)";
const INSERT: &str = "INSERT INTO log (conversation, seq, author, key, body, at)";

impl Log {
    async fn open(url: &str) -> Self {
        let Some(path) = url.strip_prefix("sqlite:") else {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection.execute(TABLE).await.unwrap();
            return Self::Postgres(connection);
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", "0")
            .statement_cache_capacity(2 * ROWS);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        connection.execute(TABLE).await.unwrap();
        tokio::spawn(checkpoint(SqliteConnection::connect_with(&options).await.unwrap(), format!("{path}-wal")));
        Self::Sqlite(connection)
    }

    /// Writes and flushes.
    async fn write(&mut self, rows: &[&Row]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                connection.execute("BEGIN IMMEDIATE").await?;
                for rows in rows.chunks(ROWS) {
                    let values = vec!["(?,?,?,?,?,?)"; rows.len()].join(",");
                    let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{INSERT} VALUES {values}")));
                    for row in rows {
                        let Row { conversation, seq, author, key, body, at } = row;
                        query = query.bind(conversation).bind(seq).bind(author).bind(&**key).bind(&**body).bind(at);
                    }
                    query.execute(&mut *connection).await?;
                }
                connection.execute("COMMIT").await?;
            }
            Self::Postgres(connection) => {
                const ARRAYS: &str = "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[])";
                static STATEMENT: LazyLock<String> = LazyLock::new(|| format!("{INSERT} {ARRAYS}"));
                let each = |number: fn(&Row) -> i64| rows.iter().map(|row| number(row)).collect::<Vec<_>>();
                sqlx::query(sqlx::AssertSqlSafe(STATEMENT.as_str()))
                    .bind(each(|row| row.conversation))
                    .bind(each(|row| row.seq))
                    .bind(rows.iter().map(|row| row.author).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| &*row.body).collect::<Vec<_>>())
                    .bind(each(|row| row.at))
                    .execute(connection)
                    .await?;
            }
        }
        Ok(())
    }
}

/// The one task that writes: all that waits, again and again. It ends with the first error.
async fn write(mut log: Log, mut queue: mpsc::Receiver<Waiting>) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let rows: Vec<&Row> = group.iter().flat_map(|waiting| &waiting.rows).collect();
        log.write(&rows).await.unwrap();
        for waiting in group.drain(..) {
            // Whoever went away needs no answer.
            let _ = waiting.stored.send(());
        }
    }
}

/// Moves what was written into the database's file when there is enough of it, off the writer's way, as the server does.
async fn checkpoint(mut connection: SqliteConnection, log: String) {
    const FROM: u64 = 64 * 1024 * 1024;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if tokio::fs::metadata(&log).await.is_ok_and(|log| log.len() >= FROM) {
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await.unwrap();
        }
    }
}
