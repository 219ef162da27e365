//! What is deleted when its time is over.

use jiff::SignedDuration;

use super::tables::device::UNUSED;
use crate::domain::id::OutboundId;

/// Rows that are over some time after the instant that stands in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// The keys by which a redelivery is known. The longest that a provider is known to deliver again is a week.
    ReceivedKeys,
    /// Reports on messages that nothing was ever sent as.
    EarlyReports,
    Sessions,
    /// Links by which users choose a password.
    Invitations,
    /// Who read what.
    Accesses,
    /// Links that people were sent.
    Links,
    /// Devices on which a chat was open, and that were not used.
    Devices,
    /// Secrets that lead to any other channel.
    ChannelSwitches,
    /// How often a secret was tried.
    Tries,
    /// The rows that nodes write to see whether they can.
    Probes,
}

/// A page of the outbox that was looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxPage {
    /// How many of its rows were deleted.
    pub gone: u64,
    /// Where the next page begins; none when there is none.
    pub last: Option<OutboundId>,
}

impl Expired {
    pub const ALL: [Self; 10] = [
        Self::ReceivedKeys,
        Self::EarlyReports,
        Self::Sessions,
        Self::Invitations,
        Self::Accesses,
        Self::Links,
        Self::Devices,
        Self::ChannelSwitches,
        Self::Tries,
        Self::Probes,
    ];

    /// How long a row stays after the instant that stands in it.
    pub fn kept(self) -> SignedDuration {
        match self {
            Self::ReceivedKeys | Self::EarlyReports => SignedDuration::from_hours(7 * 24),
            Self::Devices => UNUSED,
            Self::Probes => SignedDuration::from_hours(24),
            Self::Accesses => SignedDuration::from_hours(365 * 24),
            Self::Sessions | Self::Invitations | Self::Links | Self::ChannelSwitches | Self::Tries => {
                SignedDuration::ZERO
            }
        }
    }

    /// Its table, the key of a row, and the indexed column with its instant.
    pub(super) fn columns(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ReceivedKeys => ("received", "key", "at"),
            Self::EarlyReports => ("early_report", "channel, account, provider_id, fate", "at"),
            Self::Sessions => ("session", "token_hash", "expires_at"),
            Self::Invitations => ("invitation", "token_hash", "expires_at"),
            Self::Accesses => ("access", "login, kind, subject, slot", "at"),
            Self::Links => ("link", "token_hash", "expires_at"),
            Self::Devices => ("endpoint", "channel, account, address", "used_at"),
            Self::ChannelSwitches => ("crossing", "secret_hash", "expires_at"),
            Self::Tries => ("tried", "key", "until_at"),
            Self::Probes => ("probe", "node", "at"),
        }
    }
}
