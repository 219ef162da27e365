//! Connections for looking up a few rows of SQLite by a key, on the thread that asks.
//!
//! A message looks up little, and only a few pages each time: an address, a policy. Each connection is used by one thread at a
//! time and never kept while anybody waits, so there are no more of them than threads.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    value::{Arg, Row},
    writer,
};

/// How long it waits for another program's lock: the thread has other work.
const BUSY: Duration = Duration::from_millis(20);
/// Every look-up of the program fits.
const STATEMENTS: usize = 32;

#[derive(Debug)]
pub(super) struct NearReaders {
    /// None where nothing is read so, or not any more.
    file: Mutex<Option<PathBuf>>,
    idle: Mutex<Vec<Connection>>,
}

impl NearReaders {
    pub(super) fn of(file: &Path) -> Self {
        Self { file: Mutex::new(Some(file.to_owned())), idle: Mutex::default() }
    }

    /// Reads nothing.
    pub(super) fn none() -> Self {
        Self { file: Mutex::default(), idle: Mutex::default() }
    }

    /// The rows of a query. None where they cannot be had here: whoever asked tries elsewhere, and learns why there.
    pub(super) fn fetch(&self, sql: &str, args: &[Arg<'_>]) -> Option<Vec<Row>> {
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open(lock(&self.file).as_deref()?)
                .inspect_err(|error| tracing::debug!(%error, "a connection for look-ups does not open"))
                .ok()?,
        };
        // One that failed is not used again.
        let rows = writer::run(&connection, sql, args.len(), args).ok()?;
        if lock(&self.file).is_some() {
            lock(&self.idle).push(connection);
        }
        Some(rows)
    }

    /// Closes the connections that nobody uses, and opens no more.
    pub(super) fn close(&self) {
        lock(&self.file).take();
        lock(&self.idle).clear();
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // What it holds is read anew when the writer has written.
    connection.execute_batch("PRAGMA cache_size = -512; PRAGMA temp_store = memory")?;
    Ok(connection)
}

#[cfg(test)]
mod tests;
