//! A person at several addresses: how an address is known to be theirs.
//!
//! An address that somebody wrote from may be forged, and one that they told may be somebody else's: it is trusted only
//! after proof.

use serde::{Deserialize, Serialize};

/// How it was proven that an address is the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The address is the secret of a chat that only their browser knows.
    Session,
    /// The provider vouches for the sender, as Telegram does.
    Provider,
    /// A code that they were given at another address of theirs was sent from it.
    Code,
    /// A link that they were given at another address of theirs was opened there.
    Link,
}

impl Proof {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Provider => "provider",
            Self::Code => "code",
            Self::Link => "link",
        }
    }
}

/// A proof's name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown proof; the proofs are session, provider, code and link")]
pub struct UnknownProof;

impl std::str::FromStr for Proof {
    type Err = UnknownProof;

    fn from_str(name: &str) -> Result<Self, UnknownProof> {
        [Self::Session, Self::Provider, Self::Code, Self::Link]
            .into_iter()
            .find(|proof| proof.name() == name)
            .ok_or(UnknownProof)
    }
}
