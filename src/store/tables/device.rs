//! The devices on which a chat is open: each is an address of its conversation, whose secret only that device knows.

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        id::ConversationId,
        link::LinkPurpose,
        message::{Channel, Endpoint},
    },
    store::{db::Db, error::StoreError, notify, table::table, value::args},
};

/// How long a device that is not used stays logged in.
pub(in crate::store) const UNUSED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How exactly the last use is noted: a device that is in use writes once in it.
const NOTED: SignedDuration = SignedDuration::from_hours(24);

/// A device on which a chat is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The hash of its secret.
    pub address: String,
    /// Since when it has the chat.
    pub at: Timestamp,
    /// When it was used last, to the day.
    pub used_at: Timestamp,
}

table! { Device in "endpoint" { address, at, used_at } }

/// The conversation of a device that is still logged in. That it is in use is noted.
pub(in crate::store) async fn session(
    db: &Db,
    endpoint: &Endpoint,
    now: Timestamp,
) -> Result<Option<ConversationId>, StoreError> {
    let Endpoint { channel, account, address } = endpoint;
    let place = args![channel.name(), account.as_str(), address.as_str()];
    let sql =
        "SELECT conversation, COALESCE(used_at, at) FROM endpoint WHERE channel = $1 AND account = $2 AND address = $3";
    let Some(row) = db.fetch_one(sql, &place).await? else { return Ok(None) };
    let used_at = row.time(1)?;
    if used_at + UNUSED <= now {
        return Ok(None);
    }
    if used_at + NOTED <= now {
        let sql = "UPDATE endpoint SET used_at = $4 WHERE channel = $1 AND account = $2 AND address = $3";
        db.execute(sql, &args![channel.name(), account.as_str(), address.as_str(), now]).await?;
    }
    row.parse(0).map(Some)
}

/// The devices on which a chat is open, the newest first.
pub(in crate::store) async fn devices(
    db: &Db,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<Vec<Device>, StoreError> {
    let open = "WHERE conversation = $1 AND channel = $2 AND used_at > $3 ORDER BY at DESC, address";
    db.rows(open, &args![conversation.to_string(), Channel::Web.name(), now - UNUSED]).await
}

/// Which devices lose a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Leaving {
    /// This one.
    Itself,
    /// All others. No link opens it, or what was declared, on another one either.
    Others,
}

/// Takes a chat from devices. What nodes remember of the conversation's addresses is void, and who watches it looks again.
pub(in crate::store) async fn disconnect(
    db: &Db,
    conversation: ConversationId,
    here: &Endpoint,
    leaving: Leaving,
) -> Result<(), StoreError> {
    let id = conversation.to_string();
    let mut tx = db.begin().await?;
    let whose = match leaving {
        Leaving::Itself => "=",
        Leaving::Others => "<>",
    };
    let sql = format!("DELETE FROM endpoint WHERE conversation = $1 AND channel = $2 AND address {whose} $3");
    tx.fetch(&sql, &args![id.as_str(), Channel::Web.name(), here.address.as_str()]).await?;
    if leaving == Leaving::Others {
        let sql = "DELETE FROM link WHERE conversation = $1 AND purpose IN ($2, $3)";
        tx.fetch(sql, &args![id.as_str(), LinkPurpose::Resume.name(), LinkPurpose::Complete.name()]).await?;
    }
    let sql = "UPDATE fence SET revision = revision + 1, moves = moves + 1 WHERE conversation = $1";
    tx.fetch(sql, &args![id]).await?;
    notify::tell(&mut tx, std::iter::once((conversation, None)), std::iter::empty()).await?;
    tx.commit().await
}
