//! One at a time for each key, first come first served, in bounded memory: keys share a fixed number of fair locks.
//!
//! Two keys that share a lane wait for each other now and then, which costs a moment and never the order.

use std::hash::{BuildHasher, Hash, RandomState};

use tokio::sync::{Mutex, MutexGuard};

const LANES: usize = 4096;

#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Default for Lanes {
    fn default() -> Self {
        Self { lanes: (0..LANES).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl Lanes {
    /// Waits for the key's lane; it is free again when the guard goes.
    pub(super) async fn enter(&self, key: &impl Hash) -> MutexGuard<'_, ()> {
        let lane = usize::try_from(self.hasher.hash_one(key) % LANES as u64).unwrap_or_default();
        self.lanes[lane].lock().await
    }
}
