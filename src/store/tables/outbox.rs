//! What is to be sent, and what became of it.
//!
//! Rows come in with the conversation's own commit. Whoever sends claims the first waiting row of a conversation at an
//! address, by a lease: the attempt is recorded before it is made, `next_at` is the lease's end while it lasts, and every
//! write afterwards names the epoch of the claim, so that one whose lease ran out changes nothing.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::Timestamp;

use crate::{
    domain::{
        id::{ConversationId, OutboundId},
        language::Language,
        message::{Author, Body, Channel, Endpoint},
    },
    store::{
        column::by_name,
        db::Tx,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// Something on its way to one place. What goes to one place in one conversation is a lane: it goes in its order, and what is
/// given up does not hold up what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// The same for every try.
    pub id: OutboundId,
    pub kind: OutboxKind,
    pub conversation: ConversationId,
    /// The message's number in its conversation.
    pub seq: i64,
    pub to: Endpoint,
    pub attempts: i64,
    /// Not before this instant; the lease's end while somebody sends it.
    pub next_at: Timestamp,
    pub epoch: i64,
    pub delivery: Delivery,
    /// By which the provider's reports name it.
    pub provider_id: Option<String>,
    /// Why the last try failed, as the channel's code.
    pub reason: Option<String>,
    pub at: Timestamp,
    /// What a kind has here that is no message of the conversation: an alert, its words.
    pub payload: Option<String>,
}

/// What is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxKind {
    /// A message of the conversation, to the person.
    Message,
    /// To somebody who is on call.
    Alert,
}

impl OutboxKind {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Alert => "alert",
        }
    }
}

impl fmt::Display for OutboxKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stored kind that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown kind of what is to be sent")]
pub struct UnknownOutboxKind;

impl FromStr for OutboxKind {
    type Err = UnknownOutboxKind;

    fn from_str(name: &str) -> Result<Self, UnknownOutboxKind> {
        [Self::Message, Self::Alert].into_iter().find(|kind| kind.name() == name).ok_or(UnknownOutboxKind)
    }
}

/// How far a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    Waiting,
    Sent,
    /// Given up, or reported as not brought.
    Failed,
    Delivered,
    Read,
}

/// What a try came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    Sent {
        provider_id: Option<String>,
    },
    /// To be tried again, together with what stands behind it.
    Again {
        next_at: Timestamp,
        reason: &'static str,
        /// False gives the attempt back: it was not the message that failed.
        counted: bool,
    },
}

/// A message that is given up, to be stored with what the handler is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    pub id: OutboundId,
    pub epoch: i64,
    pub reason: String,
}

/// A report that came before what it reports on was stored as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyReport {
    pub provider_id: String,
    pub delivery: Delivery,
    pub reason: Option<String>,
}

/// An early report as it is stored.
pub(in crate::store) struct KeptReport {
    pub(in crate::store) channel: Channel,
    pub(in crate::store) account: String,
    pub(in crate::store) report: EarlyReport,
    pub(in crate::store) at: Timestamp,
}

/// What a channel needs to say a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub insurer: String,
    pub language: Language,
    pub author: Author,
    pub body: Body,
}

impl Delivery {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
            Self::Read => "read",
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stored state that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown delivery state")]
pub struct UnknownDelivery;

impl FromStr for Delivery {
    type Err = UnknownDelivery;

    fn from_str(name: &str) -> Result<Self, UnknownDelivery> {
        [Self::Waiting, Self::Sent, Self::Failed, Self::Delivered, Self::Read]
            .into_iter()
            .find(|delivery| delivery.name() == name)
            .ok_or(UnknownDelivery)
    }
}

by_name!(Delivery, OutboxKind);

table! { OutboxRow in "outbox" {
    id,
    kind,
    conversation,
    seq,
    to: Endpoint { channel, account, address },
    attempts,
    next_at,
    epoch,
    delivery as status,
    provider_id,
    reason,
    at,
    payload,
} }

table! { KeptReport in "early_report" {
    channel,
    account,
    report: EarlyReport { provider_id, delivery as fate, reason },
    at,
} }

pub(in crate::store) static ADD_OUTBOX: LazyLock<Insert<OutboxRow>> = LazyLock::new(Insert::new);
pub(in crate::store) static KEEP_REPORT: LazyLock<Insert<KeptReport>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));

impl OutboxRow {
    /// A message that waits to be sent.
    pub fn new(conversation: ConversationId, seq: i64, to: Endpoint, now: Timestamp) -> Self {
        Self {
            id: OutboundId::new(now),
            kind: OutboxKind::Message,
            conversation,
            seq,
            to,
            attempts: 0,
            next_at: now,
            epoch: 0,
            delivery: Delivery::Waiting,
            provider_id: None,
            reason: None,
            at: now,
            payload: None,
        }
    }

    /// An alert to somebody who is on call, of a conversation's dossier.
    pub fn alert(conversation: ConversationId, to: Endpoint, text: String, now: Timestamp) -> Self {
        Self { kind: OutboxKind::Alert, payload: Some(text), ..Self::new(conversation, 0, to, now) }
    }
}

/// Whether a message is still to be given up; its row stays as it is until the transaction ends.
pub(in crate::store) async fn lock_pending(tx: &mut Tx, undelivered: &Undelivered) -> Result<bool, StoreError> {
    let sql = format!("UPDATE outbox SET epoch = epoch WHERE {UNDECIDED} RETURNING id");
    Ok(!tx.fetch(&sql, &args![undelivered.id.to_string(), undelivered.epoch]).await?.is_empty())
}

/// Gives a message up.
pub(in crate::store) async fn give_up(tx: &mut Tx, undelivered: &Undelivered) -> Result<(), StoreError> {
    let sql = format!("UPDATE outbox SET status = 'failed', reason = $3 WHERE {UNDECIDED}");
    let args = args![undelivered.id.to_string(), undelivered.epoch, undelivered.reason.as_str()];
    tx.fetch(&sql, &args).await.map(drop)
}

/// Nobody claimed it since, and its fate is open.
const UNDECIDED: &str = "id = $1 AND epoch = $2 AND status IN ('waiting', 'sent')";
