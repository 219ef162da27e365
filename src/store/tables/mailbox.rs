//! How far each account's mailbox was read.

use std::sync::LazyLock;

use crate::{
    domain::message::Channel,
    store::table::{Insert, table},
};

/// How far a mailbox was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxRow {
    /// The server's number for this life of the mailbox (UIDVALIDITY).
    pub validity: u32,
    /// The message up to which everything was taken.
    pub last_uid: u32,
}

/// The same with the account whose mailbox it is.
pub(in crate::store) struct ReadMailbox {
    pub(in crate::store) channel: Channel,
    pub(in crate::store) account: String,
    pub(in crate::store) read: MailboxRow,
}

table! { ReadMailbox in "mailbox" { channel, account, read: MailboxRow { validity, last_uid } } }

/// Within one life of the mailbox it only advances: two nodes may read it.
pub(in crate::store) static ADVANCE: LazyLock<Insert<ReadMailbox>> = LazyLock::new(|| {
    Insert::upsert(
        &["channel", "account"],
        &[],
        "WHERE mailbox.validity <> excluded.validity OR mailbox.last_uid < excluded.last_uid",
    )
});
