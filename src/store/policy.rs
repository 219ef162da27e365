//! The policy register: what insurers imported, found by number or by name.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    db::args,
    table::{Insert, table},
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
struct Imported {
    row: PolicyRow,
    at: Timestamp,
}

table! { Imported in "policy" {
    row: PolicyRow { insurer, number_key, name_key, birth_date, postcode, policy },
    at as imported_at,
} }

static PUT_POLICY: LazyLock<Insert<Imported>> = LazyLock::new(|| Insert::upsert(&["insurer", "number_key"], &[], ""));

/// More namesakes than this are nobody in particular.
const MAX_NAMESAKES: i64 = 50;

impl Store {
    /// Adds policies, or replaces those with the same number, all or none.
    pub async fn put_policies(&self, policies: &[PolicyRow], now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for part in policies.chunks(500) {
            PUT_POLICY.run(&mut tx, part.iter().map(|row| Imported { row: row.clone(), at: now })).await?;
        }
        tx.commit().await
    }

    /// The policy with this number.
    pub async fn policy_by_number(&self, insurer: &str, number_key: &str) -> Result<Option<PolicyRow>, StoreError> {
        let numbered = "WHERE insurer = $1 AND number_key = $2";
        Ok(self.db.row::<Imported>(numbered, &args![insurer, number_key]).await?.map(|imported| imported.row))
    }

    /// The policies of a name; the caller tells namesakes apart.
    pub async fn policies_by_name(&self, insurer: &str, name_key: &str) -> Result<Vec<PolicyRow>, StoreError> {
        let named = "WHERE insurer = $1 AND name_key = $2 LIMIT $3";
        let found = self.db.rows::<Imported>(named, &args![insurer, name_key, MAX_NAMESAKES]).await?;
        Ok(found.into_iter().map(|imported| imported.row).collect())
    }
}
