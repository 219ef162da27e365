//! The contract of every channel: a provider's account passes on what it verified and decoded as an [`Event`], and
//! delivers an [`Outbound`] once; its [`SendError`] tells whether another try may help.
//!
//! A provider is one file. It knows its protocol and nothing of conversations: what it decodes goes to the receiver
//! ([`super::Receiver`]), which stores it before the provider acknowledges; what it delivers comes from the outbox,
//! which keeps the order, the pace and the retries. A provider holds nothing in memory that a restart must not lose.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
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

    /// Sends one message. The outbox records the result and decides on retries: a provider neither tries again nor
    /// sleeps.
    ///
    /// # Errors
    ///
    /// When the provider did not take the message, or it is unknown whether it did.
    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>>;

    /// Fetches the bytes of a file that a message named by `media` (a URL, a file's identifier). Bounded in size and
    /// time. The default is for accounts whose messages carry their files, or have none.
    ///
    /// # Errors
    ///
    /// [`FetchError::Unavailable`] when the file may come later: the message is not acknowledged, and comes again.
    fn fetch<'a>(&'a self, media: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        let _ = media;
        Box::pin(async { Err(FetchError::Gone) })
    }

    /// What the head of a post to `/channels/CHANNEL/ACCOUNT` tells of its sender, before the body is read.
    ///
    /// # Errors
    ///
    /// When the account takes no posts, or the head alone shows that the post is not the provider's.
    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        let _ = head;
        Err(Refusal::NotServed)
    }

    /// Verifies and decodes a post to `/channels/CHANNEL/ACCOUNT`. The signature is checked on the raw bytes.
    ///
    /// # Errors
    ///
    /// When the account takes no posts, the post is not the provider's, or it cannot be decoded.
    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        let _ = post;
        Err(Refusal::NotServed)
    }

    /// As [`Self::decode`], for an account whose posts take long to decode: it does so on a thread that may block.
    ///
    /// # Errors
    ///
    /// As [`Self::decode`], and [`Refusal::Busy`].
    fn decode_apart<'a>(&'a self, post: &'a Post<'a>) -> BoxFuture<'a, Result<Vec<Event>, Refusal>> {
        Box::pin(std::future::ready(self.decode(post)))
    }

    /// The largest post that is read, in bytes.
    fn max_bytes(&self) -> usize {
        256 * 1024
    }

    /// Does what may be done once the events before it are stored ([`Event::AfterCommit`]). Returns at once.
    fn after_commit(&self, what: &Json) {
        let _ = what;
    }

    /// The response to a post whose events are stored: empty for most providers.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement::default()
    }

    /// Checks what the account needs of its provider, for `guichet doctor`. Sends no message to anybody.
    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        Box::pin(async { Vec::new() })
    }

    /// Polls, or holds a connection, until `stop`, and passes what comes to the receiver. It connects again by itself
    /// after any error. For an account that is only posted to it returns at once.
    fn listen(self: Arc<Self>, receiver: Receiver, stop: CancellationToken) -> BoxFuture<'static, ()> {
        let _ = (receiver, stop);
        Box::pin(async {})
    }
}

/// The result of checking one thing that an account needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub what: &'static str,
    /// What was found; or what is wrong and what to do about it.
    pub outcome: Result<String, String>,
}

/// How fast an account may send: at most `messages` in any stretch of `per`. More wait in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub messages: u32,
    pub per: Duration,
    /// How many messages may be in flight at once.
    pub at_once: usize,
    /// The shortest time between two messages to one address; zero where the provider has no such limit.
    pub apart: Duration,
}

/// The head of a post to an account's address.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub method: &'a Method,
    /// As in [`Post`].
    pub url: &'a str,
    pub headers: &'a HeaderMap,
}

/// What a post's head tells of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It holds the account's secret.
    Known,
    /// The body must be read first: the signature is over it, or in it.
    Unproven,
}

/// A post to an account's address, as it was received.
#[derive(Debug)]
pub struct Post<'a> {
    pub method: &'a Method,
    /// The address that the provider signed: the configured public URL with this request's path and query. The Host
    /// header is not used, for the sender writes it.
    pub url: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a Bytes,
}

impl<'a> Post<'a> {
    pub fn head(&self) -> Head<'a> {
        Head { method: self.method, url: self.url, headers: self.headers }
    }
}

/// Why a post is refused. Nothing was stored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this account takes no posts")]
    NotServed,
    #[error("the signature or the secret is missing or wrong")]
    Unauthorized,
    /// It may come again later.
    #[error("too many posts are being decoded")]
    Busy,
    /// What is wrong, for the provider's log. It never quotes the content.
    #[error("{0}")]
    Malformed(String),
}

/// The response to an HTTP provider whose events are stored.
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

/// What a provider's post, poll or connection delivered.
#[derive(Clone, Debug)]
pub enum Event {
    Message(Box<Received>),
    Report(Report),
    /// The proof by which the events after it were believed, where whoever saw it once could use it again.
    Proof(OneTimeProof),
    /// Given back to the provider once the events before it are stored, for instance to show a pressed button as
    /// pressed. It may be lost without harm.
    AfterCommit(Json),
}

/// A proof that holds for what it came with first, and for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeProof {
    /// A digest of it.
    pub token: String,
    /// A digest of what it came with.
    pub of: String,
    /// Until then it would be believed.
    pub until: Timestamp,
}

/// A message with its files, whose bytes may still be at the provider.
#[derive(Clone, Debug)]
pub struct Received {
    pub inbound: Inbound,
    pub files: Vec<File>,
    /// Whether more messages may follow at once (an album has no end mark): the flow answers when none came for a
    /// moment.
    pub more_may_follow: bool,
    /// Whether the sender is who the message says. Without a proof, a message does not join a known person's conversation,
    /// unless it answers one of ours there.
    pub is_sender_proven: bool,
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
    /// At the provider, to be fetched by [`Provider::fetch`].
    Media(String),
}

/// A delivery report about a message that we sent.
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
    /// With the reason that the handler is told.
    Failed(Reason),
}

/// A message for one person, rendered by the channel and sent by the provider.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// The same for every try: the idempotency key, where the provider has one.
    pub id: String,
    pub to: Endpoint,
    pub conversation: ConversationId,
    /// The message's number in the conversation.
    pub seq: i64,
    pub language: Language,
    /// The dossier's reference, as the person knows it.
    pub reference: String,
    pub author: Author,
    pub body: Body,
    /// The link to which the body leads: to the page for files, or to the one that shows how the claim stands.
    pub link: Option<String>,
    /// The sentence before the link, for a channel that has none of its own.
    pub lead_in: String,
    /// The provider's identifiers of earlier messages, to reply to or to edit.
    pub thread: Thread,
}

/// The earlier messages of a conversation, by the provider's identifiers, newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    pub sent: Vec<String>,
    pub received: Vec<String>,
}

/// The provider took the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The identifier by which a [`Report`] or a reply names it. Empty where the provider gives none.
    pub provider_id: String,
}

/// The provider did not take the message, or it is unknown whether it did.
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

/// Why a message was not delivered, for the handler. The texts are in `flows/messages.yaml`, under `undelivered_` and
/// this name.
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
    /// The provider took the message and could not deliver it.
    Undelivered,
    /// More was sent there than may be, or nothing may be.
    Budget,
}

impl Reason {
    const ALL: [Self; 7] = [
        Self::NoSuchAddress,
        Self::Refused,
        Self::Account,
        Self::Content,
        Self::Unavailable,
        Self::Undelivered,
        Self::Budget,
    ];

    /// The name in the store and at the end of the text's key.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSuchAddress => "no_such_address",
            Self::Refused => "refused",
            Self::Account => "account",
            Self::Content => "content",
            Self::Unavailable => "unavailable",
            Self::Undelivered => "undelivered",
            Self::Budget => "budget",
        }
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.name() == name).ok_or(UnknownReason)
    }
}

/// A name that is none of [`Reason`]'s.
#[derive(Debug, thiserror::Error)]
#[error("unknown reason")]
pub struct UnknownReason;

/// Why a file could not be fetched.
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
    #[error("this proof was used before, for something else")]
    Replayed,
    #[error("a file cannot be stored at the moment")]
    Document(#[from] crate::document::DocumentError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl ReceiverError {
    /// Whether the store refused this message for its content, so that other messages can be stored.
    pub fn is_about_the_message(&self) -> bool {
        match self {
            Self::Intake(IntakeError::Store(error)) => error.is_about_the_row(),
            Self::Intake(IntakeError::Conversation(error)) => error.is_about_the_conversation(),
            Self::Store(error) => error.is_about_the_row(),
            _ => false,
        }
    }
}
