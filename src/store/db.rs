//! One face for the two engines: a query is written once, with `$1` placeholders, and its values are text, integers or
//! bytes (see `value`). PostgreSQL and the readers of SQLite are sqlx's pools; SQLite's one connection that writes is a [`Writer`].

use std::{
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Executor, PgConnection, PgPool, SqlitePool,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

#[cfg(test)]
use super::testing::{
    self,
    faults::{self, Access, Faults, Planted, Seam},
};
use super::{
    error::StoreError,
    near_readers::NearReaders,
    value::{Arg, Array, Row},
    writer::{Place, Synchronous, Transaction, Writer},
};

/// The longest that one statement outside a transaction may take on PostgreSQL.
const DEADLINE: Duration = Duration::from_secs(20);
/// The longest that PostgreSQL's connections are waited for at the end.
const CLOSING: Duration = Duration::from_secs(5);
/// How PostgreSQL treats a session of ours.
const SESSION: [(&str, &str); 6] = [
    // As SQLite's busy time-out: refuse before the acknowledgement rather than keep the sender waiting.
    ("lock_timeout", "5s"),
    // A node that stands still inside a transaction holds rows that the others wait for.
    ("idle_in_transaction_session_timeout", "10s"),
    // A node that is gone without a word is noticed, and its transaction rolled back.
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "30s"),
];

/// Writes to PostgreSQL's log, and nothing else. A transaction that only found what another one wrote has nothing to flush, and
/// ends also where a synchronous standby does not have that yet.
pub(super) const LEAVE_A_MARK: &str = "SELECT pg_logical_emit_message(TRUE, 'guichet', '')";

/// The file of the address of an SQLite database; none for another engine's.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite:").map(|path| PathBuf::from(path.trim_start_matches("//")))
}

/// The two engines behind one contract.
#[derive(Clone, Debug)]
pub(super) enum Db {
    Sqlite {
        writer: Writer,
        readers: SqlitePool,
        near: Arc<NearReaders>,
        file: PathBuf,
        #[cfg(test)]
        seam: Seam,
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

    /// A query of the texts in a list that is bound as JSON.
    pub(super) fn list(self, placeholder: &str) -> String {
        match self {
            Self::Sqlite => format!("SELECT value FROM json_each({placeholder})"),
            Self::Postgres => format!("SELECT json_array_elements_text({placeholder}::json)"),
        }
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
        if let Some(file) = sqlite_file(url) {
            Self::open_sqlite(file, synchronous).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?
                .application_name("guichet")
                .statement_cache_capacity(256)
                .options(SESSION);
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
            // Each begins anew when the writer has written: a large one would hold what nobody reads again.
            .pragma("cache_size", "-1024")
            .pragma("temp_store", "memory");
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite {
            writer,
            readers,
            near: Arc::new(NearReaders::of(&file)),
            file,
            #[cfg(test)]
            seam: None,
        })
    }

    /// An SQLite file as one node of the simulation has it.
    #[cfg(test)]
    pub(super) fn open_simulated(file: PathBuf, faults: Arc<dyn Faults>) -> Result<Self, StoreError> {
        let writer = Writer::open_simulated(&file, Arc::clone(&faults))?;
        // Nobody asks it for a connection.
        let readers = SqlitePoolOptions::new().connect_lazy_with(SqliteConnectOptions::new().filename(&file));
        Ok(Self::Sqlite { writer, readers, near: Arc::new(NearReaders::of(&file)), file, seam: Some(faults) })
    }

    #[cfg(test)]
    fn seam(&self) -> &Seam {
        match self {
            Self::Sqlite { seam, .. } => seam,
            Self::Postgres(_) => &None,
        }
    }

    #[cfg(test)]
    async fn fetch_simulated(&self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        let Self::Sqlite { near, seam, .. } = self else { return Err(StoreError::TransactionOver) };
        faults::before(seam, Access::Read).await?;
        let rows = near.fetch(sql, args).ok_or_else(|| StoreError::Refused(sql.to_owned()))?;
        faults::after(seam, Access::Read).await?;
        Ok(rows)
    }

    /// The file of an SQLite database.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite { file, .. } => Some(file),
            Self::Postgres(_) => None,
        }
    }

    /// An SQLite file that nobody writes, such as a backup's, as it is: nothing is migrated, and no file is made beside it.
    pub(super) async fn open_snapshot(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
        let readers = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        let near = Arc::new(NearReaders::none());
        Ok(Self::Sqlite {
            writer: Writer::none(file),
            readers,
            near,
            file: file.to_owned(),
            #[cfg(test)]
            seam: None,
        })
    }

    /// Waits until what was read is as durable as what is acknowledged.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        match self {
            // Only what was flushed is read.
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres(_) => self.execute(LEAVE_A_MARK, &[]).await.map(drop),
        }
    }

    /// From now on SQLite's transactions are counted. How many are missing that were durable before.
    pub(super) async fn count_transactions(&self) -> Result<i64, StoreError> {
        match self {
            Self::Sqlite { writer, .. } => writer.count().await,
            Self::Postgres(_) => Ok(0),
        }
    }

    /// Whoever runs this has told what is missing.
    pub(super) async fn loss_was_told(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { writer, .. } => writer.loss_was_told().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Reads outside a transaction.
    pub(super) async fn fetch(&self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        #[cfg(test)]
        if self.seam().is_some() {
            return self.fetch_simulated(sql, args).await;
        }
        #[cfg(test)]
        testing::record(self.dialect(), self.file().and_then(Path::to_str), sql, args);
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                bind!(sql, args).fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                let rows = in_time(pool, async |connection| bind!(sql, args).fetch_all(connection).await).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// As [`Db::fetch`], for a look-up by a key: SQLite is called on this thread, for what it reads is a few pages, and the way
    /// to another thread and back takes several times as long. What cannot be read so is read as anything else.
    pub(super) async fn look_up(&self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        #[cfg(test)]
        if self.seam().is_some() {
            return self.fetch_simulated(sql, args).await;
        }
        if let Self::Sqlite { near, .. } = self
            && let Some(rows) = near.fetch(sql, args)
        {
            return Ok(rows);
        }
        self.fetch(sql, args).await
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
        #[cfg(test)]
        faults::before(self.seam(), Access::Begin).await?;
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin(place).await?),
            Self::Postgres(pool) => {
                let mut open = Open::new(pool.acquire().await?);
                open.connection()?.execute("BEGIN").await?;
                Tx::Postgres(open)
            }
        })
    }

    /// One statement that writes, in a transaction of its own. Returns how many rows it touched.
    pub(super) async fn execute(&self, sql: &str, args: &[Arg<'_>]) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                #[cfg(test)]
                faults::before(self.seam(), Access::Execute).await?;
                let touched = writer.execute(sql, args).await?;
                #[cfg(test)]
                faults::after(self.seam(), Access::Execute).await?;
                touched
            }
            Self::Postgres(pool) => {
                #[cfg(test)]
                testing::record(Dialect::Postgres, None, sql, args);
                in_time(pool, async |connection| bind!(sql, args).execute(connection).await).await?.rows_affected()
            }
        })
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, near, .. } => {
                near.close();
                readers.close().await;
                writer.close().await;
            }
            // A connection that does not answer is not waited for.
            Self::Postgres(pool) => drop(tokio::time::timeout(CLOSING, pool.close()).await),
        }
    }
}

/// A transaction. It must end in [`Tx::commit`]; dropped before, it is rolled back.
pub(super) enum Tx {
    Sqlite(Transaction),
    Postgres(Open),
}

/// PostgreSQL's connection while something is under way on it. Dropped before its end, it is closed, and the server rolls
/// back: the pool would first ask it whether it is well, and wait for ever where it does not answer.
pub(super) struct Open(Option<PoolConnection<sqlx::Postgres>>);

/// One statement on a connection of the pool, within [`DEADLINE`].
async fn in_time<R>(
    pool: &PgPool,
    statement: impl AsyncFnOnce(&mut PgConnection) -> Result<R, sqlx::Error>,
) -> Result<R, StoreError> {
    let done = async {
        let mut open = Open::new(pool.acquire().await?);
        let done = statement(open.connection()?).await;
        drop(open.keep());
        Ok(done?)
    };
    match tokio::time::timeout(DEADLINE, done).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Unreachable(format!("a statement had no answer for {DEADLINE:?}"))),
    }
}

impl Tx {
    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    #[cfg(test)]
    fn seam(&self) -> Seam {
        match self {
            Self::Sqlite(transaction) => transaction.seam(),
            Self::Postgres(_) => None,
        }
    }

    /// Whether a fault of the simulation shows itself here.
    #[cfg(test)]
    pub(super) fn shows(&self, planted: Planted) -> bool {
        faults::shows(&self.seam(), planted)
    }

    pub(super) async fn fetch(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        #[cfg(test)]
        faults::before(&self.seam(), Access::Statement).await?;
        match self {
            Self::Sqlite(transaction) => transaction.fetch(sql, args.len(), args).await,
            Self::Postgres(open) => {
                #[cfg(test)]
                testing::record(Dialect::Postgres, None, sql, args);
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
        #[cfg(test)]
        faults::before(&self.seam(), Access::Statement).await?;
        let Self::Sqlite(transaction) = self else { return Err(StoreError::TransactionOver) };
        transaction.fetch(sql, width, values).await
    }

    /// Runs a statement that inserts a row for each `width` of the values, and tells which did (SQLite).
    pub(super) async fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        values: &[Arg<'_>],
    ) -> Result<Vec<bool>, StoreError> {
        #[cfg(test)]
        faults::before(&self.seam(), Access::Statement).await?;
        let Self::Sqlite(transaction) = self else { return Err(StoreError::TransactionOver) };
        transaction.execute_each(sql, width, values).await
    }

    /// A statement that binds arrays (PostgreSQL's `UNNEST`).
    pub(super) async fn fetch_arrays(&mut self, sql: &str, arrays: &[Array<'_>]) -> Result<Vec<Row>, StoreError> {
        let Self::Postgres(open) = self else { return Err(StoreError::TransactionOver) };
        #[cfg(test)]
        testing::record_arrays(sql, arrays.iter().cloned());
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
        #[cfg(test)]
        let seam = self.seam();
        #[cfg(test)]
        faults::before(&seam, Access::Commit).await?;
        #[cfg(test)]
        if faults::shows(&seam, Planted::LostCommits) {
            return self.rollback().await;
        }
        #[cfg(test)]
        if seam.is_some() {
            let Self::Sqlite(transaction) = self else { return Err(StoreError::TransactionOver) };
            transaction.commit().await?;
            return faults::after(&seam, Access::Commit).await;
        }
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
    pub(super) fn new(connection: PoolConnection<sqlx::Postgres>) -> Self {
        Self(Some(connection))
    }

    /// At the end: the connection is well.
    pub(super) fn keep(mut self) -> Option<PoolConnection<sqlx::Postgres>> {
        self.0.take()
    }

    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
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
