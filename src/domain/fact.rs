//! Facts: what a dossier knows, each with who said it and when.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{fact_name::FactName, number::FiniteNumber};

/// The facts of a conversation by name. A name that is absent is not known yet. Each turn copies them to be compared with,
/// and changes few: what it does not change is shared.
pub type Facts = BTreeMap<FactName, Arc<Fact>>;

/// What an entry of a conversation's log says of its facts. The rest of the entry only the conversation reads.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct FactChanges {
    /// The message in which they were said.
    #[serde(rename = "m", default)]
    pub message: Option<i64>,
    #[serde(rename = "d", default)]
    pub delta: FactDelta,
}

/// The facts that a turn changed; none where a correction made one void.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct FactDelta {
    #[serde(rename = "f", default)]
    pub facts: BTreeMap<FactName, Option<Fact>>,
}

/// One fact: its value and where it comes from. When it was said stands with the row that the store keeps of it: this form
/// is rewritten with every message of a conversation, so what most facts share is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    #[serde(rename = "v")]
    pub value: Value,
    #[serde(rename = "s", default, skip_serializing_if = "Source::is_policyholder")]
    pub source: Source,
}

/// Who said a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The person who writes.
    #[default]
    Policyholder,
    /// The flow, by a rule written in it.
    Flow,
    /// The policy register.
    Policy,
    /// The address that the person writes from, or what their phone shared.
    Channel,
    /// A handler, by login.
    Handler(String),
}

impl Source {
    fn is_policyholder(&self) -> bool {
        *self == Self::Policyholder
    }

    /// Whether a person said it in the conversation or in the console, and no rule or register.
    pub fn is_a_person(&self) -> bool {
        matches!(self, Self::Policyholder | Self::Handler(_))
    }
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The person was asked and does not know.
    Unknown,
    Bool(bool),
    Text(String),
    Choice(String),
    Choices(Vec<String>),
    Number(FiniteNumber),
    /// In cents of euro.
    Amount(i64),
    Moment(Moment),
    /// In minutes.
    Duration(i64),
    Address(Address),
    /// E.164.
    Phone(String),
    Email(String),
    /// How many files were received for this question.
    Files(u32),
}

/// A local date or time with how precisely it is known. `end` is exclusive; it is absent where the moment is the one second,
/// minute, hour, day, week, month, quarter or year that the precision names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub start: civil::DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<civil::DateTime>,
    pub precision: Precision,
}

/// How precisely a moment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    Second,
    Minute,
    Hour,
    PartOfDay,
    Day,
    /// From one moment to another: "du 3 au 5", "ce week-end".
    Interval,
    Week,
    Month,
    Quarter,
    Year,
}

/// A postal address as it was understood; `line` keeps what the person wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub line: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Whether it is the place that the policy insures, by the person's word for it ("chez moi"): the address is the policy's and
    /// never shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insured: bool,
}

impl Address {
    /// As one line. It keeps what the person wrote, which may hold the postcode and the city already, in small letters too.
    pub fn in_one_line(&self) -> String {
        let mut text = self.line.clone();
        let written = self.line.to_lowercase();
        let town: Vec<&str> = [&self.postcode, &self.city]
            .into_iter()
            .filter_map(|part| part.as_deref())
            .filter(|part| !written.contains(&part.to_lowercase()))
            .collect();
        if !town.is_empty() {
            text.push_str(", ");
            text.push_str(&town.join(" "));
        }
        text
    }
}

#[cfg(test)]
mod tests;
