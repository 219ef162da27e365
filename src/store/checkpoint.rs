//! SQLite's log is copied back into the database off the writer's path, so that no message waits for it.
//!
//! A passive checkpoint every so often copies it while the writer works. It never catches all of it: meanwhile more is
//! written. Copied again and again, what remains is soon short; then the writer's turn is taken for this remainder, and with all
//! of it copied the writer begins the log anew, in place. The file keeps its size: pages of a file that are there already
//! are written at half the cost of new ones.
//!
//! Whoever reads for long, such as a backup, keeps the log from beginning anew, and it grows. Afterwards it is cut.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use rusqlite::Connection;

use super::{db::Db, error::StoreError, writer::blocking};

/// How often the log's length is looked at.
const PERIOD: Duration = Duration::from_millis(200);
/// Pages of 4 KiB: below this the log is left alone (measured: p99 34 ms -> 3.5 ms against 4,000 pages).
const COPY_FROM: i64 = 16_000;
/// The writer's turn is taken for no more than this.
const REMAINDER: i64 = 250;
/// How often what was written meanwhile is copied, before the rest is left to the next period.
const COPIES: u32 = 8;
/// A file of so many bytes, which a long reader left, is cut.
const TRUNCATE_FROM: u64 = 512 * 1024 * 1024;

/// Starts the checkpointer of an SQLite database; it ends with the database's last handle.
pub(super) fn start(db: &Arc<Db>) {
    if let Db::Sqlite { .. } = **db {
        tokio::spawn(run(Arc::downgrade(db)));
    }
}

async fn run(db: Weak<Db>) {
    let mut checkpointer: Option<Connection> = None;
    loop {
        tokio::time::sleep(PERIOD).await;
        let Some(db) = db.upgrade() else { return };
        let Db::Sqlite { writer, readers, file, .. } = &*db else { return };
        if readers.is_closed() {
            return;
        }
        let mut log = file.clone().into_os_string();
        log.push("-wal");
        let length = tokio::fs::metadata(&log).await.map_or(0, |data| data.len());
        if length < COPY_FROM.unsigned_abs() * 4096 {
            continue;
        }
        let done = async {
            let connection = match checkpointer.take() {
                Some(connection) => connection,
                None => writer.another_connection().await?,
            };
            let (connection, remains) = blocking(move || copy(connection, COPY_FROM)).await??;
            checkpointer = Some(connection);
            match remains {
                Some(pages) if pages <= REMAINDER && length >= TRUNCATE_FROM => writer.truncate_log().await,
                Some(pages) if pages <= REMAINDER => writer.copy_log().await,
                _ => Ok(()),
            }
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "the database's log could not be checkpointed");
        }
    }
}

/// Copies what it can of a log that is long, without waiting for anybody. Returns how many pages remain: whoever reads for
/// long, such as a backup, keeps the log from the place where it began. None for a log of fewer than `from` pages.
fn copy(connection: Connection, from: i64) -> Result<(Connection, Option<i64>), StoreError> {
    // Its file may be longer: it began anew since.
    let (pages, copied) = checkpoint(&connection, "NOOP")?;
    if pages < from {
        return Ok((connection, None));
    }
    let mut remains = pages - copied;
    for _ in 0..COPIES {
        let (pages, copied) = checkpoint(&connection, "PASSIVE")?;
        let before = std::mem::replace(&mut remains, pages - copied);
        if remains <= REMAINDER || remains >= before {
            break;
        }
    }
    Ok((connection, Some(remains)))
}

/// How many pages the log has, and how many of them are copied.
fn checkpoint(connection: &Connection, mode: &str) -> Result<(i64, i64), StoreError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(1)?, row.get(2)?));
    Ok(connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], row)?)
}

#[cfg(test)]
mod tests;
