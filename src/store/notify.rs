//! Several nodes hear of each other's turns: PostgreSQL's `NOTIFY`, sent in the turn's own transaction.
//!
//! It only says that there is something to read. A notification lost with a connection costs a moment: whoever shows a
//! conversation also looks again by itself now and then.

use sqlx::postgres::PgListener;

use super::{
    Store, StoreError,
    db::{Db, Tx, args},
};
use crate::domain::id::{ConversationId, DossierId};

const TOPIC: &str = "guichet_turns";
/// PostgreSQL takes payloads of less than 8,000 bytes; a turn takes 74.
const TURNS_A_PAYLOAD: usize = 100;

/// Tells the other nodes what this transaction changes.
pub(super) async fn tell(
    tx: &mut Tx,
    turns: impl Iterator<Item = (ConversationId, Option<DossierId>)>,
) -> Result<(), StoreError> {
    if tx.is_sqlite() {
        return Ok(());
    }
    let turns: Vec<String> = turns
        .map(|(conversation, dossier)| match dossier {
            Some(dossier) => format!("{conversation} {dossier}"),
            None => conversation.to_string(),
        })
        .collect();
    for part in turns.chunks(TURNS_A_PAYLOAD) {
        tx.fetch("SELECT pg_notify($1, $2)", &args![TOPIC, part.join(",")]).await?;
    }
    Ok(())
}

/// Hears of turns, this node's own among them.
#[derive(Debug)]
pub struct Turns(PgListener);

impl Store {
    /// What all nodes change. None on SQLite, where there is one node.
    pub async fn turns(&self) -> Result<Option<Turns>, StoreError> {
        let Db::Postgres(pool) = &*self.db else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(TOPIC).await?;
        Ok(Some(Turns(listener)))
    }
}

impl Turns {
    /// Waits for the next ones. The listener reconnects by itself.
    pub async fn next(&mut self) -> Result<Vec<(ConversationId, Option<DossierId>)>, StoreError> {
        let notification = self.0.recv().await?;
        let turn = |text: &str| {
            let (conversation, dossier) = text.split_once(' ').map_or((text, None), |(id, rest)| (id, Some(rest)));
            Some((conversation.parse().ok()?, dossier.and_then(|id| id.parse().ok())))
        };
        Ok(notification.payload().split(',').filter_map(turn).collect())
    }
}
