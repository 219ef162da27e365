//! Identifiers: UUIDv7, so that keys are made in the order of time and rows land side by side.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts by `now`.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_at(now))
            }

            /// The sixteen bytes of it.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// None that is made at this instant or later sorts before it, and none that was made earlier behind it.
            pub fn first_at(instant: Timestamp) -> Self {
                Self(counted_at(instant, 0))
            }
        }

        impl Id for $name {
            fn of(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A [`crate::domain`] conversation.
    ConversationId,
    /// A person who writes.
    ContactId,
    /// One item of a conversation.
    MessageId,
    /// A case.
    DossierId,
    /// A file received or produced.
    DocumentId,
    /// A message on its way to one place.
    OutboundId,
    /// Something asked for beside a claim.
    RequestId,
    /// Something that was not understood.
    MissedId,
    /// An expert's order for a dossier.
    MissionId,
    /// A slot that was proposed or booked.
    AppointmentId,
    /// A task, or a reply that is sent later.
    DueId,
    /// A running program among several on one database.
    NodeId,
}

/// A kind of identifier.
pub trait Id {
    fn of(uuid: Uuid) -> Self;
}

/// Where a turn's identifiers come from. Cheap to clone; clones of one count on together.
#[derive(Clone, Debug, Default)]
pub enum Ids {
    /// Random ones, as the service makes them.
    #[default]
    Random,
    /// Each one more than the one before, so that what is played twice is the same twice.
    Counted(Arc<AtomicU64>),
}

impl Ids {
    /// Identifiers that end with `first` and the numbers after it.
    pub fn counted_from(first: u64) -> Self {
        Self::Counted(Arc::new(AtomicU64::new(first)))
    }

    /// A new identifier that sorts by `now`.
    pub fn next<I: Id>(&self, now: Timestamp) -> I {
        I::of(match self {
            Self::Random => uuid_at(now),
            Self::Counted(last) => counted_at(now, last.fetch_add(1, Ordering::Relaxed)),
        })
    }
}

/// The identifier of an instant with this number in place of randomness.
fn counted_at(instant: Timestamp, number: u64) -> Uuid {
    let millis = u64::try_from(instant.as_millisecond()).unwrap_or(0);
    let mut bits = [0; 10];
    bits[2..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
}

fn uuid_at(now: Timestamp) -> Uuid {
    #[cfg(test)]
    if let Some(number) = testing::next() {
        return counted_at(now, number);
    }
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    #[expect(clippy::disallowed_methods, reason = "the one place where identifiers are made")]
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
