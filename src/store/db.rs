//! One face for the two engines: a query is written once, with `$1` placeholders, and its values are text, integers or
//! bytes.
//!
//! `sqlx::Any` would do the same with nine kinds of values and a slower path; here three are enough, because ids are text,
//! times and money are integers, digests are bytes and structures are JSON.
//!
//! PostgreSQL and the readers of SQLite are sqlx's pools; SQLite's one connection that writes is a [`Writer`].

use std::{borrow::Cow, path::PathBuf, str::FromStr, time::Duration};

use jiff::Timestamp;
use rusqlite::types::Value;
use sqlx::{
    AssertSqlSafe, Column as _, Executor, PgConnection, PgPool, Row as _, SqlitePool, ValueRef as _,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow},
};

use super::{
    error::StoreError,
    writer::{Place, Transaction, Writer, Written},
};

/// The two engines behind one contract.
#[derive(Clone, Debug)]
pub(super) enum Db {
    Sqlite { writer: Writer, readers: SqlitePool, file: PathBuf },
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
pub(super) enum Arg<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Bytes(Cow<'a, [u8]>),
    NullText,
    NullInt,
    NullBytes,
}

impl Arg<'_> {
    /// The value with its own text or bytes.
    pub(super) fn into_owned(self) -> Arg<'static> {
        match self {
            Self::Text(text) => Arg::Text(Cow::Owned(text.into_owned())),
            Self::Int(int) => Arg::Int(int),
            Self::Bytes(bytes) => Arg::Bytes(Cow::Owned(bytes.into_owned())),
            Self::NullText => Arg::NullText,
            Self::NullInt => Arg::NullInt,
            Self::NullBytes => Arg::NullBytes,
        }
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Arg<'_> {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Option<String>> for Arg<'_> {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::NullText, Self::from)
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(int: Option<i64>) -> Self {
        int.map_or(Self::NullInt, Self::Int)
    }
}

impl From<Timestamp> for Arg<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_millisecond())
    }
}

impl From<Option<Timestamp>> for Arg<'_> {
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
    /// Of a reader.
    Sqlite(SqliteRow),
    /// Of the writer.
    Written(Written),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn text(&self, column: usize) -> Result<String, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(row) => match row.value(column) {
                Some(Value::Text(text)) => text.clone(),
                _ => return Err(self.unreadable(column)),
            },
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn is_null(&self, column: usize) -> Result<bool, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_raw(column)?.is_null(),
            Self::Written(row) => row.value(column) == Some(&Value::Null),
            Self::Postgres(row) => row.try_get_raw(column)?.is_null(),
        })
    }

    /// The error that a column's value is none of ours.
    pub(super) fn unreadable(&self, column: usize) -> StoreError {
        StoreError::UnreadableColumn(match self {
            Self::Sqlite(row) => row.column(column).name().to_owned(),
            Self::Written(row) => row.name(column),
            Self::Postgres(row) => row.column(column).name().to_owned(),
        })
    }

    pub(super) fn text_or_null(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(_) if self.is_null(column)? => None,
            Self::Written(_) => Some(self.text(column)?),
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn int(&self, column: usize) -> Result<i64, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(row) => match row.value(column) {
                Some(Value::Integer(int)) => *int,
                _ => return Err(self.unreadable(column)),
            },
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(row) => match row.value(column) {
                Some(Value::Blob(bytes)) => bytes.clone(),
                _ => return Err(self.unreadable(column)),
            },
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
                Arg::Text(text) => query.bind(&**text),
                Arg::Int(int) => query.bind(*int),
                Arg::Bytes(bytes) => query.bind(&**bytes),
                Arg::NullText => query.bind(None::<&str>),
                Arg::NullInt => query.bind(None::<i64>),
                Arg::NullBytes => query.bind(None::<&[u8]>),
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
        let writer = Writer::open(&file, synchronous).await?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .read_only(true)
            .busy_timeout(Duration::from_secs(5))
            // Four of them; and each begins anew when the writer has written.
            .pragma("cache_size", "-4096")
            .pragma("temp_store", "memory");
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite { writer, readers, file })
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Reads outside a transaction.
    pub(super) async fn fetch(&self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                bind!(sql, args).fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => bind!(sql, args).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect(),
        })
    }

    /// Reads one row, or none.
    pub(super) async fn fetch_one(&self, sql: &str, args: &[Arg<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, args).await?.into_iter().next())
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_in(Place::Elsewhere).await
    }

    /// Begins a transaction whose statements run on the calling thread where the engine is SQLite: it is one that may block.
    pub(super) async fn begin_here(&self) -> Result<Tx, StoreError> {
        self.begin_in(Place::Here).await
    }

    async fn begin_in(&self, place: Place) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin(place).await?),
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                connection.execute("BEGIN").await?;
                Tx::Postgres(Open(Some(connection)))
            }
        })
    }

    /// One statement that writes, in a transaction of its own. Returns how many rows it touched.
    pub(super) async fn execute(&self, sql: &str, args: &[Arg<'_>]) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => writer.execute(sql, args).await?,
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

/// How hard SQLite flushes. Only the power-cut test uses anything but `Full`, to prove that it can see the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    #[default]
    Full,
    Normal,
}

/// A transaction. It must end in [`Tx::commit`]; dropped before, it is rolled back.
pub(super) enum Tx {
    Sqlite(Transaction),
    Postgres(Open),
}

/// PostgreSQL's connection until its transaction ends. Dropped before, it is closed, and the server rolls back.
pub(super) struct Open(Option<PoolConnection<sqlx::Postgres>>);

impl Tx {
    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    pub(super) async fn fetch(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.fetch(sql, args.len(), args).await,
            Self::Postgres(open) => {
                let rows = bind!(sql, args).fetch_all(open.connection()?).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Several statements without values, such as a migration.
    pub(super) async fn run_script(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.run_script(sql).await,
            Self::Postgres(open) => {
                Ok(sqlx::raw_sql(AssertSqlSafe(sql)).execute(open.connection()?).await.map(drop)?)
            }
        }
    }

    /// Runs a statement of one row for each `width` of the values (SQLite).
    pub(super) async fn fetch_each(
        &mut self,
        sql: &str,
        width: usize,
        values: &[Arg<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let Self::Sqlite(transaction) = self else { return Err(StoreError::TransactionOver) };
        transaction.fetch(sql, width, values).await
    }

    /// A statement that binds arrays (PostgreSQL's `UNNEST`).
    pub(super) async fn fetch_arrays(&mut self, sql: &str, arrays: &[Array<'_>]) -> Result<Vec<Row>, StoreError> {
        let Self::Postgres(open) = self else { return Err(StoreError::TransactionOver) };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for array in arrays {
            query = match array {
                Array::Text(values) => query.bind(values),
                Array::Int(values) => query.bind(values),
                Array::Bytes(values) => query.bind(values),
            };
        }
        Ok(query.fetch_all(open.connection()?).await?.into_iter().map(Row::Postgres).collect())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(open) => open.end("COMMIT").await,
        }
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await,
            Self::Postgres(open) => open.end("ROLLBACK").await,
        }
    }
}

impl Open {
    fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.0.as_deref_mut().ok_or(StoreError::TransactionOver)
    }

    /// On an error the connection stays in place, and is closed with the transaction.
    async fn end(mut self, sql: &'static str) -> Result<(), StoreError> {
        self.connection()?.execute(sql).await?;
        drop(self.0.take());
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

/// The values of one column for a whole group of rows.
#[derive(Debug)]
pub(super) enum Array<'a> {
    Text(Vec<Option<&'a str>>),
    Int(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Array<'a> {
    /// The next row's value; one of the other kind is null.
    pub(super) fn push(&mut self, value: &'a Arg<'_>) {
        match (self, value) {
            (Self::Text(values), Arg::Text(text)) => values.push(Some(text)),
            (Self::Text(values), _) => values.push(None),
            (Self::Int(values), Arg::Int(int)) => values.push(Some(*int)),
            (Self::Int(values), _) => values.push(None),
            (Self::Bytes(values), Arg::Bytes(bytes)) => values.push(Some(bytes)),
            (Self::Bytes(values), _) => values.push(None),
        }
    }
}
