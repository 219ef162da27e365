//! Several nodes hear of each other's turns: PostgreSQL's `NOTIFY`, sent in the turn's own transaction.
//!
//! It only says that there is something to read, or to send. A notification lost with a connection costs a moment: whoever
//! shows a conversation also looks again by itself now and then, and so does whoever sends.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::postgres::PgListener;

use super::{
    db::{Db, Tx, args},
    error::StoreError,
    tables::outbox::OutboxRow,
};
use crate::domain::{
    id::{ConversationId, DossierId},
    message::Channel,
};

const TOPIC: &str = "guichet_turns";
/// PostgreSQL takes payloads of less than 8,000 bytes.
const MAX_BYTES: usize = 7_999;

/// Tells the other nodes what this transaction changes, and for which accounts something waits to be sent.
pub(super) async fn tell<'r>(
    tx: &mut Tx,
    turns: impl Iterator<Item = (ConversationId, Option<DossierId>)>,
    waiting: impl Iterator<Item = &'r OutboxRow>,
) -> Result<(), StoreError> {
    if tx.is_sqlite() {
        return Ok(());
    }
    let turns = turns.map(|(conversation, dossier)| match dossier {
        Some(dossier) => format!("{conversation} {dossier}"),
        None => conversation.to_string(),
    });
    let accounts: BTreeSet<_> = waiting.map(|row| (row.to.channel.name(), row.to.account.as_str())).collect();
    let accounts = accounts
        .into_iter()
        .map(|(channel, account)| format!("{channel}/{}", utf8_percent_encode(account, NON_ALPHANUMERIC)));
    for payload in payloads(turns.chain(accounts)) {
        tx.fetch("SELECT pg_notify($1, $2)", &args![TOPIC, payload]).await?;
    }
    Ok(())
}

/// The items with commas between them, in as few payloads as they fit into.
fn payloads(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for item in items {
        match payloads.last_mut().filter(|payload| payload.len() + 1 + item.len() <= MAX_BYTES) {
            Some(payload) => {
                payload.push(',');
                payload.push_str(&item);
            }
            None => payloads.push(item),
        }
    }
    payloads
}

/// Hears of turns, this node's own among them.
#[derive(Debug)]
pub struct ChangeFeed(PgListener);

/// What some turns changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub turns: Vec<(ConversationId, Option<DossierId>)>,
    /// The accounts for which something waits to be sent.
    pub to_send: Vec<(Channel, String)>,
}

impl ChangeFeed {
    /// None on SQLite, where there is one node.
    pub(super) async fn open(db: &Db) -> Result<Option<Self>, StoreError> {
        let Db::Postgres(pool) = db else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(TOPIC).await?;
        Ok(Some(Self(listener)))
    }

    /// Waits for the next ones. The listener reconnects by itself.
    pub async fn next(&mut self) -> Result<Changes, StoreError> {
        Ok(read(self.0.recv().await?.payload()))
    }
}

/// What a payload says; what is of another version is left out.
fn read(payload: &str) -> Changes {
    let mut heard = Changes::default();
    for item in payload.split(',') {
        if let Some((channel, account)) = item.split_once('/') {
            let account = percent_decode_str(account).decode_utf8_lossy().into_owned();
            heard.to_send.extend(channel.parse().ok().map(|channel| (channel, account)));
        } else {
            let (conversation, dossier) = item.split_once(' ').map_or((item, None), |(id, rest)| (id, Some(rest)));
            let dossier = dossier.and_then(|id| id.parse().ok());
            heard.turns.extend(conversation.parse().ok().map(|conversation| (conversation, dossier)));
        }
    }
    heard
}

#[cfg(test)]
mod tests;
