//! The policy register: what insurers imported, found by number or by name.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    batch::{ColumnType, Insert},
    db::{Row, args},
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

const SELECT: &str = "SELECT insurer, number_key, name_key, birth_date, postcode, policy FROM policy";
/// More namesakes than this are nobody in particular.
const MAX_NAMESAKES: i64 = 50;

fn read(row: &Row) -> Result<PolicyRow, StoreError> {
    Ok(PolicyRow {
        insurer: row.text(0)?,
        number_key: row.text(1)?,
        name_key: row.text(2)?,
        birth_date: row.text_or_null(3)?,
        postcode: row.text_or_null(4)?,
        policy: row.json(5)?,
    })
}

impl Store {
    /// Adds policies, or replaces those with the same number, all or none.
    pub async fn put_policies(&self, policies: &[PolicyRow], now: Timestamp) -> Result<(), StoreError> {
        let insert = Insert::new(
            "policy",
            &[
                ("insurer", ColumnType::Text),
                ("number_key", ColumnType::Text),
                ("name_key", ColumnType::Text),
                ("birth_date", ColumnType::Text),
                ("postcode", ColumnType::Text),
                ("policy", ColumnType::Text),
                ("imported_at", ColumnType::Int),
            ],
            "ON CONFLICT (insurer, number_key) DO UPDATE SET name_key = excluded.name_key, \
             birth_date = excluded.birth_date, postcode = excluded.postcode, policy = excluded.policy, \
             imported_at = excluded.imported_at",
        );
        let mut tx = self.db.begin().await?;
        for part in policies.chunks(500) {
            let rows = part
                .iter()
                .map(|row| {
                    args![
                        row.insurer.as_str(),
                        row.number_key.as_str(),
                        row.name_key.as_str(),
                        row.birth_date.clone(),
                        row.postcode.clone(),
                        row.policy.to_string(),
                        now,
                    ]
                    .to_vec()
                })
                .collect();
            insert.run(&mut tx, rows).await?;
        }
        tx.commit().await
    }

    /// The policy with this number.
    pub async fn policy_by_number(&self, insurer: &str, number_key: &str) -> Result<Option<PolicyRow>, StoreError> {
        let sql = format!("{SELECT} WHERE insurer = $1 AND number_key = $2");
        self.db.fetch_one(&sql, &args![insurer, number_key]).await?.as_ref().map(read).transpose()
    }

    /// The policies of a name; the caller tells namesakes apart.
    pub async fn policies_by_name(&self, insurer: &str, name_key: &str) -> Result<Vec<PolicyRow>, StoreError> {
        let sql = format!("{SELECT} WHERE insurer = $1 AND name_key = $2 LIMIT $3");
        self.db.fetch(&sql, &args![insurer, name_key, MAX_NAMESAKES]).await?.iter().map(read).collect()
    }
}
