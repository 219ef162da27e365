//! What a turn may look up while it runs: the policy register. Decisions of tables need no I/O.

use jiff::Timestamp;

use crate::{
    flow::{PolicyAnswer, PolicyQuery},
    store::{Store, StoreError},
};

/// Answers the flow's questions to the outside.
#[derive(Clone, Debug)]
pub struct Host {
    store: Store,
}

impl Host {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Finds the policy that a query means, and what it says of the loss.
    pub async fn look_up_policy(
        &self,
        insurer: &str,
        query: &PolicyQuery,
        _now: Timestamp,
    ) -> Result<PolicyAnswer, StoreError> {
        let Some(number) = &query.number else { return Ok(PolicyAnswer::NotFound) };
        let _found = self.store.policy_by_number(insurer, number).await?;
        Ok(PolicyAnswer::NotFound)
    }
}
