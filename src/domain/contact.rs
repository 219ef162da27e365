//! A person at several addresses: how an address is known to be theirs.
//!
//! An address that somebody wrote from may be forged, and one that they told may be somebody else's: it is trusted only
//! after proof.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    fact::{Fact, Facts, Source, Value},
    fact_name::FactName,
    message::Channel,
};

/// The digits of a telephone number with its country (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

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

/// The facts that an address tells by itself: whoever writes a text message need not be asked for a number, nor whoever
/// writes a mail for an address. They say where the person can be reached, and prove nothing.
pub fn told_by(channel: Channel, address: &str) -> Facts {
    let told = match channel {
        Channel::Sms => is_number(address).then(|| (FactName::PHONE, Value::Phone(address.to_owned()))),
        // An address with a blank is nobody's: its sender was found to be forged.
        Channel::Email if address.contains('@') && !address.contains(' ') => {
            Some((FactName::EMAIL, Value::Email(address.to_owned())))
        }
        Channel::Email | Channel::Telegram | Channel::Web => None,
    };
    let fact = |(name, value)| (name, Arc::new(Fact { value, source: Source::Channel }));
    told.map(fact).into_iter().collect()
}

/// Whether an address is a telephone number in E.164.
fn is_number(address: &str) -> bool {
    let digits = address.strip_prefix('+').unwrap_or_default();
    DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
