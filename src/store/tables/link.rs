//! Links that people are sent. Only the hash of a link's token is kept.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::conversation::{CLAIM_ENDPOINT, EndpointRow};
use crate::{
    domain::{
        contact::Proof,
        id::{ContactId, ConversationId},
        link::LinkPurpose,
        message::Endpoint,
    },
    store::{
        db::{Db, Tx},
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// A link to one conversation, for one purpose.
#[derive(Clone, Debug)]
pub struct LinkRow {
    pub token_hash: String,
    pub purpose: LinkPurpose,
    pub conversation: ConversationId,
    pub expires_at: Timestamp,
}

table! { LinkRow in "link" { token_hash, purpose, conversation, expires_at } }

pub(in crate::store) static ADD_LINK: LazyLock<Insert<LinkRow>> = LazyLock::new(Insert::new);

/// The conversation that a link leads to, while it is good for this purpose; one of one use may be used up.
pub(in crate::store) async fn find(
    db: &Db,
    token_hash: &str,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<Option<ConversationId>, StoreError> {
    let good = "WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3";
    Ok(db.row::<LinkRow>(good, &args![token_hash, purpose.name(), now]).await?.map(|row| row.conversation))
}

/// Uses up a link to the chat: the conversation goes on at `endpoint` as well. The device that used it and did not get the
/// answer may ask again. None where the link is not good, or another device used it.
pub(in crate::store) async fn resume(
    db: &Db,
    token_hash: &str,
    endpoint: &Endpoint,
    now: Timestamp,
) -> Result<Option<ConversationId>, StoreError> {
    let mut tx = db.begin().await?;
    let sql = "UPDATE link SET opened_as = $4 WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 \
               AND (opened_as IS NULL OR opened_as = $4) RETURNING conversation";
    let used = tx.fetch(sql, &args![token_hash, LinkPurpose::Resume.name(), now, endpoint.address.as_str()]).await?;
    let Some(conversation) = used.first().map(|row| row.parse::<ConversationId>(0)).transpose()? else {
        tx.rollback().await?;
        return Ok(None);
    };
    let joined = join(&mut tx, conversation, endpoint, now).await?;
    if joined {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(joined.then_some(conversation))
}

/// Uses up a code of a conversation. False where it is not good, or was used.
pub(in crate::store) async fn spend(
    db: &Db,
    token_hash: &str,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM link WHERE token_hash = $1 AND purpose = $2 AND conversation = $3 AND expires_at > $4";
    let values = args![token_hash, LinkPurpose::Code.name(), conversation.to_string(), now];
    Ok(db.execute(sql, &values).await? > 0)
}

/// Gives a conversation one more address. False where the address is another conversation's.
async fn join(
    tx: &mut Tx,
    conversation: ConversationId,
    endpoint: &Endpoint,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let found = tx.fetch("SELECT contact FROM conversation WHERE id = $1", &args![conversation.to_string()]).await?;
    let Some(contact) = found.first().map(|row| row.parse::<ContactId>(0)).transpose()? else { return Ok(false) };
    let row = EndpointRow { endpoint: endpoint.clone(), conversation, contact, at, proof: Some(Proof::Link) };
    if CLAIM_ENDPOINT.run_each(tx, &[row]).await? == [true] {
        return Ok(true);
    }
    let Endpoint { channel, account, address } = endpoint;
    let sql = "SELECT conversation FROM endpoint WHERE channel = $1 AND account = $2 AND address = $3 \
               AND conversation = $4";
    let values = args![channel.name(), account.as_str(), address.as_str(), conversation.to_string()];
    Ok(!tx.fetch(sql, &values).await?.is_empty())
}

/// The links of a conversation lead to the one that takes it over.
pub(in crate::store) async fn take_over(tx: &mut Tx, from: &str, into: &str) -> Result<(), StoreError> {
    tx.fetch("UPDATE link SET conversation = $2 WHERE conversation = $1", &args![from, into]).await.map(drop)
}
