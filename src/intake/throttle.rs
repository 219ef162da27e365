//! How often something may be tried within a window of time, by any key: a login, an address.
//!
//! Of a key only a digest is kept, so that nobody fills the memory with long ones. Where the table is full the eldest goes:
//! whoever fills it with invented keys keeps nobody out.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

/// How many keys are remembered.
const REMEMBERED: usize = 50_000;
/// No try waits for longer.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 16]);

/// How many tries are allowed of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// So many within a window.
    Most(u32),
    /// So many at once, and each next one after a wait of its own: a second, then twice as long each time.
    Delays(u32),
}

#[derive(Debug)]
struct Tries {
    count: u32,
    until: Timestamp,
    /// Before this no further try is allowed.
    next: Timestamp,
}

/// Counts tries by key, each within a window that begins with its first try. At most [`REMEMBERED`] keys are held.
#[derive(Debug)]
pub(crate) struct Throttle {
    window: SignedDuration,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tries: HashMap<Key, Tries>,
    /// The keys in the order in which their windows end.
    order: VecDeque<(Key, Timestamp)>,
}

impl Key {
    /// The key of these parts together.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&digest.finalize()[..16]);
        Self(key)
    }
}

impl Throttle {
    pub(crate) fn new(window: SignedDuration) -> Self {
        Self { window, table: Mutex::default() }
    }

    /// Counts a try under each key, each with its limit, before the try is made, so that concurrent tries count too. Nothing
    /// is counted when one of the keys refuses it.
    ///
    /// # Errors
    ///
    /// The seconds to wait, when the try is beyond the limit of one of the keys.
    pub(crate) fn count(&self, keys: &[(Key, Limit)], now: Timestamp) -> Result<(), u32> {
        self.reserve(keys, 1, now).map_err(|(_, seconds)| seconds)
    }

    /// As [`Self::count`], so many tries at once: they are within a limit where the first of them is.
    ///
    /// # Errors
    ///
    /// Which of the keys refuses them, and the seconds to wait.
    pub(crate) fn reserve(&self, keys: &[(Key, Limit)], tries: u32, now: Timestamp) -> Result<(), (usize, u32)> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.forget_ended(now);
        for (place, (key, limit)) in keys.iter().enumerate() {
            table.check(key, *limit, now).map_err(|seconds| (place, seconds))?;
        }
        for (key, limit) in keys {
            table.add(*key, *limit, tries, now, self.window);
        }
        Ok(())
    }

    /// So many tries that were counted were not made.
    pub(crate) fn give_back(&self, key: Key, tries: u32) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = table.tries.get_mut(&key) {
            counted.count = counted.count.saturating_sub(tries);
        }
    }

    /// Forgets the tries of a key.
    pub(crate) fn forget(&self, key: Key) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).tries.remove(&key);
    }
}

impl Table {
    /// Forgets what has ended, and the eldest where there are too many.
    fn forget_ended(&mut self, now: Timestamp) {
        while let Some((key, until)) = self.order.front()
            && (*until <= now || self.order.len() >= REMEMBERED)
        {
            if self.tries.get(key).is_some_and(|tries| tries.until == *until) {
                self.tries.remove(key);
            }
            self.order.pop_front();
        }
    }

    fn check(&self, key: &Key, limit: Limit, now: Timestamp) -> Result<(), u32> {
        let Some(tries) = self.tries.get(key).filter(|tries| tries.until > now) else { return Ok(()) };
        let until = match limit {
            Limit::Most(most) if tries.count >= most => tries.until,
            Limit::Delays(_) if tries.next > now => tries.next,
            _ => return Ok(()),
        };
        Err(seconds(until.duration_since(now)))
    }

    fn add(&mut self, key: Key, limit: Limit, count: u32, now: Timestamp, window: SignedDuration) {
        let until = now + window;
        let order = &mut self.order;
        let tries = self.tries.entry(key).or_insert_with(|| {
            order.push_back((key, until));
            Tries { count: 0, until, next: now }
        });
        tries.count = tries.count.saturating_add(count);
        if let Limit::Delays(free) = limit
            && tries.count >= free
        {
            let doublings = (tries.count - free).min(20);
            let delay = SignedDuration::from_secs(1 << doublings).min(LONGEST_DELAY);
            tries.next = now + delay;
        }
    }
}

fn seconds(duration: SignedDuration) -> u32 {
    let whole = duration.as_secs() + i64::from(duration.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests;
