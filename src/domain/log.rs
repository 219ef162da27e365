//! The log: everything that is kept of a conversation, in the order in which it happened. Entries are only ever appended,
//! each sealed to the one before, so that a change afterwards shows.
//!
//! An entry's value can be erased (a person's data, when its time is over) without breaking the seal: the chain goes over
//! the value's digest, and the digest over a salt that is erased with the value, so that nobody finds a short value again by
//! trying.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::id::ConversationId;

/// SHA-256.
pub type Digest = [u8; 32];
/// Random bytes in front of a value's digest.
pub type Salt = [u8; 16];

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    pub conversation: ConversationId,
    /// From 1, without gaps.
    pub number: i64,
    /// What it is: `message`, `state`, or the kind of a line of the timeline.
    pub kind: String,
    /// The number of this message, or of this line of the timeline, as people and links know it.
    pub seq: Option<i64>,
    /// `policyholder`, `guichet`, or a handler's login.
    pub actor: String,
    pub at: Timestamp,
    /// The key under which the value is encrypted. None: it is plain.
    pub key: Option<String>,
    /// Erased together with its salt.
    pub value: Option<String>,
    pub salt: Option<Salt>,
    /// Of the salt and the value.
    pub digest: Digest,
    /// Of the chain before and everything above but the value, for which its digest stands.
    pub chain: Digest,
}

/// The last entry's number and chain: what the next entry is sealed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    pub number: i64,
    pub chain: Digest,
}

/// What is appended to a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    pub kind: String,
    pub seq: Option<i64>,
    pub actor: String,
    pub at: Timestamp,
    pub value: String,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Intact,
    /// The number of the first entry that is not as it was written.
    BrokenAt(i64),
    /// The entries are sound but the tip names another end: entries are missing.
    Truncated {
        found: i64,
        expected: i64,
    },
}

impl Tip {
    /// Seals `new` to this tip, which moves on to it.
    pub fn append(&mut self, conversation: ConversationId, salt: Salt, new: NewEntry) -> LogEntry {
        let NewEntry { kind, seq, actor, at, value } = new;
        let mut entry = LogEntry {
            conversation,
            number: self.number + 1,
            kind,
            seq,
            actor,
            at,
            key: None,
            digest: digest(&salt, &value),
            value: Some(value),
            salt: Some(salt),
            chain: Digest::default(),
        };
        entry.chain = entry.seal(&self.chain);
        *self = Self { number: entry.number, chain: entry.chain };
        entry
    }

    /// Moves on over an entry of the stored log.
    ///
    /// # Errors
    ///
    /// The entry's number, where it does not follow from this tip or is not as it was written.
    pub fn follow(&mut self, entry: &LogEntry) -> Result<(), i64> {
        let holds = match (&entry.value, &entry.salt) {
            (Some(value), Some(salt)) => digest(salt, value) == entry.digest,
            (None, None) => true,
            _ => false,
        };
        if !holds || entry.number != self.number + 1 || entry.seal(&self.chain) != entry.chain {
            return Err(entry.number);
        }
        *self = Self { number: entry.number, chain: entry.chain };
        Ok(())
    }
}

impl Tip {
    /// What is to be said of a log whose entries were followed to this tip, where the conversation names `expected`.
    pub fn against(&self, expected: &Self) -> Verdict {
        if self == expected {
            Verdict::Intact
        } else {
            Verdict::Truncated { found: self.number, expected: expected.number }
        }
    }
}

impl LogEntry {
    /// Each text goes in with its length, so that no two different entries give the same bytes.
    fn seal(&self, before: &Digest) -> Digest {
        let mut line = Vec::with_capacity(224);
        line.extend_from_slice(before);
        line.extend_from_slice(self.conversation.as_bytes());
        for text in [Some(self.kind.as_str()), Some(self.actor.as_str()), self.key.as_deref()] {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            line.extend_from_slice(&length.to_be_bytes());
            line.extend_from_slice(text.unwrap_or_default().as_bytes());
        }
        for number in [self.number, self.seq.unwrap_or(0), self.at.as_millisecond()] {
            line.extend_from_slice(&number.to_be_bytes());
        }
        line.extend_from_slice(&self.digest);
        Sha256::digest(&line).into()
    }
}

fn digest(salt: &Salt, value: &str) -> Digest {
    Sha256::new().chain_update(salt).chain_update(value).finalize().into()
}

#[cfg(test)]
mod tests;
