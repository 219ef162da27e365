//! What is forgotten when its time is over.

use jiff::Timestamp;

use super::Engine;
use crate::store::{error::StoreError, value::args};

impl Engine {
    /// Forgets the sessions and links that are over.
    pub async fn prune_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM session WHERE expires_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM crossing WHERE expires_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM tried WHERE until_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM lease WHERE until_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM resume_link WHERE expires_at <= $1", &args![now]).await.map(drop)
    }

    /// Forgets the keys of what no provider delivers again any more. Returns how many went.
    pub async fn prune_received(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db.execute("DELETE FROM received WHERE at < $1", &args![before]).await
    }

    /// Forgets the early reports that nothing was ever sent for. Returns how many went.
    pub async fn prune_early_reports(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db.execute("DELETE FROM early_report WHERE at < $1", &args![before]).await
    }
}
