//! Leases: what one node alone may do for a while. Whoever dies with one leaves it to the others when it runs out.

use jiff::Timestamp;

use super::Engine;
use crate::store::{error::StoreError, value::args};

impl Engine {
    /// Takes the lease of this name until then, or makes one's own longer. False while somebody else has it. No lease
    /// of this name ends after `furthest`: one that does was taken under a clock that has been put back since, and is nobody's.
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
        furthest: Timestamp,
    ) -> Result<bool, StoreError> {
        let held = self
            .db
            .execute(
                "INSERT INTO lease (name, holder, until_at) VALUES ($1, $2, $4) \
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at \
                 WHERE lease.holder = excluded.holder OR lease.until_at <= $3 OR lease.until_at > $5",
                &args![name, holder, now, until, furthest],
            )
            .await?;
        Ok(held > 0)
    }

    /// Gives one's lease back before its time.
    pub async fn release(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM lease WHERE name = $1 AND holder = $2", &args![name, holder]).await.map(drop)
    }
}
