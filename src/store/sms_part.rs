//! Parts of long text messages that come apart: each is stored before it is acknowledged, until all are there.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    db::args,
    table::{Insert, Table as _, table},
};

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsPart {
    pub account: String,
    pub address: String,
    /// The sender's number for the whole message, and of how many parts it is.
    pub reference: i64,
    pub total: i64,
    /// From 1.
    pub number: i64,
    /// The octets, in hexadecimal, and the code by which they are read.
    pub content: String,
    pub coding: i64,
    /// What the message is called if it is known by this part.
    pub id: String,
    /// Whether the message was taken already with this part in it.
    pub done: bool,
    pub at: Timestamp,
}

table! { SmsPart in "sms_part" { account, address, reference, total, number, content, coding, id, done, at } }

static ADD_PART: LazyLock<Insert<SmsPart>> =
    LazyLock::new(|| Insert::with("ON CONFLICT (account, address, reference, number) DO NOTHING"));

impl Store {
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
