//! What handlers taught.

use jiff::Timestamp;

use crate::store::{
    db::{Db, Tx},
    error::StoreError,
    notify,
    table::table,
    value::args,
};

/// An example of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaughtRow {
    /// Grows with each.
    pub version: i64,
    pub intent: String,
    pub text: String,
    /// The login of the handler.
    pub taught_by: Option<String>,
    pub at: Timestamp,
}

table! { TaughtRow in "taught" { version, intent, text, taught_by, at } }

/// What was taught after a version, in the order in which it was, so that every node learns in the same order.
pub(in crate::store) async fn taught(db: &Db, after: i64) -> Result<Vec<TaughtRow>, StoreError> {
    db.rows("WHERE version > $1 ORDER BY version", &args![after]).await
}

/// Adds an example, and tells the other nodes.
pub(in crate::store) async fn teach(
    tx: &mut Tx,
    intent: &str,
    text: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !tx.is_sqlite() {
        // One after the other, so that nobody sees a version before those below it.
        tx.fetch("LOCK TABLE taught IN SHARE ROW EXCLUSIVE MODE", &args![]).await?;
    }
    let sql = "INSERT INTO taught (version, intent, text, taught_by, at) \
               SELECT COALESCE(MAX(version), 0) + 1, $1, $2, $3, $4 FROM taught";
    tx.fetch(sql, &args![intent, text, by, now]).await?;
    notify::tell_taught(tx).await
}
