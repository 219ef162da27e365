//! The one connection that writes SQLite. It has one writer at a time anyway, and waiting in our queue is fairer than its
//! busy time-out.
//!
//! SQLite is called where the statement is, without a worker in between: a transaction of the group commit runs on the
//! group's own thread ([`Place::Here`]), any other hands each statement to a thread that may block ([`Place::Elsewhere`]).
//! The connection goes along with the statement, so that a caller that stops waiting cannot lose it half used.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Statement};
use tokio::sync::{Mutex, OwnedMutexGuard};

#[cfg(test)]
use super::testing::faults::{Faults, Seam};
use super::{
    error::StoreError,
    log_end::LogEnd,
    value::{Arg, Row, Written},
};

/// How long a caller waits for the connection before it is refused.
const WAIT: Duration = Duration::from_secs(30);
/// How long SQLite waits for another program's lock.
const BUSY: Duration = Duration::from_secs(5);
/// The same, after somebody waited for it in vain.
const BUSY_AGAIN: Duration = Duration::from_millis(20);
/// How long the log's truncation waits for readers: a backup reads for minutes, and no message waits for it.
const BUSY_TRUNCATING: Duration = Duration::from_millis(100);
/// Every statement of the program fits.
const STATEMENTS: usize = 256;
const COUNT: &str = "UPDATE written SET number = number + 1 RETURNING number";

/// How hard SQLite flushes. Only the power-cut test uses anything but `Full`, to prove that it can see the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    #[default]
    Full,
    Normal,
}

/// The connection, shared by all that write.
#[derive(Clone, Debug)]
pub(super) struct Writer(Arc<Mutex<Slot>>);

#[derive(Debug)]
struct Slot {
    database: Database,
    /// None after an error of the file, until the next use opens it again.
    connection: Option<Connection>,
    /// Whether the last who waited for the file's lock did so in vain.
    locked: bool,
    /// Where transactions are counted. None while the database is brought to its form.
    end: Option<LogEnd>,
    /// How many rows this connection had changed when the transaction began.
    changes: u64,
    closed: bool,
}

#[derive(Clone, Debug)]
struct Database {
    file: PathBuf,
    synchronous: Synchronous,
    #[cfg(test)]
    seam: Seam,
}

/// Where a transaction's statements run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the calling thread, which may block.
    Here,
    /// On a thread for work that blocks.
    Elsewhere,
}

/// A transaction. Dropped before its end, it is rolled back.
#[derive(Debug)]
pub(super) struct Transaction {
    held: Option<Held>,
    place: Place,
}

/// What one has of the connection while nobody else has it.
#[derive(Debug)]
struct Held {
    slot: OwnedMutexGuard<Slot>,
    /// Whether the file failed: the connection is not used again.
    broken: bool,
    /// The file's lock among the nodes of the simulation.
    #[cfg(test)]
    _lock: Option<OwnedMutexGuard<()>>,
}

impl Writer {
    /// Opens the file, and creates it where it is not there. Another program that opens the same new file at the same
    /// instant makes the change to WAL fail at once, whatever the busy time-out: it is tried again for a moment.
    pub(super) async fn open(file: &Path, synchronous: Synchronous) -> Result<Self, StoreError> {
        const ATTEMPTS: u32 = 20;
        const PAUSE: Duration = Duration::from_millis(100);

        if !is_safe(rusqlite::version()) {
            return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
        }
        let database = Database {
            file: file.to_owned(),
            synchronous,
            #[cfg(test)]
            seam: None,
        };
        let mut attempt = 1;
        let connection = loop {
            let again = database.clone();
            match blocking(move || again.connect()).await? {
                Err(StoreError::Locked) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE).await,
                opened => break opened?,
            }
            attempt += 1;
        };
        Ok(Self::of(Slot::new(database, Some(connection))))
    }

    /// The writer of one node of the simulation. What a power cut takes is not played there.
    #[cfg(test)]
    pub(super) fn open_simulated(file: &Path, faults: Arc<dyn Faults>) -> Result<Self, StoreError> {
        let database = Database { file: file.to_owned(), synchronous: Synchronous::Normal, seam: Some(faults) };
        let connection = Some(database.connect()?);
        Ok(Self::of(Slot::new(database, connection)))
    }

    /// None for a file that nobody writes: whoever asks is told that it is closed.
    pub(super) fn none(file: &Path) -> Self {
        let database = Database {
            file: file.to_owned(),
            synchronous: Synchronous::Full,
            #[cfg(test)]
            seam: None,
        };
        Self::of(Slot { closed: true, ..Slot::new(database, None) })
    }

    fn of(slot: Slot) -> Self {
        Self(Arc::new(Mutex::new(slot)))
    }

    /// From now on transactions that write are counted. How many are missing that were durable before: the log lost its end.
    pub(super) async fn count(&self) -> Result<i64, StoreError> {
        let begin = |slot: &mut Slot| {
            let end = LogEnd::open(&slot.database.file).map_err(|_| StoreError::ReadOnly)?;
            // The note first: a server that runs beside this goes on meanwhile.
            let noted = end.noted();
            let written = count_written(slot.ready()?)?;
            if noted.is_none() {
                end.note(written);
            }
            let missing = noted.map_or(0, |noted| noted.saturating_sub(written).max(0));
            if missing > 0 {
                tracing::error!(missing, "the database's log lost its end: transactions that were durable are missing");
            }
            end.miss(missing);
            slot.end = Some(end);
            Ok(missing)
        };
        self.acquire().await?.elsewhere(begin).await.map(|(_, missing)| missing)
    }

    /// What is missing was told: nobody sees it any more.
    pub(super) async fn loss_was_told(&self) -> Result<(), StoreError> {
        let note = |slot: &mut Slot| {
            let written = count_written(slot.ready()?)?;
            if let Some(end) = &slot.end {
                end.miss(0);
                end.note(written);
            }
            Ok(())
        };
        self.acquire().await?.elsewhere(note).await.map(drop)
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, place: Place) -> Result<Transaction, StoreError> {
        let held = self.acquire().await?;
        let (held, ()) = match place {
            Place::Here => held.here(Slot::begin),
            Place::Elsewhere => held.elsewhere(Slot::begin).await,
        }?;
        Ok(Transaction { held: Some(held), place })
    }

    /// One statement in a transaction of its own. Returns how many rows it touched.
    pub(super) async fn execute(&self, sql: &str, values: &[Arg<'_>]) -> Result<u64, StoreError> {
        let (sql, values) = (sql.to_owned(), owned(values));
        let statement = move |slot: &mut Slot| {
            slot.begin()?;
            let connection = slot.in_transaction()?;
            run(connection, &sql, values.len(), &values)?;
            let touched = connection.changes();
            slot.commit()?;
            Ok(touched)
        };
        self.acquire().await?.elsewhere(statement).await.map(|(_, touched)| touched)
    }

    /// Another connection to the same file, for the checkpointer.
    pub(super) async fn another_connection(&self) -> Result<Connection, StoreError> {
        let database = self.acquire().await?.slot.database.clone();
        blocking(move || database.connect()).await?
    }

    /// Copies what remains of the log, of which a checkpoint left little: the next transaction begins it anew, unless
    /// somebody reads from it at that instant.
    pub(super) async fn copy_log(&self) -> Result<(), StoreError> {
        let copy = |slot: &mut Slot| Ok(slot.ready()?.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")?);
        self.acquire().await?.elsewhere(copy).await.map(drop)
    }

    /// Copies what remains of the log and cuts it to nothing. While somebody reads from the log, it stays as it is.
    pub(super) async fn truncate_log(&self) -> Result<(), StoreError> {
        let truncate = |slot: &mut Slot| {
            let connection = slot.ready()?;
            connection.busy_timeout(BUSY_TRUNCATING)?;
            let truncated = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
            connection.busy_timeout(BUSY)?;
            Ok(truncated?)
        };
        self.acquire().await?.elsewhere(truncate).await.map(drop)
    }

    /// Closes the connection when its transaction is over. Nobody gets it any more.
    pub(super) async fn close(&self) {
        let mut slot = Arc::clone(&self.0).lock_owned().await;
        slot.closed = true;
        slot.end = None;
        // The last connection to a file copies its whole log. What fails here, the next start does.
        let _ = blocking(move || drop(slot.connection.take())).await;
    }

    async fn acquire(&self) -> Result<Held, StoreError> {
        let slot = match Arc::clone(&self.0).try_lock_owned() {
            Ok(slot) => slot,
            Err(_) => tokio::time::timeout(WAIT, Arc::clone(&self.0).lock_owned())
                .await
                .map_err(|_| StoreError::Unreachable("another transaction does not end".to_owned()))?,
        };
        if slot.closed {
            return Err(StoreError::Closing);
        }
        #[cfg(test)]
        let lock = match &slot.database.seam {
            Some(faults) => Some(faults.lock().await?),
            None => None,
        };
        Ok(Held {
            slot,
            broken: false,
            #[cfg(test)]
            _lock: lock,
        })
    }
}

impl Transaction {
    #[cfg(test)]
    pub(super) fn seam(&self) -> Seam {
        self.held.as_ref().and_then(|held| held.slot.database.seam.clone())
    }

    /// Runs a statement once for each `width` of the values, and returns the rows of all. An error ends the transaction.
    pub(super) async fn fetch(&mut self, sql: &str, width: usize, values: &[Arg<'_>]) -> Result<Vec<Row>, StoreError> {
        let held = self.held.take().ok_or(StoreError::TransactionOver)?;
        let (held, rows) = match self.place {
            Place::Here => held.here(|slot| run(slot.in_transaction()?, sql, width, values)),
            Place::Elsewhere => {
                let (sql, values) = (sql.to_owned(), owned(values));
                held.elsewhere(move |slot| run(slot.in_transaction()?, &sql, width, &values)).await
            }
        }?;
        self.held = Some(held);
        Ok(rows)
    }

    /// Runs a statement once for each `width` of the values, and tells of each whether it touched a row.
    pub(super) async fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        values: &[Arg<'_>],
    ) -> Result<Vec<bool>, StoreError> {
        let held = self.held.take().ok_or(StoreError::TransactionOver)?;
        let (held, touched) = match self.place {
            Place::Here => held.here(|slot| run_each(slot.in_transaction()?, sql, width, values)),
            Place::Elsewhere => {
                let (sql, values) = (sql.to_owned(), owned(values));
                held.elsewhere(move |slot| run_each(slot.in_transaction()?, &sql, width, &values)).await
            }
        }?;
        self.held = Some(held);
        Ok(touched)
    }

    /// Several statements without values.
    pub(super) async fn run_script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = sql.to_owned();
        let held = self.held.take().ok_or(StoreError::TransactionOver)?;
        let (held, ()) = held.elsewhere(move |slot| Ok(slot.in_transaction()?.execute_batch(&sql)?)).await?;
        self.held = Some(held);
        Ok(())
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let held = self.held.take().ok_or(StoreError::TransactionOver)?;
        match self.place {
            Place::Here => held.here(Slot::commit),
            Place::Elsewhere => held.elsewhere(Slot::commit).await,
        }
        .map(drop)
    }

    /// One that an error ended is rolled back already.
    pub(super) async fn rollback(mut self) -> Result<(), StoreError> {
        if self.held.is_none() { Ok(()) } else { self.fetch("ROLLBACK", 0, &[]).await.map(drop) }
    }
}

impl Database {
    fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let synchronous = match self.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        };
        // The checkpointer copies the log off the writer's path, see `checkpoint`.
        //
        // The page cache is small, because the end of nearly every transaction walks over all of its hash table: where
        // SQLite balances a B-tree it lets two pages change places by way of page 262,145 (that of the lock byte), the
        // cache keeps this as its highest number, and all that is beyond the end of the file is then looked for
        // (`pcache1TruncateUnsafe`). With 64 MB that took 6 to 11 % of the time. The system's cache has the file too.
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
             PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = memory"
        ))?;
        Ok(connection)
    }
}

/// 3.51.3 repaired a corruption when the WAL is reset.
fn is_safe(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.as_slice() >= [3, 51, 3].as_slice()
}

impl Slot {
    fn new(database: Database, connection: Option<Connection>) -> Self {
        Self { database, connection, locked: false, end: None, changes: 0, closed: false }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.changes = self.waiting_once(|connection| {
            run(connection, "BEGIN IMMEDIATE", 0, &[])?;
            Ok(connection.total_changes())
        })?;
        Ok(())
    }

    /// Commits the transaction. One that wrote counts itself, and is noted when it is durable.
    fn commit(&mut self) -> Result<(), StoreError> {
        let connection = self.in_transaction()?;
        let end = self.end.as_ref().filter(|_| connection.total_changes() > self.changes);
        let number = match end {
            Some(_) => run(connection, COUNT, 0, &[])?.first().map(|row| row.int(0)).transpose()?,
            None => None,
        };
        run(connection, "COMMIT", 0, &[])?;
        if let (Some(end), Some(number)) = (end, number) {
            end.note(number);
        }
        Ok(())
    }

    /// The connection; opened again where the file failed before.
    fn ready(&mut self) -> Result<&Connection, StoreError> {
        if self.connection.is_none() {
            self.connection = Some(self.database.connect()?);
        }
        self.connection.as_ref().ok_or(StoreError::Closing)
    }

    /// Does what takes the file's lock. While another program has it, only the first waits the whole time; those after it
    /// are refused soon, so that nobody waits for those before them.
    fn waiting_once<R>(&mut self, work: impl FnOnce(&Connection) -> Result<R, StoreError>) -> Result<R, StoreError> {
        let was_locked = self.locked;
        let connection = self.ready()?;
        if was_locked {
            connection.busy_timeout(BUSY_AGAIN)?;
        }
        let done = work(connection);
        if was_locked {
            connection.busy_timeout(BUSY)?;
        }
        self.locked = matches!(done, Err(StoreError::Locked));
        done
    }

    /// The connection, whose transaction SQLite has not rolled back by itself.
    fn in_transaction(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().filter(|open| !open.is_autocommit()).ok_or(StoreError::TransactionOver)
    }
}

impl Held {
    fn here<R>(mut self, work: impl FnOnce(&mut Slot) -> Result<R, StoreError>) -> Result<(Self, R), StoreError> {
        let done = work(&mut self.slot);
        self.broken = matches!(done, Err(StoreError::Corrupt(_) | StoreError::ReadOnly | StoreError::Unreachable(_)));
        done.map(|done| (self, done))
    }

    async fn elsewhere<R: Send + 'static>(
        self,
        work: impl FnOnce(&mut Slot) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<(Self, R), StoreError> {
        #[cfg(test)]
        if self.slot.database.seam.is_some() {
            return self.here(work);
        }
        blocking(move || self.here(work)).await?
    }
}

impl Drop for Held {
    /// Whatever ended before its commit is rolled back, on whichever thread it ended.
    fn drop(&mut self) {
        let open = self.slot.connection.as_ref().filter(|connection| !connection.is_autocommit());
        let is_over = open.is_none_or(|connection| connection.execute_batch("ROLLBACK").is_ok());
        if self.broken || !is_over {
            self.slot.connection = None;
        }
    }
}

/// How many transactions the database counted.
fn count_written(connection: &Connection) -> Result<i64, StoreError> {
    run(connection, "SELECT number FROM written", 0, &[])?.first().map_or(Ok(0), |row| row.int(0))
}

/// Runs a statement once for each `width` of the values; one without values once.
pub(super) fn run(
    connection: &Connection,
    sql: &str,
    width: usize,
    values: &[Arg<'_>],
) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let places = places(&statement, width)?;
    let mut names: Option<Arc<[String]>> = None;
    let mut returned = Vec::new();
    let mut rest = values;
    loop {
        #[cfg(test)]
        super::testing::record(super::db::Dialect::Sqlite, connection.path(), sql, &rest[..width.min(rest.len())]);
        let (row, others) = rest.split_at_checked(width).unwrap_or((rest, &[]));
        for (parameter, place) in (1..).zip(&places) {
            statement.raw_bind_parameter(parameter, &row[*place])?;
        }
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let names =
                names.get_or_insert_with(|| row.as_ref().column_names().into_iter().map(str::to_owned).collect());
            let values = (0..names.len()).map(|column| row.get(column)).collect::<Result<_, _>>()?;
            returned.push(Row::Written(Written::new(values, Arc::clone(names))));
        }
        drop(rows);
        rest = others;
        if rest.is_empty() {
            return Ok(returned);
        }
    }
}

/// Runs a statement once for each `width` of the values, and tells of each whether it touched a row.
fn run_each(connection: &Connection, sql: &str, width: usize, values: &[Arg<'_>]) -> Result<Vec<bool>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let places = places(&statement, width)?;
    let mut touched = Vec::with_capacity(values.len() / width.max(1));
    for row in values.chunks(width.max(1)) {
        #[cfg(test)]
        super::testing::record(super::db::Dialect::Sqlite, connection.path(), sql, row);
        for (parameter, place) in (1..).zip(&places) {
            statement.raw_bind_parameter(parameter, &row[*place])?;
        }
        touched.push(statement.raw_execute()? > 0);
    }
    Ok(touched)
}

/// Which value each of a statement's parameters takes: `$3` the third, `?` the next.
fn places(statement: &Statement<'_>, width: usize) -> Result<Vec<usize>, StoreError> {
    let place = |parameter: usize| {
        let number = match statement.parameter_name(parameter) {
            Some(name) => name.trim_start_matches(['$', '?']).parse().ok(),
            None => Some(parameter),
        };
        number.and_then(|number: usize| number.checked_sub(1)).filter(|place| *place < width)
    };
    let places: Option<Vec<usize>> = (1..=statement.parameter_count()).map(place).collect();
    places.ok_or_else(|| StoreError::Refused("a statement has a parameter without a value".to_owned()))
}

fn owned(values: &[Arg<'_>]) -> Vec<Arg<'static>> {
    values.iter().map(|value| value.clone().into_owned()).collect()
}

/// Work that blocks, on a thread for it.
pub(super) async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends.
            Err(_) => Err(StoreError::Closing),
        },
    }
}

#[cfg(test)]
mod tests;
