//! One person at several addresses, and what a turn takes from another conversation.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    channel_switch,
    conversation::{CLAIM_ENDPOINT, ConversationRow, EndpointRow, Fence},
    dossier::PUT_DOSSIER,
    link,
    log::{APPEND, seal, timeline_entry},
    search::{self, SearchChange},
};
use crate::{
    domain::{
        contact::Proof,
        id::{ContactId, ConversationId},
        message::{Channel, Endpoint},
    },
    dossier::{Dossier, Entry, Status},
    store::{
        db::{Db, Tx},
        error::StoreError,
        notify,
        table::{Insert, table},
        value::args,
    },
};

/// What a turn takes from elsewhere. It is taken in the turn's own transaction, or the turn is not stored.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// The hash of the secret that is used up by it.
    pub spends: Option<String>,
    /// The conversation that the turn's address belonged to until now.
    pub leaves: Option<ConversationId>,
    /// The conversation that is taken over whole.
    pub absorbs: Option<Box<Absorbed>>,
    /// The conversation that what came names, and whose person its sender is not known to be.
    pub cites: Option<ConversationId>,
    /// A number that the person showed to be theirs.
    pub proves: Option<Box<ProvenRow>>,
}

/// A conversation all of whose addresses come to another one.
#[derive(Clone, Debug)]
pub struct Absorbed {
    pub conversation: ConversationId,
    /// As it was read: if it moved on since, nothing is taken.
    pub fence: Fence,
    /// Its dossier as it stands closed, and the line that says so.
    pub dossier: Dossier,
    pub entry: Entry,
}

/// An address that the person showed to be theirs without writing from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRow {
    pub conversation: ConversationId,
    pub contact: ContactId,
    pub channel: Channel,
    pub address: String,
    pub proof: Proof,
    pub at: Timestamp,
}

table! { ProvenRow in "proof" { conversation, contact, channel, address, proof, at } }

static ADD_PROOF: LazyLock<Insert<ProvenRow>> = LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));

impl Binding {
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.spends.is_none()
            && self.leaves.is_none()
            && self.absorbs.is_none()
            && self.cites.is_none()
            && self.proves.is_none()
    }
}

/// Takes what a turn takes from elsewhere. False when somebody else took it first.
pub(in crate::store) async fn bind(
    tx: &mut Tx,
    binding: &Binding,
    conversation: &ConversationRow,
    at: Timestamp,
    endpoint: Option<&EndpointRow>,
) -> Result<bool, StoreError> {
    if let Some(secret_hash) = &binding.spends
        && !channel_switch::spend(tx, secret_hash, conversation.id, at).await?
    {
        return Ok(false);
    }
    if let (Some(left), Some(row)) = (binding.leaves, endpoint) {
        let Endpoint { channel, account, address } = &row.endpoint;
        let moved = tx
            .fetch(
                "DELETE FROM endpoint WHERE channel = $1 AND account = $2 AND address = $3 AND conversation = $4 \
                 RETURNING conversation",
                &args![channel.name(), account.as_str(), address.as_str(), left.to_string()],
            )
            .await?;
        if moved.is_empty() {
            return Ok(false);
        }
        CLAIM_ENDPOINT.run(tx, [row]).await?;
        leave(tx, left).await?;
    }
    if let Some(row) = &binding.proves {
        prove(tx, row).await?;
    }
    if let Some(cited) = binding.cites {
        let values = args![conversation.id.to_string(), cited.to_string(), at];
        let sql = "INSERT INTO citation (conversation, cited, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        tx.fetch(sql, &values).await?;
    }
    match &binding.absorbs {
        Some(absorbed) => absorb(tx, absorbed, conversation).await,
        None => Ok(true),
    }
}

/// Takes over a conversation, and closes its dossier. False when it moved on meanwhile.
async fn absorb(tx: &mut Tx, absorbed: &Absorbed, into: &ConversationRow) -> Result<bool, StoreError> {
    let from = absorbed.conversation.to_string();
    let Fence { revision, mut tip, .. } = absorbed.fence;
    let entries = seal(absorbed.conversation, &mut tip, vec![timeline_entry(&absorbed.entry)])?;
    let sql = "UPDATE fence SET timeline_seq = $3, log_number = $4, log_chain = $5 \
               WHERE conversation = $1 AND revision = $2 RETURNING conversation";
    let values = args![from.as_str(), revision, absorbed.entry.seq, tip.number, &tip.chain[..]];
    if tx.fetch(sql, &values).await?.is_empty() {
        return Ok(false);
    }
    leave(tx, absorbed.conversation).await?;
    let values = args![from.as_str(), into.id.to_string(), into.contact.to_string()];
    tx.fetch("UPDATE endpoint SET conversation = $2, contact = $3 WHERE conversation = $1", &values).await?;
    tx.fetch(
        "INSERT INTO proof (conversation, contact, channel, address, proof, at) \
         SELECT $2, $3, channel, address, proof, at FROM proof WHERE conversation = $1 ON CONFLICT DO NOTHING",
        &values,
    )
    .await?;
    tx.fetch("DELETE FROM proof WHERE conversation = $1", &args![from.as_str()]).await?;
    link::take_over(tx, &from, &into.id.to_string()).await?;
    PUT_DOSSIER.run(tx, [&absorbed.dossier]).await?;
    // It was open until now.
    let open = Dossier { status: Status::HandedOver, ..absorbed.dossier.clone() };
    let search = SearchChange::between(Some(&open), &absorbed.dossier);
    search::write(tx, std::iter::once(&search)).await?;
    APPEND.run(tx, &entries).await?;
    let told = std::iter::once((absorbed.conversation, Some(absorbed.dossier.id)));
    notify::tell(tx, told, std::iter::empty()).await?;
    Ok(true)
}

/// Keeps a proof. The person may be another than the conversation began with: all its addresses are theirs.
async fn prove(tx: &mut Tx, row: &ProvenRow) -> Result<(), StoreError> {
    ADD_PROOF.run(tx, [row]).await?;
    let values = args![row.conversation.to_string(), row.contact.to_string()];
    tx.fetch("UPDATE endpoint SET contact = $2 WHERE conversation = $1", &values).await.map(drop)
}

/// A conversation that lost an address has a new revision, so that no node goes on with it from memory, and pursues nobody.
async fn leave(tx: &mut Tx, conversation: ConversationId) -> Result<(), StoreError> {
    let values = args![conversation.to_string()];
    tx.fetch("UPDATE fence SET revision = revision + 1, moves = moves + 1 WHERE conversation = $1", &values).await?;
    tx.fetch("DELETE FROM due WHERE subject = $1", &values).await.map(drop)
}

/// The addresses at which a conversation goes on, in the order in which they came.
pub(in crate::store) async fn addresses(db: &Db, conversation: ConversationId) -> Result<Vec<EndpointRow>, StoreError> {
    db.rows("WHERE conversation = $1 ORDER BY at, channel", &args![conversation.to_string()]).await
}

/// Counts a try under `key`; see [`crate::store::Engine::may_try`].
pub(in crate::store) async fn may_try(
    db: &Db,
    key: &str,
    most: u32,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let counted = tx
        .fetch(
            "INSERT INTO tried (key, count, until_at) VALUES ($1, 1, $3) ON CONFLICT (key) DO UPDATE SET \
             count = CASE WHEN tried.until_at <= $2 THEN 1 ELSE tried.count + 1 END, \
             until_at = CASE WHEN tried.until_at <= $2 THEN excluded.until_at ELSE tried.until_at END \
             RETURNING count",
            &args![key, now, until],
        )
        .await?;
    tx.commit().await?;
    Ok(counted.first().map_or(Ok(0), |row| row.int(0))? <= i64::from(most))
}
