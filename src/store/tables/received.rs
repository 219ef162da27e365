//! What was received already: the keys by which a redelivery is known.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::id::ConversationId,
    store::table::{Insert, table},
};

/// An item that was received, kept until no provider delivers it again.
pub(in crate::store) struct ReceivedRow {
    pub(in crate::store) key: String,
    pub(in crate::store) conversation: ConversationId,
    pub(in crate::store) seq: i64,
    pub(in crate::store) at: Timestamp,
}

table! { ReceivedRow in "received" { key, conversation, seq, at } }

/// Returns the keys that are new.
pub(in crate::store) static ADD_RECEIVED: LazyLock<Insert<ReceivedRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING RETURNING key"));
