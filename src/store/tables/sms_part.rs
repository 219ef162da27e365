//! Parts of long text messages that come apart: each is stored before it is acknowledged, until all are there.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::store::table::{Insert, table};

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsPart {
    pub account: String,
    pub address: String,
    /// The sender's number for the whole message, and of how many parts it is.
    pub reference: i64,
    pub total: i64,
    /// From 1.
    pub number: i64,
    /// The octets, in hexadecimal, and the code by which they are read.
    pub content: String,
    pub coding: i64,
    /// What the message is called if it is known by this part.
    pub id: String,
    /// Whether the message was taken already with this part in it.
    pub done: bool,
    pub at: Timestamp,
}

table! { SmsPart in "sms_part" { account, address, reference, total, number, content, coding, id, done, at } }

pub(in crate::store) static ADD_PART: LazyLock<Insert<SmsPart>> =
    LazyLock::new(|| Insert::with("ON CONFLICT (account, address, reference, number) DO NOTHING"));
