//! Who asked for no more messages at an address.

use jiff::Timestamp;

use crate::{
    domain::{id::ConversationId, message::Endpoint},
    store::{
        db::{Tx, args},
        error::StoreError,
    },
};

/// What a turn changes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptOut {
    /// The person asked to stop. Only the message number `confirmation` is still sent.
    Stopped { endpoint: Endpoint, conversation: ConversationId, confirmation: i64, at: Timestamp },
    /// The person wrote again.
    Resumed(Endpoint),
}

pub(in crate::store) async fn write(tx: &mut Tx, changes: impl Iterator<Item = &OptOut>) -> Result<(), StoreError> {
    for change in changes {
        match change {
            OptOut::Stopped { endpoint: Endpoint { channel, account, address }, conversation, confirmation, at } => {
                tx.fetch(
                    "INSERT INTO opt_out (channel, account, address, conversation, confirmation, at) \
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (channel, account, address) DO UPDATE \
                     SET conversation = excluded.conversation, confirmation = excluded.confirmation, at = excluded.at",
                    &args![
                        channel.name(),
                        account.as_str(),
                        address.as_str(),
                        conversation.to_string(),
                        *confirmation,
                        *at
                    ],
                )
                .await?;
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
