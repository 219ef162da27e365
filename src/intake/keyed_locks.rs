//! One at a time for each key, first come first served, in bounded memory: keys share a fixed number of fair locks.
//!
//! Two keys that share a lane wait for each other now and then, which costs a moment and never the order.

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
    /// Waits for the key's lane; it is free again when the guard goes.
    pub(super) async fn lock(&self, key: &impl Hash) -> MutexGuard<'_, ()> {
        let lock = usize::try_from(self.hasher.hash_one(key) % LOCKS as u64).unwrap_or_default();
        self.locks[lock].lock().await
    }
}
