//! A conversation as the next turn needs it.

use std::sync::Arc;

use jiff::Timestamp;

use super::error::ConversationError;
use crate::{
    domain::{id::Ids, language::Language, message::Endpoint, timing::Timing},
    dossier::Dossier,
    flow::{Library, State},
    store::ConversationRow,
};

/// A conversation with its flow's state and its dossier.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// `state` is empty here: the parsed one stands below.
    pub row: ConversationRow,
    pub state: State,
    pub library: Arc<Library>,
    pub dossier: Option<Dossier>,
    /// Where the person asked for no more messages.
    pub stopped: Vec<Endpoint>,
}

impl Conversation {
    /// A conversation that begins now.
    pub fn open(
        endpoint: Endpoint,
        insurer: &str,
        language: Language,
        library: Arc<Library>,
        ids: &Ids,
        now: Timestamp,
    ) -> Self {
        Self {
            row: ConversationRow {
                id: ids.next(now),
                revision: 0,
                contact: ids.next(now),
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
    ///
    /// # Errors
    ///
    /// [`ConversationError::State`] where the state is none that this program can read.
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
