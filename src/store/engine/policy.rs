//! The policy register, for whoever looks a policy up and whoever imports them.

use jiff::Timestamp;

use super::Engine;
use crate::store::{
    error::StoreError,
    tables::policy::{self, Imported, PUT_POLICY, PolicyRow},
    value::args,
};

/// More namesakes than this are nobody in particular.
const MAX_NAMESAKES: i64 = 50;

impl Engine {
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
        policy::policy_by_number(&self.db, insurer, number_key).await
    }

    /// The policies of a name; the caller tells namesakes apart.
    pub async fn policies_by_name(&self, insurer: &str, name_key: &str) -> Result<Vec<PolicyRow>, StoreError> {
        let named = "WHERE insurer = $1 AND name_key = $2 LIMIT $3";
        let found = self.db.rows_of_key::<Imported>(named, &args![insurer, name_key, MAX_NAMESAKES]).await?;
        Ok(found.into_iter().map(|imported| imported.row).collect())
    }
}
