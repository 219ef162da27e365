//! Who asked for no more messages at an address.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::{id::ConversationId, message::Endpoint},
    store::{
        db::Tx,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// What a turn changes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptOut {
    /// The person asked to stop.
    Stopped(OptOutRow),
    /// The person wrote again.
    Resumed(Endpoint),
}

/// An address at which the person asked to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOutRow {
    pub endpoint: Endpoint,
    pub conversation: ConversationId,
    /// The number of the only message that is still sent: the one that confirms it.
    pub confirmation: i64,
    pub at: Timestamp,
}

table! { OptOutRow in "opt_out" {
    endpoint: Endpoint { channel, account, address },
    conversation,
    confirmation,
    at,
} }

static PUT_OPT_OUT: LazyLock<Insert<OptOutRow>> =
    LazyLock::new(|| Insert::upsert(&["channel", "account", "address"], &[], ""));

pub(in crate::store) async fn write(tx: &mut Tx, changes: impl Iterator<Item = &OptOut>) -> Result<(), StoreError> {
    for change in changes {
        match change {
            OptOut::Stopped(row) => {
                PUT_OPT_OUT.run(tx, [row]).await?;
            }
            OptOut::Resumed(Endpoint { channel, account, address }) => {
                tx.fetch(
                    "DELETE FROM opt_out WHERE channel = $1 AND account = $2 AND address = $3",
                    &args![channel.name(), account.as_str(), address.as_str()],
                )
                .await?;
            }
        }
    }
    Ok(())
}
