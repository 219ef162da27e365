//! Inner keys: the rows that a turn writes, under keys of 36 characters as the store has them, of the same 16 bytes, and of
//! integers. The tables, their indexes and the sizes of their values are the store's. The three take turns, on tables that
//! hold years of work.

use std::{fmt::Write as _, path::Path, time::Duration};

use rusqlite::{Connection, types::Value};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use crate::{cpu, process};

/// How many turns are stored by one transaction.
const GROUP: u64 = 64;
/// Entries of the log that a message makes.
const ENTRIES: u64 = 4;
/// A turn of so many writes the dossier's row.
const DOSSIER_EVERY: u64 = 8;
/// Messages of a conversation.
const MESSAGES: u64 = 29;

#[derive(Clone, Copy)]
enum Form {
    Text,
    Bytes,
    Integer,
}

/// What each is called, and its type on SQLite and on PostgreSQL.
const FORMS: [(Form, &str, &str, &str); 3] = [
    (Form::Text, "36 characters", "TEXT", "TEXT COLLATE \"C\""),
    (Form::Bytes, "16 bytes", "BLOB", "BYTEA"),
    (Form::Integer, "integers", "INTEGER", "BIGINT"),
];

/// The sixteen bytes of an identifier that is made in the order of its number.
fn uuid(number: u64) -> uuid::Uuid {
    let random = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let mut bits = [0; 10];
    bits[2..].copy_from_slice(&random);
    uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + number * 30, &bits).into_uuid()
}

impl Form {
    fn key(self, number: u64) -> Value {
        match self {
            Self::Text => Value::Text(uuid(number).to_string()),
            Self::Bytes => Value::Blob(uuid(number).as_bytes().to_vec()),
            Self::Integer => Value::Integer(number.try_into().unwrap()),
        }
    }
}

/// One turn: a message of a conversation.
#[derive(Clone, Copy)]
struct Turn {
    conversation: u64,
    message: u64,
}

impl Turn {
    /// The turns of a group: so many conversations side by side, then the next ones.
    fn group(first: u64, group: u64) -> impl Iterator<Item = Self> {
        let (block, message) = (group / MESSAGES, group % MESSAGES);
        (0..GROUP).map(move |place| Self { conversation: first + block * GROUP + place, message })
    }

    fn writes_dossier(self) -> bool {
        self.message.is_multiple_of(DOSSIER_EVERY)
    }
}

fn tables(key: &str, bytes: &str, without_rowid: &str) -> Vec<String> {
    vec![
        format!(
            "CREATE TABLE log (conversation {key} NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, seq BIGINT, actor TEXT \
             NOT NULL, at BIGINT NOT NULL, key TEXT, value TEXT, salt {bytes}, digest {bytes} NOT NULL, chain {bytes} NOT NULL, \
             PRIMARY KEY (conversation, number))"
        ),
        format!(
            "CREATE TABLE fence (conversation {key} NOT NULL PRIMARY KEY, revision BIGINT NOT NULL, log_chain {bytes} NOT NULL, \
             timing TEXT NOT NULL) {without_rowid}"
        ),
        format!(
            "CREATE TABLE received (key {bytes} NOT NULL PRIMARY KEY, conversation {key} NOT NULL, at BIGINT NOT NULL) {without_rowid}"
        ),
        format!(
            "CREATE TABLE dossier (id {key} NOT NULL PRIMARY KEY, conversation {key} NOT NULL, reference TEXT NOT NULL UNIQUE, \
             facet TEXT NOT NULL, latest BIGINT NOT NULL, lacking BIGINT NOT NULL, holder_key TEXT NOT NULL, rest TEXT NOT NULL) \
             {without_rowid}"
        ),
        "CREATE INDEX dossier_conversation ON dossier (conversation)".to_owned(),
        "CREATE INDEX dossier_latest ON dossier (facet, latest, id)".to_owned(),
        "CREATE INDEX dossier_lacking ON dossier (facet, lacking, id)".to_owned(),
        "CREATE INDEX dossier_by_reference ON dossier (facet, reference, id)".to_owned(),
        "CREATE INDEX dossier_by_holder ON dossier (facet, holder_key, id)".to_owned(),
    ]
}

/// The writes of a table: its columns' values but for the keys are the same under each form.
const LOG: &str = "INSERT INTO log (conversation, number, kind, seq, actor, at, value, salt, digest, chain)";
const FENCE: &str = "INSERT INTO fence (conversation, revision, log_chain, timing)";
const MOVE_ON: &str =
    "ON CONFLICT (conversation) DO UPDATE SET revision = excluded.revision, log_chain = excluded.log_chain";
const RECEIVED: &str = "INSERT INTO received (key, conversation, at)";
const DOSSIER: &str = "INSERT INTO dossier (id, conversation, reference, facet, latest, lacking, holder_key, rest)";
const PUT: &str =
    "ON CONFLICT (id) DO UPDATE SET facet = excluded.facet, latest = excluded.latest, lacking = excluded.lacking";

/// The rows of a group, a list for each of the four tables.
fn rows(form: Form, turns: impl Iterator<Item = Turn>) -> [Vec<Vec<Value>>; 4] {
    let text = |length: usize| Value::Text("x".repeat(length));
    let int = |number: u64| Value::Integer(number.try_into().unwrap());
    let [mut log, mut fence, mut received, mut dossier] = [const { Vec::new() }; 4];
    for turn in turns {
        let (key, digest) = (form.key(turn.conversation), Value::Blob(hash(turn)));
        for entry in 0..ENTRIES {
            let number = turn.message * ENTRIES + entry + 1;
            // A message, its answer, a line of the timeline, what changed of the state.
            let length = [60, 160, 40, 250][usize::try_from(entry).unwrap()];
            log.push(vec![
                key.clone(),
                int(number),
                text(7),
                int(number),
                text(7),
                int(1_700_000_000_000 + number),
                text(length),
                Value::Blob(vec![7; 16]),
                digest.clone(),
                digest.clone(),
            ]);
        }
        fence.push(vec![key.clone(), int(turn.message), digest.clone(), text(60)]);
        received.push(vec![digest, key.clone(), int(turn.message)]);
        if turn.writes_dossier() {
            let facet =
                ["collecting", "qualified", "oriented", "handed_over"][usize::try_from(turn.message / 8).unwrap()];
            dossier.push(vec![
                form.key(turn.conversation + 1_000_000_000),
                key,
                Value::Text(format!("{:016x}", turn.conversation.wrapping_mul(0x9e37_79b9_7f4a_7c15))),
                Value::Text(format!("{facet}|-|normal|0|water_damage|demo")),
                int(4_000_000_000_000 - turn.conversation * MESSAGES - turn.message),
                int(4_000_000_000_000 - turn.conversation * MESSAGES - turn.message),
                Value::Text(format!("{:06x} holder", turn.conversation.wrapping_mul(0x9e37_79b9) % 0x100_0000)),
                text(300),
            ]);
        }
    }
    [log, fence, received, dossier]
}

/// Thirty-two bytes without an order.
fn hash(turn: Turn) -> Vec<u8> {
    let mut state = turn.conversation * MESSAGES + turn.message;
    let parts = (0..4).flat_map(|_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (state ^ (state >> 31)).to_be_bytes()
    });
    parts.collect()
}

pub(crate) fn run(url: Option<&str>, conversations: u64, groups: u64, database: Option<u32>) {
    match url {
        None => {
            // Beside the build, on a real disk.
            let folder = tempfile::tempdir_in("target").unwrap();
            sqlite(folder.path(), conversations, groups);
        }
        Some(url) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(postgres(url, conversations, groups, database.expect("--database")));
        }
    }
}

/// Groups that one form stores before it is another's turn: whole conversations.
const IN_A_ROW: u64 = MESSAGES * 2;

/// The groups of each turn of a form.
fn rounds(groups: u64) -> impl Iterator<Item = std::ops::Range<u64>> {
    (0..groups.div_ceil(IN_A_ROW)).map(|round| round * IN_A_ROW..(round + 1) * IN_A_ROW)
}

#[expect(clippy::cast_precision_loss, reason = "only shown")]
fn print(engine: &str, groups: u64, used: [Duration; 3], logged: [u64; 3]) {
    let messages = (rounds(groups).count() as u64 * IN_A_ROW * GROUP) as f64;
    for (((_, form, ..), used), logged) in FORMS.iter().zip(used).zip(logged) {
        let (used, logged) = (used.as_secs_f64() * 1e6 / messages, logged as f64 / messages);
        println!("{engine}, keys of {form:<15}{used:>9.1} µs of CPU and{logged:>7.0} bytes of log a message");
    }
}

fn sqlite(folder: &Path, conversations: u64, groups: u64) {
    let (mut used, mut logged) = ([Duration::ZERO; 3], [0; 3]);
    let connections = FORMS.map(|(form, _, key, _)| {
        let connection = Connection::open(folder.join(key)).unwrap();
        let begin = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 16000";
        connection.execute_batch(begin).unwrap();
        connection.execute_batch(&tables(key, "BLOB", "WITHOUT ROWID").join(";")).unwrap();
        for group in 0..conversations / GROUP * MESSAGES {
            store_sqlite(&connection, &rows(form, Turn::group(0, group)));
        }
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0").unwrap();
        (form, connection)
    });
    for round in rounds(groups) {
        for (place, (form, connection)) in connections.iter().enumerate() {
            connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
            for group in round.clone() {
                let rows = rows(*form, Turn::group(conversations, group));
                let before = cpu::used();
                store_sqlite(connection, &rows);
                used[place] += cpu::used().saturating_sub(before);
            }
            let log = folder.join(format!("{}-wal", FORMS[place].2));
            logged[place] += std::fs::metadata(log).unwrap().len();
            let before = cpu::used();
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
            used[place] += cpu::used().saturating_sub(before);
        }
    }
    print("SQLite", groups, used, logged);
}

fn store_sqlite(connection: &Connection, rows: &[Vec<Vec<Value>>; 4]) {
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    for (rows, (head, tail)) in rows.iter().zip([(LOG, ""), (FENCE, MOVE_ON), (RECEIVED, ""), (DOSSIER, PUT)]) {
        let Some(width) = rows.first().map(Vec::len) else { continue };
        let sql = format!("{head} VALUES ({}) {tail}", vec!["?"; width].join(", "));
        let mut insert = connection.prepare_cached(&sql).unwrap();
        for row in rows {
            insert.execute(rusqlite::params_from_iter(row)).unwrap();
        }
    }
    connection.execute_batch("COMMIT").unwrap();
}

async fn postgres(url: &str, conversations: u64, groups: u64, database: u32) {
    let (mut used, mut logged) = ([Duration::ZERO; 3], [0; 3]);
    let mut connections = Vec::new();
    for (place, (form, .., key)) in FORMS.into_iter().enumerate() {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let schema = format!("keys_{place}");
        let mut script =
            format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; SET search_path TO {schema}");
        for table in tables(key, "BYTEA", "") {
            let _ = write!(script, "; {table}");
        }
        connection.execute(AssertSqlSafe(format!("{script}; SET synchronous_commit = off"))).await.unwrap();
        for group in 0..conversations / GROUP * MESSAGES {
            store_postgres(&mut connection, &rows(form, Turn::group(0, group))).await;
        }
        connection.execute("VACUUM ANALYZE").await.unwrap();
        connection.execute("SET synchronous_commit = on").await.unwrap();
        connections.push((form, connection));
    }
    for round in rounds(groups) {
        for (place, (form, connection)) in connections.iter_mut().enumerate() {
            let before = (process::usage(database).cpu, position(connection).await);
            for group in round.clone() {
                store_postgres(connection, &rows(*form, Turn::group(conversations, group))).await;
            }
            used[place] += process::usage(database).cpu.saturating_sub(before.0);
            logged[place] += position(connection).await - before.1;
        }
    }
    for (place, (_, mut connection)) in connections.into_iter().enumerate() {
        connection.execute(AssertSqlSafe(format!("DROP SCHEMA keys_{place} CASCADE"))).await.unwrap();
        connection.close().await.unwrap();
    }
    print("PostgreSQL", groups, used, logged);
}

/// How many bytes the server has logged.
async fn position(connection: &mut PgConnection) -> u64 {
    let sql = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";
    u64::try_from(connection.fetch_one(sql).await.unwrap().get::<i64, _>(0)).unwrap()
}

/// By one statement, as the store's plain turns are.
async fn store_postgres(connection: &mut PgConnection, rows: &[Vec<Vec<Value>>; 4]) {
    let (mut parts, mut columns) = (Vec::new(), Vec::new());
    for (rows, (head, tail)) in rows.iter().zip([(LOG, ""), (FENCE, MOVE_ON), (RECEIVED, ""), (DOSSIER, PUT)]) {
        let Some(width) = rows.first().map(Vec::len) else { continue };
        let mut arrays = Vec::new();
        for column in 0..width {
            let values: Vec<&Value> = rows.iter().map(|row| &row[column]).collect();
            let holds = match values[0] {
                Value::Integer(_) => "bigint",
                Value::Blob(_) => "bytea",
                _ => "text",
            };
            columns.push(values);
            arrays.push(format!("${}::{holds}[]", columns.len()));
        }
        parts.push(format!("p{} AS ({head} SELECT * FROM UNNEST({}) {tail})", parts.len(), arrays.join(", ")));
    }
    let sql = format!("WITH {} SELECT 1", parts.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(sql.as_str()));
    for values in columns {
        query = match values[0] {
            Value::Integer(_) => query.bind(values.iter().filter_map(|value| integer(value)).collect::<Vec<_>>()),
            Value::Blob(_) => query.bind(values.iter().filter_map(|value| bytes(value)).collect::<Vec<_>>()),
            _ => query.bind(values.iter().filter_map(|value| text(value)).collect::<Vec<_>>()),
        };
    }
    query.execute(connection).await.unwrap();
}

fn integer(value: &Value) -> Option<i64> {
    if let Value::Integer(number) = value { Some(*number) } else { None }
}

fn bytes(value: &Value) -> Option<&[u8]> {
    if let Value::Blob(bytes) = value { Some(bytes) } else { None }
}

fn text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}
