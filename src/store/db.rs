//! One face for the two engines: a query is written once, with `$1` placeholders, and its values are text or integers.
//!
//! `sqlx::Any` would do the same with nine kinds of values and a slower path; here two are enough, because ids are text,
//! times and money are integers and structures are JSON.

use std::{path::PathBuf, str::FromStr, time::Duration};

use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Column as _, Executor, PgPool, Row as _, SqlitePool, ValueRef as _,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};

use super::error::StoreError;

/// The two engines behind one contract.
#[derive(Clone, Debug)]
pub(super) enum Db {
    Sqlite {
        /// One connection: SQLite has one writer, and waiting in our queue is fairer than its busy time-out.
        writer: SqlitePool,
        readers: SqlitePool,
        file: PathBuf,
    },
    Postgres(PgPool),
}

/// Which SQL is spoken, where the engines differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The engine's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A value to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arg {
    Text(String),
    Int(i64),
    NullText,
    NullInt,
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<Option<String>> for Arg {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::NullText, Self::Text)
    }
}

impl From<Option<i64>> for Arg {
    fn from(int: Option<i64>) -> Self {
        int.map_or(Self::NullInt, Self::Int)
    }
}

impl From<Timestamp> for Arg {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_millisecond())
    }
}

impl From<Option<Timestamp>> for Arg {
    fn from(time: Option<Timestamp>) -> Self {
        time.map_or(Self::NullInt, Self::from)
    }
}

/// Binds values of several types: `args![id, now, name]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { [$($crate::store::db::Arg::from($value)),*] };
}
pub(super) use args;

/// A row of either engine.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn text(&self, column: usize) -> Result<String, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn is_null(&self, column: usize) -> Result<bool, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_raw(column)?.is_null(),
            Self::Postgres(row) => row.try_get_raw(column)?.is_null(),
        })
    }

    /// The error that a column's value is none of ours.
    pub(super) fn unreadable(&self, column: usize) -> StoreError {
        StoreError::UnreadableColumn(match self {
            Self::Sqlite(row) => row.column(column).name().to_owned(),
            Self::Postgres(row) => row.column(column).name().to_owned(),
        })
    }

    pub(super) fn text_or_null(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn int(&self, column: usize) -> Result<i64, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.int(column)?).map_err(|_| self.unreadable(column))
    }

    pub(super) fn parse_or_null<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.text_or_null(column)?.map(|text| text.parse()).transpose().map_err(|_| self.unreadable(column))
    }

    /// A value kept as JSON.
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(StoreError::Unreadable)
    }

    /// A value kept as JSON that is only shown and never written again: one that another version wrote and that this one
    /// cannot read is empty, and fails no page.
    pub(super) fn json_or_default<T: serde::de::DeserializeOwned + Default>(
        &self,
        column: usize,
    ) -> Result<T, StoreError> {
        Ok(serde_json::from_str(&self.text(column)?).unwrap_or_else(|error| {
            tracing::warn!(%error, column, "a stored value does not read back");
            T::default()
        }))
    }

    /// A value kept as text that parses.
    pub(super) fn parse<T: FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.unreadable(column))
    }
}

/// Runs `$body` with `$query` bound for the engine at hand.
macro_rules! bind {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for arg in $args {
            query = match arg {
                Arg::Text(text) => query.bind(text.as_str()),
                Arg::Int(int) => query.bind(*int),
                Arg::NullText => query.bind(None::<&str>),
                Arg::NullInt => query.bind(None::<i64>),
            };
        }
        query
    }};
}

impl Db {
    /// Opens `sqlite:PATH` (created when it is not there) or `postgres://…`.
    pub(super) async fn open(url: &str, synchronous: Synchronous) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(PathBuf::from(path.trim_start_matches("//")), synchronous).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?
                .application_name("guichet")
                .statement_cache_capacity(256)
                // As SQLite's busy time-out: refuse before the acknowledgement rather than keep the sender waiting.
                .options([("lock_timeout", "5s")]);
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(5))
                .connect_with(options)
                .await?;
            Ok(Self::Postgres(pool))
        } else {
            Err(StoreError::UnknownScheme)
        }
    }

    async fn open_sqlite(file: PathBuf, synchronous: Synchronous) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(match synchronous {
                Synchronous::Full => SqliteSynchronous::Full,
                Synchronous::Normal => SqliteSynchronous::Normal,
            })
            .busy_timeout(Duration::from_secs(5))
            .pragma("cache_size", "-65536")
            // The checkpointer does this off the writer's path, see `checkpoint`.
            .pragma("wal_autocheckpoint", "0")
            .pragma("temp_store", "memory")
            // A group's statements differ by their number of rows, see `batch`.
            .statement_cache_capacity(1024);
        let writer = open_writer(&options).await?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&writer).await?;
        if !is_safe_sqlite(&version) {
            return Err(StoreError::OldSqlite(version));
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self::Sqlite { writer, readers, file })
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection apart from the pools, for the checkpointer.
    pub(super) async fn another_connection(&self) -> Result<SqlitePool, StoreError> {
        let Self::Sqlite { writer, .. } = self else { return Err(StoreError::UnknownScheme) };
        let options = writer.connect_options();
        Ok(SqlitePoolOptions::new().max_connections(1).connect_with((*options).clone()).await?)
    }

    /// Reads outside a transaction.
    pub(super) async fn fetch(&self, sql: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                bind!(sql, args).fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => bind!(sql, args).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect(),
        })
    }

    /// Reads one row, or none.
    pub(super) async fn fetch_one(&self, sql: &str, args: &[Arg]) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, args).await?.into_iter().next())
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await?;
                connection.execute("BEGIN IMMEDIATE").await?;
                Tx::Sqlite(Some(connection))
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                connection.execute("BEGIN").await?;
                Tx::Postgres(Some(connection))
            }
        })
    }

    /// One statement that writes, in a transaction of its own. Returns how many rows it touched.
    pub(super) async fn execute(&self, sql: &str, args: &[Arg]) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => bind!(sql, args).execute(writer).await?.rows_affected(),
            Self::Postgres(pool) => bind!(sql, args).execute(pool).await?.rows_affected(),
        })
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Opens the one connection that writes. Another program that opens the same new file at the same instant makes the change
/// to WAL fail at once, whatever the busy time-out: it is tried again for a moment.
async fn open_writer(options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    const ATTEMPTS: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(100);

    let mut attempt = 1;
    loop {
        let opened = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await;
        match opened.map_err(StoreError::from) {
            Err(StoreError::Locked) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE).await,
            opened => return opened,
        }
        attempt += 1;
    }
}

/// How hard SQLite flushes. Only the power-cut test uses anything but `Full`, to prove that it can see the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    #[default]
    Full,
    Normal,
}

/// 3.51.3 repaired a corruption when the WAL is reset.
fn is_safe_sqlite(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.as_slice() >= [3, 51, 3].as_slice()
}

/// A transaction. It must end in [`Tx::commit`]; dropped before, its connection is closed and so rolled back.
pub(super) enum Tx {
    Sqlite(Option<PoolConnection<sqlx::Sqlite>>),
    Postgres(Option<PoolConnection<sqlx::Postgres>>),
}

impl Tx {
    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    pub(super) async fn fetch(&mut self, sql: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(Some(connection)) => {
                bind!(sql, args).fetch_all(&mut **connection).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(Some(connection)) => {
                bind!(sql, args).fetch_all(&mut **connection).await?.into_iter().map(Row::Postgres).collect()
            }
            Self::Sqlite(None) | Self::Postgres(None) => return Err(StoreError::TransactionOver),
        })
    }

    /// Several statements without values, such as a migration.
    pub(super) async fn run_script(&mut self, sql: &str) -> Result<(), StoreError> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(Some(connection)) => script.execute(&mut **connection).await.map(drop)?,
            Self::Postgres(Some(connection)) => script.execute(&mut **connection).await.map(drop)?,
            Self::Sqlite(None) | Self::Postgres(None) => return Err(StoreError::TransactionOver),
        }
        Ok(())
    }

    /// A statement that binds arrays (PostgreSQL's `UNNEST`).
    pub(super) async fn fetch_arrays(&mut self, sql: &str, arrays: &[Array]) -> Result<Vec<Row>, StoreError> {
        let Self::Postgres(Some(connection)) = self else { return Err(StoreError::TransactionOver) };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for array in arrays {
            query = match array {
                Array::Text(values) => query.bind(values),
                Array::Int(values) => query.bind(values),
            };
        }
        Ok(query.fetch_all(&mut **connection).await?.into_iter().map(Row::Postgres).collect())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.end("COMMIT").await
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        self.end("ROLLBACK").await
    }

    /// On an error the connection stays in place, and is closed with the transaction.
    async fn end(mut self, sql: &'static str) -> Result<(), StoreError> {
        match &mut self {
            Self::Sqlite(Some(open)) => open.execute(sql).await.map(|_| ())?,
            Self::Postgres(Some(open)) => open.execute(sql).await.map(|_| ())?,
            Self::Sqlite(None) | Self::Postgres(None) => {}
        }
        match &mut self {
            Self::Sqlite(connection) => drop(connection.take()),
            Self::Postgres(connection) => drop(connection.take()),
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        match self {
            Self::Sqlite(Some(connection)) => connection.close_on_drop(),
            Self::Postgres(Some(connection)) => connection.close_on_drop(),
            Self::Sqlite(None) | Self::Postgres(None) => {}
        }
    }
}

/// The values of one column for a whole group of rows.
#[derive(Debug)]
pub(super) enum Array {
    Text(Vec<Option<String>>),
    Int(Vec<Option<i64>>),
}

impl Array {
    /// The next row's value; one of the other kind is null.
    pub(super) fn push(&mut self, value: Arg) {
        match (self, value) {
            (Self::Text(values), Arg::Text(text)) => values.push(Some(text)),
            (Self::Text(values), _) => values.push(None),
            (Self::Int(values), Arg::Int(int)) => values.push(Some(int)),
            (Self::Int(values), _) => values.push(None),
        }
    }
}
