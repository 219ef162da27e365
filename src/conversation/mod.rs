//! One turn of a conversation: runs the flow and turns what it asks for into what the store must keep.
//!
//! Nothing here writes: a [`Turn`] collects messages, facts, timeline and decisions, and the intake commits them at
//! once. Nothing here sends either: what Guichet says is a row, with another in the outbox where it must be pushed.

mod accounts;
mod action;
mod apply;
mod appointment;
mod channel_switch;
mod closing;
pub mod files;
mod handler;
mod keyword;
mod on_message;
mod rehearsal;
mod services;
mod shared;
mod time;
mod turn;

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    domain::{
        id::{ContactId, ConversationId},
        language::Language,
        message::Endpoint,
        timing::Timing,
    },
    dossier::{Dossier, UnwritableEvent},
    flow::{Library, State},
    store::{ConversationRow, StoreError},
};

pub use accounts::Accounts;
pub use action::{Action, Actor};
pub use appointment::MissionStep;
pub use channel_switch::{Presented, presented};
pub use closing::begins_another;
pub use rehearsal::Rehearsal;
pub use services::Services;
pub use turn::{InboundContext, Input, Turn};

/// A conversation with its flow's state and its dossier, as the next turn needs it.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// `state` and `flow_revision` are empty here: the parsed ones stand below.
    pub row: ConversationRow,
    pub state: State,
    pub library: Arc<Library>,
    pub dossier: Option<Dossier>,
    /// Where the person asked for no more messages.
    pub stopped: Vec<Endpoint>,
}

/// Why a turn could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this conversation's state does not read back: {0}")]
    State(serde_json::Error),
    #[error("this conversation's state cannot be written: {0}")]
    UnwritableState(serde_json::Error),
    #[error(transparent)]
    UnwritableEvent(#[from] UnwritableEvent),
    #[error("the flow asked for more than {0} look-ups in one turn: a loop in the flow")]
    Loop(usize),
    #[error("the system gives no randomness: {0}")]
    NoRandomness(getrandom::Error),
    #[error("these dossiers cannot be merged: one of them is closed, or they are of different insurers")]
    NotMergeable,
    #[error("this message cannot be sent there")]
    NotSendable,
    #[error("this dossier has no such mission, or none may be given now: reload the page")]
    NoMission,
    #[error("this slot has just been taken: choose another")]
    SlotTaken,
}

impl Conversation {
    /// A conversation that begins now.
    pub fn open(endpoint: Endpoint, insurer: &str, language: Language, library: Arc<Library>, now: Timestamp) -> Self {
        Self {
            row: ConversationRow {
                id: ConversationId::new(now),
                revision: 0,
                contact: ContactId::new(now),
                insurer: insurer.to_owned(),
                endpoint,
                language,
                handler: None,
                flow_revision: library.revision().to_owned(),
                state: String::new(),
                dossier: None,
                last_seq: 0,
                read_seq: 0,
                timing: Timing::default(),
                moves: 0,
                opened_at: now,
                updated_at: now,
            },
            state: State::default(),
            library,
            dossier: None,
            stopped: Vec::new(),
        }
    }

    /// A conversation as it was stored.
    pub fn restore(
        mut row: ConversationRow,
        dossier: Option<Dossier>,
        stopped: Vec<Endpoint>,
        library: Arc<Library>,
    ) -> Result<Self, ConversationError> {
        let state = serde_json::from_str(&row.state).map_err(ConversationError::State)?;
        row.state = String::new();
        Ok(Self { row, state, library, dossier, stopped })
    }
}
