//! What every channel keeps: an account of a provider hands over what it decoded and verified as an [`Event`], and
//! delivers an [`Outbound`] once, telling in a [`SendError`] whether another try may help.
//!
//! A provider is one file. It knows its protocol and nothing of conversations: what it decoded goes to the receiver
//! ([`super::Receiver`]), which stores it before the provider acknowledges; what it delivers comes from the outbox, which
//! keeps the order, the pace and the tries. A provider holds nothing that a restart may not lose.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::Receiver;
use crate::{
    domain::{
        id::ConversationId,
        language::Language,
        message::{Author, Body, Channel, Endpoint},
    },
    intake::{Inbound, IntakeError},
};

/// An account on a channel.
pub trait Provider: fmt::Debug + Send + Sync {
    fn channel(&self) -> Channel;

    /// The account's name in the configuration: unique on its channel.
    fn account(&self) -> &str;

    /// How fast the provider takes messages.
    fn pace(&self) -> Pace;

    /// Sends one message. What it says is recorded: a provider neither tries again nor sleeps.
    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>>;

    /// Brings the bytes of a file that a message named by `media` (a URL, a file's identifier). Bounded in size and time.
    /// Nothing can be brought where messages bring their files, or none come.
    fn fetch<'a>(&'a self, media: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        let _ = media;
        Box::pin(async { Err(FetchError::Gone) })
    }

    /// Verifies and decodes a post to `/channels/CHANNEL/ACCOUNT`, on the raw bytes.
    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        let _ = post;
        Err(Refusal::NotServed)
    }

    /// The largest post that is read.
    fn most_bytes(&self) -> usize {
        256 * 1024
    }

    /// Does what is polite once the events before it are stored ([`Event::AfterCommit`]). Returns at once.
    fn after_commit(&self, what: &Json) {
        let _ = what;
    }

    /// The answer to a post whose events are stored: empty for most.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement::default()
    }

    /// Tries what the account needs of others, for `guichet doctor`. Sends nothing to anybody.
    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        Box::pin(async { Vec::new() })
    }

    /// Polls, or holds a line, until `stop`; hands what comes to the receiver. Ends at once for an account that is only
    /// posted to. Connects again by itself after any error.
    fn listen(self: Arc<Self>, receiver: Receiver, stop: CancellationToken) -> BoxFuture<'static, ()> {
        let _ = (receiver, stop);
        Box::pin(async {})
    }
}

/// One thing that an account needs, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub what: &'static str,
    /// How it stands; or what is wrong and what to do about it.
    pub outcome: Result<String, String>,
}

/// The most messages of an account in a time; more wait in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub messages: u32,
    pub per: Duration,
    /// How many may be on their way at once.
    pub at_once: usize,
    /// The least time between two messages to one address; zero where the provider does not mind.
    pub apart: Duration,
}

/// A post to an account's address, as it came.
#[derive(Debug)]
pub struct Post<'a> {
    pub method: &'a Method,
    /// The address that the provider knows: the configured public URL with this request's path and query. Never from
    /// the Host header.
    pub url: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a Bytes,
}

/// Why a post is not taken. Nothing was stored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this account takes no posts")]
    NotServed,
    #[error("the signature or the secret is missing or wrong")]
    Unauthorized,
    /// What is wrong, in words for the provider's log. Never the content.
    #[error("{0}")]
    Malformed(String),
}

/// What an HTTP provider is answered once its events are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub status: StatusCode,
    pub content_type: &'static str,
    pub body: &'static str,
}

impl Default for Acknowledgement {
    fn default() -> Self {
        Self { status: StatusCode::OK, content_type: "text/plain", body: "" }
    }
}

/// What a provider told.
#[derive(Clone, Debug)]
pub enum Event {
    Message(Box<Received>),
    Report(Report),
    /// For the provider itself, once what came before it is stored: a pressed button is shown as pressed. It may be lost
    /// without harm.
    AfterCommit(Json),
}

/// A message, with the files that are still at the provider's.
#[derive(Clone, Debug)]
pub struct Received {
    pub inbound: Inbound,
    pub files: Vec<File>,
    /// More may follow at once (an album has no end mark): the flow answers when nothing came for a moment.
    pub more_may_follow: bool,
}

/// A file of a message.
#[derive(Clone, Debug)]
pub struct File {
    /// The name that the sender gave it; empty where there is none. Never a path.
    pub name: String,
    pub content: Content,
}

/// Where a file's bytes are.
#[derive(Clone, Debug)]
pub enum Content {
    Bytes(Bytes),
    /// At the provider's, for [`Provider::fetch`].
    Media(String),
}

/// What became of a message that we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The identifier that [`Sent`] gave.
    pub provider_id: String,
    pub status: DeliveryStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    Delivered,
    Read,
    /// With what the handler is told.
    Failed(Reason),
}

/// A message for one person, rendered by the channel and sent by the provider.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// The same for every try: the provider's idempotency key, where it has one.
    pub id: String,
    pub to: Endpoint,
    pub conversation: ConversationId,
    /// Its number in the conversation.
    pub seq: i64,
    pub language: Language,
    /// The dossier's reference, such as the person knows it.
    pub reference: String,
    pub author: Author,
    pub body: Body,
    /// The short link of the upload page, where the body asks for files.
    pub link: Option<String>,
    /// What leads to the link, for a channel that has no words of its own for it.
    pub lead_in: String,
    /// What the provider called our last message in this conversation and theirs: to answer to, or to edit.
    pub thread: Thread,
}

/// What came before, by the provider's identifiers, newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    pub sent: Vec<String>,
    pub received: Vec<String>,
}

/// The provider took it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// By which a [`Report`] or a reply names it. Empty where the provider gives none.
    pub provider_id: String,
}

/// The provider did not take it, or nobody knows whether it did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SendError {
    pub retry: Retry,
    pub reason: Reason,
    /// For the log: codes and causes, never people's data.
    pub detail: String,
}

/// Whether another try may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// With growing waits.
    Later,
    /// Not before this long (`Retry-After`, `retry_after`).
    After(Duration),
    Never,
}

/// What a handler is told of a message that was not delivered. The words are in `flows/messages.yaml`, under
/// `undelivered_` and this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is nobody at this address.
    NoSuchAddress,
    /// The person blocked us or asked us to stop.
    Refused,
    /// The provider refuses our account: the credentials, the credit, the sender.
    Account,
    /// The provider refuses the message itself.
    Content,
    /// The provider cannot be reached or is failing.
    Unavailable,
    /// The provider took it and could not bring it.
    Undelivered,
}

impl Reason {
    const ALL: [Self; 6] =
        [Self::NoSuchAddress, Self::Refused, Self::Account, Self::Content, Self::Unavailable, Self::Undelivered];

    /// The name in the store and at the end of the words' key.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSuchAddress => "no_such_address",
            Self::Refused => "refused",
            Self::Account => "account",
            Self::Content => "content",
            Self::Unavailable => "unavailable",
            Self::Undelivered => "undelivered",
        }
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.name() == name).ok_or(UnknownReason)
    }
}

/// A reason that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown reason")]
pub struct UnknownReason;

/// Why a file could not be brought.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the file is larger than may be taken")]
    TooLarge,
    #[error("the file is no longer at the provider's")]
    Gone,
    /// Not acknowledged: the provider delivers the message again.
    #[error("the file cannot be fetched at the moment")]
    Unavailable,
}

/// Why an event was not stored.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("a file cannot be stored at the moment")]
    Document(#[from] crate::document::DocumentError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}
