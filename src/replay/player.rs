//! Makes the turns of a conversation that nobody keeps, as the service makes them.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::FutureExt as _;
use jiff::Timestamp;

use super::lists::Lists;
use crate::{
    contract::{Calendar, Policy},
    conversation::{
        Accounts, Conversation, ConversationError, InboundContext, Input, LoggedState, Observer, Services, StateFormat,
        Turn, begins_another,
    },
    domain::{
        language::Language,
        message::{Channel, Endpoint},
    },
    dossier::Dossier,
    flow::{Coverage, Effect, Event, FIRST_FLOW, Library, State},
    store::{Commit, ConversationRow, StateChange},
};

/// Our account on each channel.
const ACCOUNT: &str = "demo";
const PUBLIC_URL: &str = "https://guichet.example";

/// Why a turn could not be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Conversation(#[from] ConversationError),
    #[error("the conversation's state does not come back from the store as it went there")]
    RoundTrip,
    #[error("a list kept the turn waiting")]
    Waits,
    #[error("the turn of line {line}: {error}")]
    Turn { line: u32, error: Box<Self> },
}

impl ReplayError {
    /// The same, with the line of the transcript's turn.
    pub(super) fn at_line(self, line: u32) -> Self {
        Self::Turn { line, error: Box::new(self) }
    }
}

/// What one turn told the flow, what the flow asked for, and what the service would have stored.
#[derive(Debug)]
pub struct Played {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    pub commit: Commit,
}

/// Plays one conversation after another at one address.
#[derive(Debug)]
pub struct Player {
    library: Arc<Library>,
    insurer: String,
    language: Language,
    endpoint: Endpoint,
    /// The flow with which a conversation begins, where it is not the first one.
    flow: Option<String>,
    lists: Arc<Lists>,
    watcher: Arc<Watcher>,
    services: Services,
    /// The conversation as the store has it, once there is one.
    stored: Option<Stored>,
}

#[derive(Debug)]
struct Stored {
    conversation: Conversation,
    /// What its state is made of, from the beginning, and from the last whole entry on.
    changes: Vec<String>,
    whole: usize,
}

/// Notes what the turn under way tells the flow.
#[derive(Debug, Default)]
struct Watcher(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    events: Vec<Event>,
    effects: Vec<Effect>,
    coverage: Coverage,
}

impl Observer for Watcher {
    fn stepped(&self, event: &Event, effects: &[Effect], reached: Coverage) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.events.push(event.clone());
        seen.effects.extend_from_slice(effects);
        seen.coverage.add(reached);
    }
}

impl Player {
    /// A player of the insurer's conversations, whose register holds `policies`.
    pub fn new(library: Arc<Library>, insurer: &str, policies: Vec<Policy>) -> Self {
        let holidays = library.sources().get("holidays.yaml");
        let calendar = holidays.and_then(|text| Calendar::from_yaml(text).ok()).unwrap_or_default();
        let lists = Arc::new(Lists::new(policies));
        let watcher = Arc::new(Watcher::default());
        let pushed = [Channel::Sms, Channel::Email, Channel::Telegram];
        let accounts = Accounts::new(pushed.map(|channel| (channel, ACCOUNT.to_owned())));
        let experts = Arc::clone(library.experts());
        let services = Services::new(lists.clone(), calendar, experts, accounts, PUBLIC_URL);
        Self {
            services: services.observed_by(watcher.clone()),
            library,
            insurer: insurer.to_owned(),
            language: Language::default(),
            endpoint: endpoint_on(Channel::Web),
            flow: None,
            lists,
            watcher,
            stored: None,
        }
    }

    /// Begins with another flow than the first one.
    #[must_use]
    pub fn beginning_with(self, flow: &str) -> Self {
        Self { flow: (flow != FIRST_FLOW).then(|| flow.to_owned()), ..self }
    }

    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// Where the person writes from; without an address, from one that tells nothing.
    #[must_use]
    pub fn at(self, channel: Channel, address: Option<&str>) -> Self {
        let mut endpoint = endpoint_on(channel);
        if let Some(address) = address {
            address.clone_into(&mut endpoint.address);
        }
        Self { endpoint, ..self }
    }

    /// Where the person writes from on, from the next turn on.
    pub fn move_to(&mut self, channel: Channel) {
        self.endpoint = endpoint_on(channel);
    }

    /// The dossier as the last turn left it.
    pub fn dossier(&self) -> Option<&Dossier> {
        self.stored.as_ref()?.conversation.dossier.as_deref()
    }

    /// The flow's state as the last turn left it.
    pub fn state(&self) -> Option<&State> {
        self.stored.as_ref().map(|stored| &*stored.conversation.state)
    }

    /// When the conversation's timer goes off.
    pub fn wakes_at(&self) -> Option<Timestamp> {
        self.stored.as_ref()?.conversation.fence.timing.wake_at
    }

    /// The steps that were reached since this was last asked.
    pub fn take_coverage(&mut self) -> Coverage {
        mem::take(&mut self.watcher.0.lock().unwrap_or_else(PoisonError::into_inner).coverage)
    }

    /// Makes a turn, stores it in the lists, and reads the conversation back.
    ///
    /// # Errors
    ///
    /// What the service would refuse, and a state that does not come back as it was written.
    pub fn play(&mut self, input: Input, now: Timestamp) -> Result<Played, ReplayError> {
        let conversation = match self.read_back()? {
            Some(conversation) if !leaves(&conversation, &input, now) => conversation,
            _ => self.open(now),
        };
        let turn = Turn::make(conversation, input, &self.services, now).now_or_never().ok_or(ReplayError::Waits)??;
        let (commit, conversation) = turn.finish(InboundContext::default())?;
        self.lists.keep(&commit);
        let kept = self.stored.take().filter(|stored| stored.conversation.row.id == conversation.row.id);
        let (mut changes, mut whole) = kept.map_or_else(Default::default, |kept| (kept.changes, kept.whole));
        if let Some(StateChange { value, is_whole }) = &commit.rows.state {
            whole = if *is_whole { changes.len() } else { whole };
            changes.push(value.clone());
        }
        let state = Arc::clone(&conversation.state);
        self.stored = Some(Stored { conversation, changes, whole });
        if self.read_back()?.is_none_or(|read| read.state != state) {
            return Err(ReplayError::RoundTrip);
        }
        let mut seen = self.watcher.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Played { events: mem::take(&mut seen.events), effects: mem::take(&mut seen.effects), commit })
    }

    fn open(&self, now: Timestamp) -> Conversation {
        let (endpoint, library) = (self.endpoint.clone(), Arc::clone(&self.library));
        let ids = self.services.look_ups().ids();
        let mut conversation = Conversation::open(endpoint, &self.insurer, self.language, library, &ids, now);
        if let Some(flow) = &self.flow {
            conversation.state = Arc::new(State::beginning_with(flow));
        }
        conversation
    }

    /// The conversation as the store gives it back, at the address where the person is now.
    fn read_back(&self) -> Result<Option<Conversation>, ReplayError> {
        let Some(Stored { conversation, changes, whole }) = &self.stored else { return Ok(None) };
        let Conversation { row, fence, dossier, stopped, library, .. } = conversation.clone();
        let row = ConversationRow { endpoint: self.endpoint.clone(), ..Arc::unwrap_or_clone(row) };
        let dossier = dossier.map(Arc::unwrap_or_clone);
        let entries = changes.get(*whole..).unwrap_or_default();
        let state = LoggedState::restore(entries, StateFormat::OURS)?;
        Ok(Some(Conversation::restore(row, fence, dossier, stopped, library, state)))
    }
}

/// Whether what came begins another claim, in a conversation of its own.
fn leaves(conversation: &Conversation, input: &Input, now: Timestamp) -> bool {
    matches!(input, Input::Message { body, .. } if begins_another(conversation, body, now))
}

fn endpoint_on(channel: Channel) -> Endpoint {
    Endpoint { channel, account: ACCOUNT.to_owned(), address: "somebody".to_owned() }
}
