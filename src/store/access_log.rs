//! The access log as it is written: before what it tells of is shown.

use std::sync::Arc;

use super::{
    db::Db,
    error::StoreError,
    tables::access::{ADD_ACCESS, AccessRow},
    value::args,
};

/// Writes the access log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccessLog {
    db: Arc<Db>,
}

impl AccessLog {
    pub(super) fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    /// Writes a line, unless it is there: when this returns, it is durable.
    pub async fn note(&self, line: &AccessRow) -> Result<(), StoreError> {
        let known = "SELECT 1 FROM access WHERE login = $1 AND kind = $2 AND subject = $3 AND slot = $4";
        let key = args![line.login.as_str(), line.kind.name(), line.subject.as_str(), line.slot];
        if !self.db.look_up(known, &key).await?.is_empty() {
            return Ok(());
        }
        ADD_ACCESS.run_alone(&self.db, line).await.map(drop)
    }
}
