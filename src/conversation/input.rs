//! What happens to a conversation.

use super::{
    action::{Action, Actor},
    files::Files,
};
use crate::{
    domain::{
        contact::Proof,
        fact::Value,
        fact_name::FactName,
        language::Language,
        message::{Body, Endpoint},
    },
    dossier::Dossier,
    store::{Binding, DueKind, OutboxRow},
};

/// What happened to a conversation.
#[derive(Clone, Debug)]
pub enum Input {
    /// The person opened the conversation without a word.
    Open,
    /// The person wrote.
    Message {
        body: Body,
        client_id: Option<String>,
        /// Those of the body's attachments whose rows are not stored yet, and what was not taken.
        files: Files,
        /// More may follow at once: it is answered with the rest.
        settle: bool,
    },
    /// "Modifier" beside an answer.
    Edit {
        fact: FactName,
    },
    SpeakLanguage(Language),
    /// The person asks for a code at this address of theirs, to prove on a page who they are.
    SendCode {
        to: Endpoint,
    },
    /// The person filled in a field of the form, or emptied it.
    Fill {
        fact: FactName,
        value: Option<Value>,
        /// What was known when the page showed the field.
        was: Option<Value>,
    },
    /// The person comes from another channel, with the secret that they were given there.
    SwitchChannel {
        body: Body,
        client_id: Option<String>,
    },
    /// The person comes with a secret that opens nothing: they are told so in the sentence of this key.
    NoWay {
        body: Body,
        client_id: Option<String>,
        sentence: &'static str,
    },
    /// The conversation's timer went off.
    Wake,
    /// Something else of the conversation is due, by its kind and its identifier.
    Due(DueKind, String),
    /// The person has seen everything up to this message.
    Read {
        seq: i64,
    },
    /// A handler acted.
    Handler {
        actor: Actor,
        action: Action,
    },
    /// A handler merged this conversation's dossier into another: nobody comes for it any more.
    Absorbed {
        actor: Actor,
    },
    /// A message of ours could not be brought.
    Undelivered(OutboxRow, String),
}

/// How an input comes, and what it takes from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct InboundContext {
    /// The key by which a redelivery is known.
    pub key: Option<String>,
    /// The address is new to the conversation.
    pub claims: bool,
    pub proof: Option<Proof>,
    pub binding: Binding,
    /// The case that it names, and whose person its sender is not known to be.
    pub cited: Option<Box<Dossier>>,
}
