//! The languages in which Guichet speaks.

use serde::{Deserialize, Serialize};

/// French first, English second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Fr,
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// A value with its name, as this language writes it: in French a space stands before the colon.
    pub fn named(self, name: &str, value: &str) -> String {
        match self {
            Self::Fr => format!("{name} : {value}"),
            Self::En => format!("{name}: {value}"),
        }
    }

    /// Items of which each may hold commas, one after the other.
    pub fn listed(self, items: &[String]) -> String {
        items.join(match self {
            Self::Fr => " ; ",
            Self::En => "; ",
        })
    }

    /// The language of an ISO 639-1 code or of a tag such as `en-GB`; French when it is none of ours.
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("en") { Self::En } else { Self::Fr }
    }
}

/// A text for people in each language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub fr: String,
    pub en: String,
}

impl Text {
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}
