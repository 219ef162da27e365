//! How often something may be tried within a window of time, by any key: a login, an address.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// How many keys are remembered. When all of them are within their windows, every try is refused for one window.
const REMEMBERED: usize = 10_000;

#[derive(Debug)]
struct Tries {
    count: u32,
    until: Timestamp,
}

/// Counts tries by key, each within a window that begins with its first try. At most [`REMEMBERED`] keys are held.
#[derive(Debug)]
pub(crate) struct Throttle<K> {
    window: SignedDuration,
    tries: Mutex<HashMap<K, Tries>>,
}

impl<K: Eq + Hash> Throttle<K> {
    pub(crate) fn new(window: SignedDuration) -> Self {
        Self { window, tries: Mutex::default() }
    }

    /// Counts a try under each key, each with its limit, before the try is made, so that concurrent tries count too.
    ///
    /// # Errors
    ///
    /// The seconds to wait, when the try is beyond the limit of one of the keys.
    pub(crate) fn count(&self, keys: impl IntoIterator<Item = (K, u32)>, now: Timestamp) -> Result<(), u32> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED {
            tries.retain(|_, tries| tries.until > now);
            if tries.len() >= REMEMBERED {
                return Err(seconds(self.window));
            }
        }
        for (key, limit) in keys {
            let tried = tries.entry(key).or_insert(Tries { count: 0, until: now + self.window });
            if tried.until <= now {
                *tried = Tries { count: 0, until: now + self.window };
            }
            if tried.count >= limit {
                return Err(seconds(tried.until.duration_since(now)));
            }
            tried.count += 1;
        }
        Ok(())
    }

    /// Forgets the tries of these keys.
    pub(crate) fn forget(&self, keys: impl IntoIterator<Item = K>) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            tries.remove(&key);
        }
    }
}

fn seconds(duration: SignedDuration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests;
