//! Why a turn could not be made.

use crate::{dossier::UnwritableEvent, store::StoreError};

/// Why a turn could not be made. Nothing of it is stored, and what came is not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this conversation's state does not read back: {0}")]
    State(serde_json::Error),
    #[error(
        "a later program wrote this conversation's state (form {found}, known here {known}): bring this node up to date"
    )]
    NewerState { found: u32, known: u32 },
    #[error("what this turn is to store cannot be written: {0}")]
    Unwritable(serde_json::Error),
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
    #[error("this conversation has no such file")]
    UnknownDocument,
    #[error("this dossier has no such mission, or none may be given now: reload the page")]
    NoMission,
    #[error("there is no such task, reply or pause any more: reload the page")]
    NothingDue,
    #[error("this answer was changed by somebody else since it was shown")]
    ChangedMeanwhile,
    #[error("this dossier is of that kind already, or no answer makes it so")]
    NoSuchPeril,
    #[error("this dossier is not closed")]
    NotOver,
    #[error("this slot has just been taken: choose another")]
    SlotTaken,
}

impl ConversationError {
    /// Whether it is of this conversation alone, so that others go on.
    pub fn is_about_the_conversation(&self) -> bool {
        matches!(self, Self::State(_) | Self::Unwritable(_) | Self::UnwritableEvent(_) | Self::Loop(_))
    }
}
