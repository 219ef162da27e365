//! A conversation as the next turn needs it.

use std::sync::Arc;

use jiff::Timestamp;

use super::logged_state::{LoggedState, StateFormat};
use crate::{
    domain::{id::Ids, language::Language, message::Endpoint},
    dossier::{Dossier, reference_of},
    flow::{Library, State},
    store::{ConversationRow, Fence},
};

/// A conversation with its flow's state and its dossier. Cheap to clone: what a turn does not change is shared.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub row: Arc<ConversationRow>,
    /// The row as it is stored. None for a conversation that begins.
    pub stored: Option<Arc<ConversationRow>>,
    pub fence: Fence,
    pub state: Arc<State>,
    /// How the state is kept so far.
    pub logged: LoggedState,
    pub library: Arc<Library>,
    pub dossier: Option<Arc<Dossier>>,
    /// Where the person asked for no more messages.
    pub stopped: Vec<Endpoint>,
}

impl Conversation {
    /// The reference that its dossier has, or will have.
    pub fn reference(&self) -> String {
        reference_of(self.row.id)
    }

    /// A conversation that begins now.
    pub fn open(
        endpoint: Endpoint,
        insurer: &str,
        language: Language,
        library: Arc<Library>,
        ids: &Ids,
        now: Timestamp,
    ) -> Self {
        let row = ConversationRow {
            id: ids.next(now),
            contact: ids.next(now),
            insurer: insurer.to_owned(),
            endpoint,
            language,
            handler: None,
            flow_revision: library.revision().to_owned(),
            dossier: None,
            opened_at: now,
        };
        Self {
            fence: Fence::new(row.id, now),
            row: Arc::new(row),
            stored: None,
            state: Arc::default(),
            logged: LoggedState::new(StateFormat::OURS),
            library,
            dossier: None,
            stopped: Vec::new(),
        }
    }

    /// A conversation as it was stored, with the state that its entries make ([`LoggedState::restore`]).
    pub fn restore(
        row: ConversationRow,
        fence: Fence,
        dossier: Option<Dossier>,
        stopped: Vec<Endpoint>,
        library: Arc<Library>,
        (state, logged): (State, LoggedState),
    ) -> Self {
        let (row, dossier) = (Arc::new(row), dossier.map(Arc::new));
        let stored = Some(Arc::clone(&row));
        Self { row, stored, fence, state: Arc::new(state), logged, library, dossier, stopped }
    }

    /// About how much memory it takes.
    pub fn bytes(&self) -> u64 {
        /// Its rows, and the dossier's.
        const ROWS: u64 = 3 * 1024;
        ROWS + self.state.bytes()
    }

    /// What seldom changes, to change it.
    pub(super) fn row_mut(&mut self) -> &mut ConversationRow {
        Arc::make_mut(&mut self.row)
    }

    /// The dossier, to change it.
    pub(super) fn dossier_mut(&mut self) -> Option<&mut Dossier> {
        self.dossier.as_mut().map(Arc::make_mut)
    }
}
