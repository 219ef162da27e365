//! What is insured, from when to when, against what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A policy as its insurer imported it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub insurer: String,
    pub number: String,
    pub last_name: String,
    pub first_name: String,
    pub birth_date: Option<Date>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// The insured place.
    pub address: String,
    pub postcode: Option<String>,
    pub city: String,
    pub starts_on: Date,
    /// The first day on which it is no longer in force.
    pub ends_on: Option<Date>,
    /// Since when it is suspended, for instance because the premium was not paid.
    pub suspended_on: Option<Date>,
    /// What is covered, by peril.
    pub covers: BTreeMap<String, Cover>,
    /// The delay for declaring a loss, in working days, where the policy's own is not the law's: of the perils for which
    /// the law has no delay of their own.
    pub declaration_days: Option<u32>,
}

/// What the insurer pays for a peril.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// In cents.
    pub deductible: Option<i64>,
    /// In cents.
    pub limit: Option<i64>,
    /// The days that the policy grants for declaring a loss of this peril, where they are not the law's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration_days: Option<u32>,
}

impl Policy {
    /// The policyholder's name as it is shown.
    pub fn holder(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}
