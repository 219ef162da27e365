//! Several nodes hear of each other's turns: PostgreSQL's `NOTIFY`, sent in the turn's own transaction.
//!
//! It only says that there is something to read, or to send. What is notified while the connection is broken is lost: when
//! it is there again, whoever listens is told that anything may have changed, and whoever sends looks again by itself now
//! and then.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::{Executor as _, PgPool, postgres::PgListener};
use tokio::time::timeout;

use super::{
    db::{Db, Tx},
    error::StoreError,
    tables::outbox::OutboxRow,
    value::args,
};
use crate::domain::{
    id::{ConversationId, DossierId},
    message::Channel,
};

/// What the nodes listen to.
pub(super) const TOPIC: &str = "guichet_turns";
/// PostgreSQL takes payloads of less than 8,000 bytes.
const MAX_BYTES: usize = 7_999;
/// After such a silence the connection is tried: one that a network dropped says nothing by itself.
const SILENCE: Duration = Duration::from_secs(15);
/// A connection that answers no later is taken for broken.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells the other nodes what this transaction changes, and for which accounts something waits to be sent.
pub(super) async fn tell<'r>(
    tx: &mut Tx,
    turns: impl Iterator<Item = (ConversationId, Option<DossierId>)>,
    waiting: impl Iterator<Item = &'r OutboxRow>,
) -> Result<(), StoreError> {
    if tx.is_sqlite() {
        return Ok(());
    }
    for payload in told(turns, waiting) {
        tx.fetch("SELECT pg_notify($1, $2)", &args![TOPIC, payload]).await?;
    }
    Ok(())
}

/// What the other nodes are told of these turns.
pub(super) fn told<'r>(
    turns: impl Iterator<Item = (ConversationId, Option<DossierId>)>,
    waiting: impl Iterator<Item = &'r OutboxRow>,
) -> Vec<String> {
    let turns = turns.map(|(conversation, dossier)| match dossier {
        Some(dossier) => format!("{conversation} {dossier}"),
        None => conversation.to_string(),
    });
    let accounts: BTreeSet<_> = waiting.map(|row| (row.to.channel.name(), row.to.account.as_str())).collect();
    let accounts = accounts
        .into_iter()
        .map(|(channel, account)| format!("{channel}/{}", utf8_percent_encode(account, NON_ALPHANUMERIC)));
    payloads(turns.chain(accounts))
}

/// What a payload says where handlers taught something.
const TAUGHT: &str = "taught";

/// Tells the other nodes that handlers taught something.
pub(super) async fn tell_taught(tx: &mut Tx) -> Result<(), StoreError> {
    if tx.is_sqlite() {
        return Ok(());
    }
    tx.fetch("SELECT pg_notify($1, $2)", &args![TOPIC, TAUGHT]).await.map(drop)
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
pub struct ChangeFeed {
    db: Arc<Db>,
    /// None while the connection is broken.
    listener: Option<PgListener>,
}

/// What is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Changes {
        /// The conversations that some turns changed.
        turns: Vec<ConversationId>,
        /// The accounts for which something waits to be sent.
        to_send: Vec<(Channel, String)>,
        /// Whether handlers taught something.
        taught: bool,
    },
    /// The connection was broken, and hears again from now on.
    Missed,
}

impl ChangeFeed {
    /// None on SQLite, where there is one node.
    pub(super) async fn open(db: &Arc<Db>) -> Result<Option<Self>, StoreError> {
        let Db::Postgres(pool) = &**db else { return Ok(None) };
        let listener = Some(listen(pool).await?);
        Ok(Some(Self { db: Arc::clone(db), listener }))
    }

    /// Waits for the next ones. After an error the next call connects anew.
    pub async fn next(&mut self) -> Result<News, StoreError> {
        let Db::Postgres(pool) = &*self.db else { return Err(StoreError::Closing) };
        loop {
            let Some(listener) = &mut self.listener else {
                self.listener = Some(listen(pool).await?);
                return Ok(News::Missed);
            };
            match hear(listener).await {
                Ok(Some(news)) => return Ok(news),
                Ok(None) => self.listener = None,
                Err(error) => {
                    self.listener = None;
                    return Err(error);
                }
            }
        }
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener, StoreError> {
    let mut listener = PgListener::connect_with(pool).await?;
    // What is missed must be told: it connects anew here, and never by itself.
    listener.eager_reconnect(false);
    listener.listen(TOPIC).await?;
    Ok(listener)
}

/// Waits for the next notification; none when the connection is lost.
async fn hear(listener: &mut PgListener) -> Result<Option<News>, StoreError> {
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(heard) => return Ok(heard?.map(|notification| read(notification.payload()))),
            // What comes while this is asked is heard by the next round.
            Err(_) => match timeout(PATIENCE, listener.execute("SELECT 1")).await {
                Ok(answer) => answer.map(drop)?,
                Err(_) => return Ok(None),
            },
        }
    }
}

/// What a payload says; what is of another version is left out. A dossier behind its conversation is for nodes of the
/// version before, whose pages listened by it.
fn read(payload: &str) -> News {
    let (mut turns, mut to_send, mut taught) = (Vec::new(), Vec::new(), false);
    for item in payload.split(',') {
        if item == TAUGHT {
            taught = true;
        } else if let Some((channel, account)) = item.split_once('/') {
            let account = percent_decode_str(account).decode_utf8_lossy().into_owned();
            to_send.extend(channel.parse().ok().map(|channel| (channel, account)));
        } else {
            let conversation = item.split_once(' ').map_or(item, |(conversation, _)| conversation);
            turns.extend(conversation.parse::<ConversationId>());
        }
    }
    News::Changes { turns, to_send, taught }
}

#[cfg(test)]
mod tests;
