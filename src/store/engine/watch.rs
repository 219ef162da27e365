//! Whether the database takes what comes, and whether its file is whole.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::id::NodeId,
    store::{
        error::StoreError,
        value::{Arg, args},
    },
};

/// What is written where a turn was refused for a full disk: a row that fits into a page that is there already would be taken,
/// and the turns would not.
const ROOM: usize = 256 * 1024;

impl Engine {
    /// Writes a row of this node's, and flushes it.
    ///
    /// # Errors
    ///
    /// Where a turn could not be stored either.
    pub async fn probe(&self, node: NodeId, now: Timestamp) -> Result<(), StoreError> {
        let was_full = self.was_full.load(Ordering::Relaxed);
        // Random, so that it takes its room also where the engine compresses.
        let mut filling = vec![0; if was_full { ROOM } else { 0 }];
        getrandom::fill(&mut filling).map_err(|error| StoreError::NoRandomness(error.to_string()))?;
        let sql = "INSERT INTO probe (node, at, filling) VALUES ($1, $2, $3) \
                   ON CONFLICT (node) DO UPDATE SET at = excluded.at, filling = excluded.filling";
        self.db.execute(sql, &args![node.to_string(), now, Arg::Bytes(filling.into())]).await?;
        if was_full {
            self.was_full.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// How many transactions SQLite's file has lost, as far as was noted beside it. Whoever opens the file sees it, until a server
    /// has told it ([`Engine::loss_was_told`]).
    pub fn lost_transactions(&self) -> i64 {
        self.lost
    }

    /// The operator was told what is missing: nobody is told again.
    ///
    /// # Errors
    ///
    /// Where the file's writer is not to be had: it is told again.
    pub async fn loss_was_told(&self) -> Result<(), StoreError> {
        self.db.loss_was_told().await
    }

    /// What is damaged or missing in SQLite's file, which is read whole, beside whoever writes. PostgreSQL looks after its own:
    /// see `docs/postgres.md`.
    ///
    /// # Errors
    ///
    /// Where it cannot be read so far.
    pub async fn find_damage(&self) -> Result<Vec<String>, StoreError> {
        if self.db.file().is_none() {
            return Ok(Vec::new());
        }
        let lost = Some(self.lost).filter(|lost| *lost > 0);
        let lost = lost.map(|lost| format!("the log lost its end: {lost} transactions that were durable are missing"));
        let found = self.db.fetch("PRAGMA quick_check(100)", &[]).await?;
        let found: Vec<String> = found.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
        Ok(lost.into_iter().chain(found.into_iter().filter(|line| line != "ok")).collect())
    }
}
