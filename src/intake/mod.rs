//! Durable receipt: everything that changes a conversation enters here, one at a time for each conversation.
//!
//! An [`Inbound`] or an [`Action`] is deduplicated, walked through the flow and committed with its replies and its
//! dossier changes in one transaction; only then does the caller learn that it was received.

use serde::{Deserialize, Serialize};

use crate::domain::{
    id::ConversationId,
    language::Language,
    message::{Body, Endpoint},
};

/// What a person sent, as a channel decoded it.
#[derive(Clone, Debug)]
pub struct Inbound {
    pub endpoint: Endpoint,
    /// The provider's identifier of this item: the same one again is a redelivery.
    pub provider_id: String,
    /// The insurer whose flows serve this account.
    pub insurer: String,
    /// The language to begin in, where the channel knows it.
    pub language: Language,
    pub kind: InboundKind,
}

/// What an inbound item does.
#[derive(Clone, Debug)]
pub enum InboundKind {
    /// Opens the conversation without a word (the chat's window was opened).
    Open,
    Message(Body),
    /// "Modifier" beside an answer.
    Edit {
        fact: String,
    },
    SpeakLanguage(Language),
}

/// What a handler does to a conversation or its dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    Reply { text: String },
    TakeOver,
    GiveBack,
    AskDocument { kind: String },
    Override { mode: String, reason: String },
    Close { reason: String },
}

/// The handler who acts: the login for the record, the name that the person sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub login: String,
    pub name: String,
}

/// What was durably received.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub conversation: ConversationId,
    /// The sequence number of the message in its conversation.
    pub seq: i64,
    /// True when this was a redelivery: nothing was done again.
    pub duplicate: bool,
}
