//! What the e-mail channel keeps: the program's own secrets, and how far a mailbox was read.

use super::Engine;
use crate::{
    domain::message::Channel,
    store::{
        error::StoreError,
        tables::mailbox::{ADVANCE, MailboxRow, ReadMailbox},
        value::args,
    },
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
        let of_account = "WHERE channel = $1 AND account = $2";
        let kept: Option<ReadMailbox> = self.db.row(of_account, &args![channel.name(), account]).await?;
        Ok(kept.map(|kept| kept.read))
    }

    /// Notes how far an account's mailbox was read. Within one life of the mailbox it only advances: two nodes may read it.
    pub async fn advance_mailbox(&self, channel: Channel, account: &str, read: MailboxRow) -> Result<(), StoreError> {
        let row = ReadMailbox { channel, account: account.to_owned(), read };
        ADVANCE.run_alone(&self.db, &row).await.map(drop)
    }
}
