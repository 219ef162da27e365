//! The names of facts: what a question fills, a condition tests and a handler reads.

use std::{borrow::Borrow, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a fact: a code that the flows' files declare, or one of those below that the program itself fills or reads.
/// A copy costs no more than a count: a name travels from the flow through the turn to its row.
#[derive(Clone)]
pub struct FactName(Repr);

#[derive(Clone)]
enum Repr {
    /// A name that the program knows.
    Static(&'static str),
    Shared(Arc<str>),
}

macro_rules! names {
    ($($(#[$doc:meta])* $constant:ident = $name:literal),+ $(,)?) => {
        impl FactName {
            $($(#[$doc])* pub const $constant: Self = Self(Repr::Static($name));)+
        }
    };
}

names! {
    /// The expert's appointment, once one is booked.
    APPOINTMENT = "appointment",
    BIRTH_DATE = "birth_date",
    CAUSE = "cause",
    CLAIMANT_ROLE = "claimant_role",
    DAMAGE_AMOUNT = "damage_amount",
    /// Whether all documents that are wanted have come.
    DOCUMENTS_COMPLETE = "documents_complete",
    EMAIL = "email",
    EXPERT_NAME = "expert_name",
    LAST_NAME = "last_name",
    LOSS_DATE = "loss_date",
    /// An address.
    LOSS_PLACE = "loss_place",
    /// How the loss is looked at: a code of [`super::orientation_mode::OrientationMode`].
    ORIENTATION = "orientation",
    /// The facts without which the table could not decide.
    ORIENTATION_MISSING = "orientation_missing",
    PERIL = "peril",
    PHONE = "phone",
    POLICY_HOLDER = "policy_holder",
    POLICY_NUMBER = "policy_number",
    /// Where a vehicle that cannot be driven stands, in the person's words: a garage, a pound, an address.
    VEHICLE_LOCATION = "vehicle_location",
    /// A place on the map that the person's phone shared.
    SHARED_PLACE = "shared_place",
}

impl FactName {
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(name) => name,
            Repr::Shared(name) => name,
        }
    }
}

impl From<&str> for FactName {
    fn from(name: &str) -> Self {
        Self(Repr::Shared(name.into()))
    }
}

impl From<String> for FactName {
    fn from(name: String) -> Self {
        Self(Repr::Shared(name.into()))
    }
}

impl From<&String> for FactName {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

impl From<&FactName> for FactName {
    fn from(name: &FactName) -> Self {
        name.clone()
    }
}

impl Deref for FactName {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for FactName {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for FactName {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for FactName {}

impl PartialEq<str> for FactName {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for FactName {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for FactName {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialOrd for FactName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FactName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for FactName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for FactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for FactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for FactName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for FactName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Arc::deserialize(deserializer).map(|name| Self(Repr::Shared(name)))
    }
}

#[cfg(test)]
mod tests;
