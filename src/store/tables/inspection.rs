//! The queue of files that nobody has looked at yet.

use super::document::DocumentRow;
use crate::store::{db::Tx, error::StoreError, value::args};

/// A file whose inspection is this node's for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedInspection {
    pub document: DocumentRow,
    /// How often it was claimed, this time among them.
    pub attempts: i64,
}

/// Queues a file whose row this transaction writes. The row of its conversation is locked, so that the files of one are
/// counted one after the other.
pub(in crate::store) async fn queue(tx: &mut Tx, document: &DocumentRow) -> Result<(), StoreError> {
    if !document.inspection.pending {
        return Ok(());
    }
    let sql = "INSERT INTO inspection (document, conversation, place, at, next_at, attempts) \
               SELECT $1, $2, (SELECT COUNT(*) FROM inspection WHERE conversation = $2), $3, 0, 0";
    let values = args![document.id.to_string(), document.conversation.to_string(), document.at];
    tx.fetch(sql, &values).await.map(drop)
}
