//! Names that the flows' files give to things: a claims manager's new one needs no release.

use std::{cmp::Ordering, sync::Arc};

/// A name, with its first bytes beside it: names are compared again and again, mostly with others that begin otherwise, and
/// these need not be looked up where their text is. A copy costs no more than a count.
#[derive(Clone)]
pub(super) struct Name {
    /// The first eight bytes, the first of them the highest: numbers are ordered as the texts are.
    beginning: u64,
    text: Text,
}

/// A name that the program knows, or one that was read.
#[derive(Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Name {
    pub(super) const fn of(text: &'static str) -> Self {
        Self { beginning: beginning(text), text: Text::Static(text) }
    }

    pub(super) fn shared(text: Arc<str>) -> Self {
        Self { beginning: beginning(&text), text: Text::Shared(text) }
    }

    pub(super) fn as_str(&self) -> &str {
        match &self.text {
            Text::Static(name) => name,
            Text::Shared(name) => name,
        }
    }
}

const fn beginning(text: &str) -> u64 {
    let text = text.as_bytes();
    let (mut beginning, mut at) = (0, 0);
    while at < 8 {
        beginning = beginning << 8 | if at < text.len() { text[at] as u64 } else { 0 };
        at += 1;
    }
    beginning
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.beginning == other.beginning && self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    /// As the texts are ordered.
    fn cmp(&self, other: &Self) -> Ordering {
        self.beginning.cmp(&other.beginning).then_with(|| self.as_str().cmp(other.as_str()))
    }
}

/// Declares a type of names, with those that the program itself uses. Stored and shown it is its text; two types of names
/// do not mix, and none is compared with the other.
macro_rules! open_name {
    ($(#[$type_doc:meta])* $name:ident { $($(#[$doc:meta])* $constant:ident = $text:literal),* $(,)? }) => {
        $(#[$type_doc])*
        #[derive(Clone)]
        pub struct $name($crate::domain::open_name::Name);

        impl $name {
            $($(#[$doc])* pub const $constant: Self = Self($crate::domain::open_name::Name::of($text));)*

            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self($crate::domain::open_name::Name::shared(name.into()))
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self($crate::domain::open_name::Name::shared(name.into()))
            }
        }

        impl From<&String> for $name {
            fn from(name: &String) -> Self {
                name.as_str().into()
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl Eq for $name {}

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.as_str() == other
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.0.cmp(&other.0)
            }
        }

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                std::hash::Hash::hash(self.as_str(), state);
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::sync::Arc<str> as serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self($crate::domain::open_name::Name::shared(name)))
            }
        }
    };
}
pub(super) use open_name;
