//! Where a dossier stands, and where it may go from there.

/// The status machine: collecting → qualified → oriented → handed over → closed, or withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The flow is asking.
    Collecting,
    /// Everything needed was said.
    Qualified,
    /// The decision table chose a mode.
    Oriented,
    /// A person has it.
    HandedOver,
    Closed,
    /// The policyholder withdrew the claim.
    Withdrawn,
}

impl Status {
    pub const ALL: [Self; 6] =
        [Self::Collecting, Self::Qualified, Self::Oriented, Self::HandedOver, Self::Closed, Self::Withdrawn];

    /// The name in the store and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Collecting => "collecting",
            Self::Qualified => "qualified",
            Self::Oriented => "oriented",
            Self::HandedOver => "handed_over",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing more is expected of anybody.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn)
    }

    /// A person may be called at any time and anything open may be closed; a correction may take an oriented dossier
    /// back to collecting; what is closed is opened again by going back to a person.
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Closed | Self::Withdrawn, next) => next == Self::HandedOver,
            (Self::Collecting, Self::Oriented) => false,
            _ => true,
        }
    }
}

/// A status that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown status; they are collecting, qualified, oriented, handed_over, closed and withdrawn")]
pub struct UnknownStatus;

impl std::str::FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.name() == name).ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests;
