//! Words and features by a hash that is taken once: each word of a message is looked up in dozens of books.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// FNV-1a, 64 bits: the same on every machine and in every release of the compiler.
pub(super) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_START, |hash, byte| fnv_step(hash, *byte))
}

/// The hash of no bytes.
pub(super) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of the same bytes and one more.
pub(super) fn fnv_step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// By a key that is a hash already and is not hashed again.
pub(super) type HashMapByHash<V> = HashMap<u64, V, BuildHasherDefault<KeyItself>>;

/// The hash of a `u64` that is one: itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyItself(u64);

impl Hasher for KeyItself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Values by word, found by the word's hash ([`fnv`]).
#[derive(Clone, Debug)]
pub(super) struct WordMap<V> {
    by_hash: HashMapByHash<(Box<str>, V)>,
}

impl<V> Default for WordMap<V> {
    fn default() -> Self {
        Self { by_hash: HashMapByHash::default() }
    }
}

impl<V> WordMap<V> {
    /// The value of a word whose hash is known.
    pub(super) fn get(&self, hash: u64, word: &str) -> Option<&V> {
        let mut key = hash;
        loop {
            let (known, value) = self.by_hash.get(&key)?;
            if **known == *word {
                return Some(value);
            }
            // Another word has this hash: the next place is this one's.
            key = key.wrapping_add(1);
        }
    }

    /// The value of a word.
    pub(super) fn get_word(&self, word: &str) -> Option<&V> {
        self.get(fnv(word.as_bytes()), word)
    }

    /// The value of a word, made where there is none yet.
    pub(super) fn get_or_insert_with(&mut self, word: &str, make: impl FnOnce() -> V) -> &mut V {
        let mut key = fnv(word.as_bytes());
        while self.by_hash.get(&key).is_some_and(|(known, _)| **known != *word) {
            key = key.wrapping_add(1);
        }
        &mut self.by_hash.entry(key).or_insert_with(|| (word.into(), make())).1
    }
}

#[cfg(test)]
mod tests;
