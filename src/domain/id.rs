//! Identifiers: UUIDv7, so that keys are made in the order of time and rows land side by side.

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
    /// A running program among several on one database.
    NodeId,
}

fn uuid_at(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    #[expect(clippy::disallowed_methods, reason = "the one place where identifiers are made")]
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
}
