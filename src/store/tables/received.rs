//! What was received already: the keys by which a redelivery is known.
//!
//! Only a key's hash is kept. A key holds a person's address, and the one that opens a chat holds what its secret is made
//! of.

use std::sync::LazyLock;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{
    domain::id::ConversationId,
    store::{
        db::Tx,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// An item that was received, kept until no provider delivers it again.
pub(in crate::store) struct ReceivedRow {
    /// Its hash.
    pub(in crate::store) key: [u8; 32],
    pub(in crate::store) conversation: ConversationId,
    pub(in crate::store) seq: i64,
    pub(in crate::store) at: Timestamp,
}

table! { ReceivedRow in "received" { key, conversation, seq, at } }

/// Tells the keys that are new.
pub(in crate::store) static ADD_RECEIVED: LazyLock<Insert<ReceivedRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING").telling("key"));

/// How many keys are hashed at a time.
const BATCH: i64 = 5000;

/// What is kept of a key. What is secret in one is random and long, so that no salt is needed. It begins with a hash of all
/// but the provider's identifier: what one person sends is kept side by side, where each message would else write a page of
/// its own, the sooner from the disk the more keys there are.
pub(in crate::store) fn hash(key: &str) -> [u8; 32] {
    let sender = key.rsplit_once('|').map_or(key, |(sender, _)| sender);
    let mut hash: [u8; 32] = Sha256::digest(key).into();
    hash[..8].copy_from_slice(&Sha256::digest(sender)[..8]);
    hash
}

/// Hashes the keys that an earlier program kept as they were, and takes its table away: SQLite has no hash of its own. It is
/// a part of the migration, so that what came before is known as a redelivery at every instant.
pub(in crate::store) async fn hash_earlier(tx: &mut Tx) -> Result<(), StoreError> {
    if tx.is_sqlite() {
        // What is dropped is overwritten: it would stay readable in the file for long.
        tx.fetch("PRAGMA secure_delete = ON", &[]).await?;
    }
    let mut last = String::new();
    loop {
        let page = "SELECT key, conversation, seq, at FROM received_before WHERE key > $1 ORDER BY key LIMIT $2";
        let found = tx.fetch(page, &args![last.as_str(), BATCH]).await?;
        let Some(row) = found.last() else { break };
        last = row.text(0)?;
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            let (conversation, seq, at) = (row.parse(1)?, row.int(2)?, row.time(3)?);
            rows.push(ReceivedRow { key: hash(&row.text(0)?), conversation, seq, at });
        }
        ADD_RECEIVED.run(tx, rows).await?;
    }
    tx.fetch("DROP TABLE received_before", &[]).await?;
    if tx.is_sqlite() {
        tx.fetch("PRAGMA secure_delete = OFF", &[]).await?;
    }
    Ok(())
}
