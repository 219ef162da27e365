//! One task at a time for each key, first come first served, in bounded memory: keys share a fixed number of fair
//! locks.
//!
//! Two keys whose hashes fall on the same lock wait for each other, which costs a moment; the order of each key's tasks
//! is kept.

use std::hash::{BuildHasher, Hash, RandomState};

use tokio::sync::{Mutex, MutexGuard};

const LOCKS: usize = 4096;

#[derive(Debug)]
pub(super) struct KeyedLocks {
    locks: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Default for KeyedLocks {
    fn default() -> Self {
        Self { locks: (0..LOCKS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl KeyedLocks {
    /// Waits for the key's lock, which is released when the guard is dropped. A task that holds one must not ask for
    /// another here: two keys may share a lock.
    pub(super) async fn lock(&self, key: &impl Hash) -> MutexGuard<'_, ()> {
        let lock = usize::try_from(self.hasher.hash_one(key) % LOCKS as u64).unwrap_or_default();
        self.locks[lock].lock().await
    }
}
