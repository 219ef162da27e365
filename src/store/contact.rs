//! One person at several addresses: the ways from one to another, and what a turn takes from another conversation.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    Commit, EndpointRow, Store, StoreError,
    conversation::CLAIM_ENDPOINT,
    db::{Row, Tx, args},
    dossier::{ADD_ENTRY, PUT_DOSSIER},
    notify,
    table::{Insert, table},
};
use crate::{
    domain::{
        contact::Proof,
        id::{ContactId, ConversationId, DossierId},
        message::{Channel, Endpoint},
    },
    dossier::{Dossier, Entry},
};

/// A way to another channel. Only its secret's hash is kept.
#[derive(Clone, Debug)]
pub struct ChannelSwitchRow {
    pub secret_hash: String,
    pub conversation: ConversationId,
    pub to: Channel,
    pub expires_at: Timestamp,
}

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
    /// As which it was read: if it moved on since, nothing is taken.
    pub revision: i64,
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
    pub(super) fn is_empty(&self) -> bool {
        self.spends.is_none()
            && self.leaves.is_none()
            && self.absorbs.is_none()
            && self.cites.is_none()
            && self.proves.is_none()
    }
}

/// Takes what a turn takes from elsewhere. False when somebody else took it first.
pub(super) async fn bind(tx: &mut Tx, commit: &Commit) -> Result<bool, StoreError> {
    let (binding, conversation) = (&commit.binding, &commit.conversation);
    if let Some(secret_hash) = &binding.spends {
        let spent = tx
            .fetch(
                "UPDATE crossing SET used_at = $3 \
                 WHERE secret_hash = $1 AND conversation = $2 AND used_at IS NULL RETURNING conversation",
                &args![secret_hash.as_str(), conversation.id.to_string(), conversation.updated_at],
            )
            .await?;
        if spent.is_empty() {
            return Ok(false);
        }
    }
    if let (Some(left), Some(row)) = (binding.leaves, &commit.endpoint) {
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
        let values = args![conversation.id.to_string(), cited.to_string(), conversation.updated_at];
        let sql = "INSERT INTO citation (conversation, cited, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        tx.fetch(sql, &values).await?;
    }
    match &binding.absorbs {
        Some(absorbed) => absorb(tx, absorbed, commit).await,
        None => Ok(true),
    }
}

/// Takes over a conversation, and closes its dossier. False when it moved on meanwhile.
async fn absorb(tx: &mut Tx, absorbed: &Absorbed, commit: &Commit) -> Result<bool, StoreError> {
    let (from, into) = (absorbed.conversation.to_string(), &commit.conversation);
    let sql = "SELECT id FROM conversation WHERE id = $1 AND revision = $2";
    let sql = if tx.is_sqlite() { sql.to_owned() } else { format!("{sql} FOR UPDATE") };
    if tx.fetch(&sql, &args![from.as_str(), absorbed.revision]).await?.is_empty() {
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
    tx.fetch("DELETE FROM proof WHERE conversation = $1", &args![from]).await?;
    PUT_DOSSIER.run(tx, [&absorbed.dossier]).await?;
    ADD_ENTRY.run(tx, [&absorbed.entry]).await?;
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
    tx.fetch("UPDATE conversation SET revision = revision + 1, moves = moves + 1 WHERE id = $1", &values).await?;
    tx.fetch("DELETE FROM timer WHERE conversation = $1", &values).await.map(drop)
}

fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Adds a dossier that is not proposed yet.
fn add(found: &mut Vec<DuplicateCandidate>, row: &Row, reason: MatchReason) -> Result<(), StoreError> {
    let dossier = row.parse(0)?;
    if found.iter().all(|alike| alike.dossier != dossier) {
        let (reference, peril, opened_at) = (row.text(1)?, row.text(2)?, row.time(3)?);
        found.push(DuplicateCandidate { dossier, reference, peril, opened_at, reason });
    }
    Ok(())
}

/// Opens the ways that turns gave.
pub(super) async fn open_channel_switches(
    tx: &mut Tx,
    rows: impl Iterator<Item = &ChannelSwitchRow>,
) -> Result<(), StoreError> {
    for row in rows {
        // A link to the chat may be opened on several devices; whatever else is good once.
        let table = if row.to == Channel::Web { "resume_link (token_hash," } else { "crossing (secret_hash," };
        let sql = format!("INSERT INTO {table} conversation, expires_at) VALUES ($1, $2, $3)");
        tx.fetch(&sql, &args![row.secret_hash.as_str(), row.conversation.to_string(), row.expires_at]).await?;
    }
    Ok(())
}

/// An open dossier that may be the same person's, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateCandidate {
    pub dossier: DossierId,
    pub reference: String,
    pub peril: String,
    pub opened_at: Timestamp,
    pub reason: MatchReason,
}

/// Why two dossiers may be one person's. None of these proves it: a handler decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchReason {
    /// The same policy, and no other holder.
    Policy,
    /// The same telephone number or e-mail address was told.
    Contact,
    /// Both wrote from the same address, to different accounts of ours.
    Address,
    /// A letter in the one names the other: it answers its thread, or bears its reference.
    Letter,
    /// One showed that the number from which the other wrote is theirs, or both did.
    Proof,
}

/// The most dossiers that are proposed for each reason.
const MAX_DUPLICATE_CANDIDATES: i64 = 5;

/// Open dossiers of an insurer other than one, without those that a handler kept apart from it there.
const ANOTHER_OPEN: &str = "d.insurer = $1 AND d.id <> $2 AND d.status NOT IN ('closed', 'withdrawn') AND NOT EXISTS \
     (SELECT 1 FROM timeline t WHERE t.dossier = d.id AND t.kind = 'kept_apart' AND t.detail LIKE '%' || $2 || '%')";

impl Store {
    /// The open dossiers that may be the same person's, each once.
    pub async fn duplicate_candidates(&self, dossier: &Dossier) -> Result<Vec<DuplicateCandidate>, StoreError> {
        let (insurer, id) = (dossier.insurer.as_str(), dossier.id.to_string());
        let select = "SELECT DISTINCT d.id, d.reference, d.peril, d.opened_at, d.holder FROM";
        let mut found: Vec<DuplicateCandidate> = Vec::new();
        if let Some(policy) = &dossier.policy {
            let sql = format!(
                "{select} dossier d WHERE {ANOTHER_OPEN} AND d.policy = $3 ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
            );
            for row in self.db.fetch(&sql, &args![insurer, id.as_str(), policy.as_str()]).await? {
                let holder = row.text_or_null(4)?;
                let same = |other: &String| dossier.holder.as_ref().is_none_or(|own| is_same_name(own, other));
                if holder.as_ref().is_none_or(same) {
                    add(&mut found, &row, MatchReason::Policy)?;
                }
            }
        }
        let proven = format!(
            "{select} (SELECT o.conversation FROM proof p JOIN endpoint o ON o.address = p.address AND o.channel = p.channel \
             WHERE p.conversation = $3 \
             UNION SELECT p.conversation FROM endpoint o JOIN proof p ON p.address = o.address AND p.channel = o.channel \
             WHERE o.conversation = $3 \
             UNION SELECT o.conversation FROM proof p JOIN proof o ON o.address = p.address AND o.channel = p.channel \
             WHERE p.conversation = $3) s JOIN dossier d ON d.conversation = s.conversation WHERE {ANOTHER_OPEN} \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        let values = args![insurer, id.as_str(), dossier.conversation.to_string()];
        for row in self.db.fetch(&proven, &values).await? {
            add(&mut found, &row, MatchReason::Proof)?;
        }
        let told = format!(
            "{select} fact f JOIN fact g ON g.name = f.name AND g.value = f.value JOIN dossier d ON d.id = g.dossier \
             WHERE f.dossier = $2 AND f.name IN ('phone', 'email') AND g.name IN ('phone', 'email') AND {ANOTHER_OPEN} \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&told, &args![insurer, id.as_str()]).await? {
            add(&mut found, &row, MatchReason::Contact)?;
        }
        let wrote = format!(
            "{select} endpoint e JOIN endpoint o ON o.address = e.address AND o.channel = e.channel \
             JOIN dossier d ON d.conversation = o.conversation \
             WHERE e.conversation = $3 AND e.channel <> 'web' AND o.channel <> 'web' AND {ANOTHER_OPEN} \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&wrote, &values).await? {
            add(&mut found, &row, MatchReason::Address)?;
        }
        let cited = format!(
            "{select} dossier d WHERE {ANOTHER_OPEN} AND d.conversation IN \
             (SELECT cited FROM citation WHERE conversation = $3 UNION SELECT conversation FROM citation WHERE cited = $3) \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&cited, &values).await? {
            add(&mut found, &row, MatchReason::Letter)?;
        }
        Ok(found)
    }

    /// Whether a conversation's letters are known already to name another one.
    pub async fn has_cited(&self, conversation: ConversationId, cited: ConversationId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM citation WHERE conversation = $1 AND cited = $2";
        Ok(self.db.fetch_one(sql, &args![conversation.to_string(), cited.to_string()]).await?.is_some())
    }

    /// The conversation that a secret leads to, while it is good.
    pub async fn channel_switch(
        &self,
        secret_hash: &str,
        now: Timestamp,
    ) -> Result<Option<ConversationId>, StoreError> {
        let row = self
            .db
            .fetch_one(
                "SELECT conversation FROM crossing WHERE secret_hash = $1 AND expires_at > $2 AND used_at IS NULL",
                &args![secret_hash, now],
            )
            .await?;
        row.map(|row| row.parse(0)).transpose()
    }

    /// The person who wrote from a telephone number, or showed that it is theirs.
    pub async fn person_with(&self, insurer: &str, number: &str) -> Result<Option<ContactId>, StoreError> {
        let row = self
            .db
            .fetch_one(
                "SELECT contact, at FROM (SELECT e.contact, e.at FROM endpoint e JOIN conversation c ON c.id = e.conversation \
                 WHERE e.channel = 'sms' AND e.address = $2 AND c.insurer = $1 \
                 UNION ALL SELECT p.contact, p.at FROM proof p JOIN conversation c ON c.id = p.conversation \
                 WHERE p.channel = 'sms' AND p.address = $2 AND c.insurer = $1) known ORDER BY at LIMIT 1",
                &args![insurer, number],
            )
            .await?;
        row.map(|row| row.parse(0)).transpose()
    }

    /// What the person of a conversation showed to be theirs, in the order in which they did.
    pub async fn proofs(&self, conversation: ConversationId) -> Result<Vec<ProvenRow>, StoreError> {
        let of_person = "WHERE conversation = $1 ORDER BY at, address";
        self.db.rows(of_person, &args![conversation.to_string()]).await
    }

    /// Counts a try under `key` before it is made, so that tries at the same instant count too. False when more than `most`
    /// were made until the time that the first of them set. `key` must hold nobody's address.
    pub async fn may_try(&self, key: &str, most: u32, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
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

    /// The addresses at which a conversation goes on, in the order in which they came.
    pub async fn addresses(&self, conversation: ConversationId) -> Result<Vec<EndpointRow>, StoreError> {
        self.db.rows("WHERE conversation = $1 ORDER BY at, channel", &args![conversation.to_string()]).await
    }
}
