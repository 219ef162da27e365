//! What the e-mail channel keeps: the program's own secrets, and how far a mailbox was read.

use super::Engine;
use crate::{
    domain::message::Channel,
    store::{error::StoreError, tables::mailbox::MailboxRow, value::args},
};

impl Engine {
    /// The secret of this name: 256 random bits in hexadecimal, made when it is first asked for. Every node gets the same.
    pub async fn secret(&self, name: &str) -> Result<String, StoreError> {
        let query = "SELECT value FROM secret WHERE name = $1";
        if let Some(row) = self.db.fetch_one(query, &args![name]).await? {
            return row.text(0);
        }
        let mut fresh = [0; 32];
        getrandom::fill(&mut fresh).map_err(|error| StoreError::NoRandomness(error.to_string()))?;
        let insert = "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.db.execute(insert, &args![name, hex::encode(fresh)]).await?;
        // Another node may have been first.
        self.db.fetch_one(query, &args![name]).await?.ok_or(StoreError::Closing)?.text(0)
    }

    /// How far an account's mailbox was read. None: it never was.
    pub async fn mailbox(&self, channel: Channel, account: &str) -> Result<Option<MailboxRow>, StoreError> {
        let sql = "SELECT validity, last_uid FROM mailbox WHERE channel = $1 AND account = $2";
        let Some(row) = self.db.fetch_one(sql, &args![channel.name(), account]).await? else { return Ok(None) };
        let number =
            |column| row.int(column).and_then(|value| u32::try_from(value).map_err(|_| row.unreadable(column)));
        Ok(Some(MailboxRow { validity: number(0)?, last_uid: number(1)? }))
    }

    /// Notes how far an account's mailbox was read. Within one life of the mailbox it only advances: two nodes may read it.
    pub async fn advance_mailbox(&self, channel: Channel, account: &str, read: MailboxRow) -> Result<(), StoreError> {
        self.db
            .execute(
                "INSERT INTO mailbox (channel, account, validity, last_uid) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (channel, account) DO UPDATE SET validity = excluded.validity, last_uid = excluded.last_uid \
                 WHERE mailbox.validity <> excluded.validity OR mailbox.last_uid < excluded.last_uid",
                &args![channel.name(), account, i64::from(read.validity), i64::from(read.last_uid)],
            )
            .await
            .map(drop)
    }
}
