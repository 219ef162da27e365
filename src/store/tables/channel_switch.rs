//! The ways from one channel to another: links to the chat, and secrets that are sent from elsewhere. Only the hash of
//! each is kept.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::link::{ADD_LINK, LinkRow};
use crate::{
    domain::{id::ConversationId, link::LinkPurpose, message::Channel},
    store::{
        db::{Db, Tx},
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// A way to another channel.
#[derive(Clone, Debug)]
pub struct ChannelSwitchRow {
    pub secret_hash: String,
    pub conversation: ConversationId,
    pub to: Channel,
    pub expires_at: Timestamp,
}

/// A secret for any channel but the chat, whose links are kept as such.
struct Crossing {
    secret_hash: String,
    conversation: ConversationId,
    expires_at: Timestamp,
}

table! { Crossing in "crossing" { secret_hash, conversation, expires_at } }

static ADD_CROSSING: LazyLock<Insert<Crossing>> = LazyLock::new(Insert::new);

/// Opens the ways that turns gave.
pub(in crate::store) async fn open<'a>(
    tx: &mut Tx,
    rows: impl Iterator<Item = &'a ChannelSwitchRow> + Clone,
) -> Result<(), StoreError> {
    let links = rows.clone().filter(|row| row.to == Channel::Web).cloned();
    let links = links.map(|ChannelSwitchRow { secret_hash: token_hash, conversation, expires_at, .. }| LinkRow {
        token_hash,
        purpose: LinkPurpose::Resume,
        conversation,
        expires_at,
    });
    ADD_LINK.run(tx, links).await?;
    let crossings = rows.filter(|row| row.to != Channel::Web).cloned();
    let crossings = crossings.map(|ChannelSwitchRow { secret_hash, conversation, expires_at, .. }| Crossing {
        secret_hash,
        conversation,
        expires_at,
    });
    ADD_CROSSING.run(tx, crossings).await.map(drop)
}

/// Uses up a secret of a conversation. False when it was used before.
pub(in crate::store) async fn spend(
    tx: &mut Tx,
    secret_hash: &str,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE crossing SET used_at = $3 \
               WHERE secret_hash = $1 AND conversation = $2 AND used_at IS NULL RETURNING conversation";
    Ok(!tx.fetch(sql, &args![secret_hash, conversation.to_string(), now]).await?.is_empty())
}

/// The conversation that a secret leads to, while it is good.
pub(in crate::store) async fn crossing(
    db: &Db,
    secret_hash: &str,
    now: Timestamp,
) -> Result<Option<ConversationId>, StoreError> {
    let good = "WHERE secret_hash = $1 AND expires_at > $2 AND used_at IS NULL";
    Ok(db.row::<Crossing>(good, &args![secret_hash, now]).await?.map(|row| row.conversation))
}
