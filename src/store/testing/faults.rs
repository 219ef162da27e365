//! The seam at which the simulation breaks the database: each access is announced before it is made and after it, and may be
//! refused, delayed, or said to have failed.
//!
//! A store that is opened with it calls SQLite on the asking thread, so that one thread with a paused clock plays several nodes,
//! and plays them the same way each time. The program itself is compiled without it.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::sync::OwnedMutexGuard;

use crate::store::error::StoreError;

/// What is done with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Rows are read outside a transaction.
    Read,
    Begin,
    /// A statement inside a transaction.
    Statement,
    Commit,
    /// A statement in a transaction of its own.
    Execute,
}

/// A fault of the program itself, to prove that the simulation sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// A turn is written whatever the conversation's revision is.
    NoFence,
    /// Nothing is known again by its key.
    NoKeys,
    /// Now and then a turn is acknowledged that was rolled back.
    LostCommits,
}

/// What happens to one node's accesses.
pub(crate) trait Faults: fmt::Debug + Send + Sync {
    /// Before an access. An error refuses it.
    fn before(&self, access: Access) -> BoxFuture<'_, Result<(), StoreError>>;

    /// After an access that was made. An error is told in place of its success.
    fn after(&self, access: Access) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The lock of the file's one writer among all nodes, in place of SQLite's, which blocks the thread.
    fn lock(&self) -> BoxFuture<'_, Result<OwnedMutexGuard<()>, StoreError>>;

    /// Whether this fault shows itself now.
    fn shows(&self, planted: Planted) -> bool;
}

/// None outside the simulation.
pub(in crate::store) type Seam = Option<Arc<dyn Faults>>;

pub(in crate::store) async fn before(seam: &Seam, access: Access) -> Result<(), StoreError> {
    match seam {
        Some(faults) => faults.before(access).await,
        None => Ok(()),
    }
}

pub(in crate::store) async fn after(seam: &Seam, access: Access) -> Result<(), StoreError> {
    match seam {
        Some(faults) => faults.after(access).await,
        None => Ok(()),
    }
}

pub(in crate::store) fn shows(seam: &Seam, planted: Planted) -> bool {
    seam.as_ref().is_some_and(|faults| faults.shows(planted))
}
