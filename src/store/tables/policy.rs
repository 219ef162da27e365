//! The policy register: what insurers imported, found by number or by name.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::store::{
    db::Db,
    error::StoreError,
    table::{Insert, table},
    value::args,
};

/// A policy and the keys that it is found by. The policy itself is the contract room's JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyRow {
    pub insurer: String,
    pub number_key: String,
    pub name_key: String,
    /// ISO 8601.
    pub birth_date: Option<String>,
    pub postcode: Option<String>,
    pub policy: serde_json::Value,
}

/// A policy as it is stored.
pub(in crate::store) struct Imported {
    pub(in crate::store) row: PolicyRow,
    pub(in crate::store) at: Timestamp,
}

table! { Imported in "policy" {
    row: PolicyRow { insurer, number_key, name_key, birth_date, postcode, policy },
    at as imported_at,
} }

pub(in crate::store) static PUT_POLICY: LazyLock<Insert<Imported>> =
    LazyLock::new(|| Insert::upsert(&["insurer", "number_key"], &[], ""));

/// The policy with this number.
pub(in crate::store) async fn policy_by_number(
    db: &Db,
    insurer: &str,
    number_key: &str,
) -> Result<Option<PolicyRow>, StoreError> {
    let numbered = "WHERE insurer = $1 AND number_key = $2";
    let found = db.rows_of_key::<Imported>(numbered, &args![insurer, number_key]).await?;
    Ok(found.into_iter().next().map(|imported| imported.row))
}
