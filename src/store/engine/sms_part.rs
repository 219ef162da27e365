//! Parts of long text messages that come apart.

use jiff::Timestamp;

use super::Engine;
use crate::store::{
    error::StoreError,
    table::Table as _,
    tables::sms_part::{ADD_PART, SmsPart},
    value::args,
};

impl Engine {
    /// Keeps a part, and returns all parts of its message that are there, in order. The same part again changes nothing;
    /// what is older than `stale` belongs to another message, for senders count anew.
    pub async fn keep_sms_part(&self, part: &SmsPart, stale: Timestamp) -> Result<Vec<SmsPart>, StoreError> {
        let SmsPart { account, address, reference, total, .. } = part;
        let mut tx = self.db.begin().await?;
        tx.fetch(
            "DELETE FROM sms_part WHERE account = $1 AND address = $2 AND reference = $3 AND (total <> $4 OR at < $5)",
            &args![account.as_str(), address.as_str(), *reference, *total, stale],
        )
        .await?;
        ADD_PART.run(&mut tx, [part]).await?;
        let of_message = "WHERE account = $1 AND address = $2 AND reference = $3 ORDER BY number";
        let sql = SmsPart::schema().select(of_message);
        let rows = tx.fetch(&sql, &args![account.as_str(), address.as_str(), *reference]).await?;
        tx.commit().await?;
        rows.iter().map(SmsPart::read).collect()
    }

    /// The message of these parts is taken.
    pub async fn finish_sms_parts(&self, parts: &[SmsPart]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for SmsPart { account, address, reference, number, .. } in parts {
            let sql =
                "UPDATE sms_part SET done = 1 WHERE account = $1 AND address = $2 AND reference = $3 AND number = $4";
            tx.fetch(sql, &args![account.as_str(), address.as_str(), *reference, *number]).await?;
        }
        tx.commit().await
    }

    /// The parts of messages of an account that are not complete since before `waiting_since`, in order; forgets what was
    /// done before `forget`.
    pub async fn overdue_sms_parts(
        &self,
        account: &str,
        waiting_since: Timestamp,
        forget: Timestamp,
    ) -> Result<Vec<SmsPart>, StoreError> {
        let forgotten = "DELETE FROM sms_part WHERE account = $1 AND done = 1 AND at < $2";
        self.db.execute(forgotten, &args![account, forget]).await?;
        let overdue = "WHERE account = $1 AND done = 0 AND at < $2 ORDER BY address, reference, number";
        self.db.rows(overdue, &args![account, waiting_since]).await
    }
}
