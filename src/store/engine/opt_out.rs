//! Whether a person wants to hear from us at an address.

use super::Engine;
use crate::{
    domain::{id::ConversationId, message::Endpoint},
    store::{error::StoreError, tables::outbox::OutboxRow, value::args},
};

impl Engine {
    /// Whether a message must not be sent, because the person asked for no more at its address.
    pub async fn opted_out(&self, row: &OutboxRow) -> Result<bool, StoreError> {
        let Endpoint { channel, account, address } = &row.to;
        let sql = "SELECT 1 FROM opt_out WHERE channel = $1 AND account = $2 AND address = $3 \
                   AND NOT (conversation = $4 AND confirmation = $5)";
        let args = args![channel.name(), account.as_str(), address.as_str(), row.conversation.to_string(), row.seq];
        Ok(self.db.fetch_one(sql, &args).await?.is_some())
    }

    /// Whether the person asked for no more messages at an address, in whatever conversation.
    pub async fn is_stopped(&self, endpoint: &Endpoint) -> Result<bool, StoreError> {
        let Endpoint { channel, account, address } = endpoint;
        let sql = "SELECT 1 FROM opt_out WHERE channel = $1 AND account = $2 AND address = $3";
        Ok(!self.db.look_up(sql, &args![channel.name(), account.as_str(), address.as_str()]).await?.is_empty())
    }

    /// The addresses of a conversation at which we were asked to stop, in it or before they came to it.
    pub async fn opt_outs(&self, conversation: ConversationId) -> Result<Vec<Endpoint>, StoreError> {
        let sql = "SELECT opt_out.channel, opt_out.account, opt_out.address FROM endpoint \
                   JOIN opt_out ON opt_out.channel = endpoint.channel AND opt_out.account = endpoint.account \
                   AND opt_out.address = endpoint.address WHERE endpoint.conversation = $1";
        let rows = self.db.fetch(sql, &args![conversation.to_string()]).await?;
        rows.iter()
            .map(|row| Ok(Endpoint { channel: row.parse(0)?, account: row.text(1)?, address: row.text(2)? }))
            .collect()
    }
}
