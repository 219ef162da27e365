//! Durable receipt: everything that changes a conversation enters here, one thing at a time for each conversation.
//!
//! [`Intake::receive`] and [`Intake::act`] walk what came through the flow and commit it with its replies and its dossier
//! changes in one transaction. Only when that is on disk does the caller learn that it was received. Receipt and work
//! are one transaction, so a crash leaves nothing half done: what was not acknowledged is sent again by its sender, and
//! what was is complete.
//!
//! Architecture invariant: no queue here outlives a request. Whoever waits, waits with an unacknowledged message.

mod clockwork;
mod keyed_locks;
mod libraries;
mod links;
mod listeners;
mod routes;
mod throttle;

use std::{
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use quick_cache::{Weighter, sync::Cache};
use tokio::sync::Semaphore;

use crate::{
    contract::{Calendar, CalendarError},
    conversation::{
        Accounts, Action, Actor, Conversation, ConversationError, Foreseen, InboundContext, Input, LoggedState,
        Services, StateFormat, Turn, declaration, desk_field, files::Files, read_desk_field, read_field, templates,
    },
    domain::{
        clock::Clock,
        fact::Value,
        fact_name::FactName,
        form::{Declaration, Field},
        id::{ConversationId, DossierId},
        language::Language,
        message::{Author, Body, Channel, Endpoint},
    },
    flow::{Library, WrittenTemplate},
    store::{ChangeFeed, CommitError, Delivery, Engine, MessageRow, News, OutboxRow, StoreError},
    telemetry::{AccountLabel, Metrics},
};

use clockwork::Clockwork;
use keyed_locks::KeyedLocks;
use libraries::Libraries;
pub use libraries::LibraryError;
pub use links::{CODE_LEAD_IN, LinkError, code, code_hash, lead_in, link, page_link};
use listeners::Listeners;
pub use listeners::{Heard, Listener};
use routes::Route;
pub(crate) use throttle::{Key, Limit, Throttle};

/// How often a turn that another node overtook is made again before the sender is asked to come back.
const ATTEMPTS: usize = 8;
/// How many conversations are expected in memory.
const CACHED: usize = 20_000;
/// The most bytes of conversations in memory, as far as they can be told. Each conversation is checked by its revision, so
/// that a stale one costs a second try, never a wrong write.
const CACHED_BYTES: u64 = 48 * 1024 * 1024;
/// Before another try to hear the other nodes.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);
/// How many messages on each side of one are looked at for what was said around it.
const AROUND: i64 = 20;
/// The longest text that is read; beyond it no person writes.
pub const MAX_TEXT: usize = 100_000;

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
    /// The token or code by which the sender goes on with a conversation that began at another address: Telegram's
    /// `/start TOKEN`, an e-mail's plus-address. A code that is the message itself is found in its text.
    pub token: Option<String>,
    /// The conversations that it names, by the thread that it answers or a reference, the likeliest first. It admits nobody:
    /// who is not known there is proposed to a handler.
    pub cites: Vec<Citation>,
    /// More may follow at once (an album has no end mark): kept and acknowledged now, answered when nothing came for a
    /// moment.
    pub settle: bool,
    pub kind: InboundKind,
}

/// How an item names a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Citation {
    Conversation(ConversationId),
    /// A dossier's reference, such as people know it.
    Reference(String),
}

/// What an inbound item does.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are messages")]
pub enum InboundKind {
    /// Opens the conversation without a word (the chat's window was opened).
    Open,
    Message(Body),
    /// "Modifier" beside an answer.
    Edit {
        fact: FactName,
    },
    SpeakLanguage(Language),
}

/// What was durably received.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub conversation: ConversationId,
    /// The sequence number of the message in its conversation.
    pub seq: i64,
    /// True when this was a redelivery: nothing was done again.
    pub duplicate: bool,
    /// What was said to the person at once. Empty for a redelivery.
    pub replies: Vec<Body>,
    /// Whether the person was told something before that their channel could not deliver yet.
    pub unheard: bool,
}

/// What became of a field that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    Kept,
    /// It is not kept: what is wrong with it, in words for the person.
    Wrong(String),
    /// Somebody else changed the answer since the page showed it: it is not kept.
    Changed,
    /// There is no such field any more.
    NotAsked,
}

/// Why something was not received. Nothing was acknowledged and nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error("too many messages at once; try again in a moment")]
    Busy,
    #[error("the disk is almost full: make room; nothing new is received until then")]
    NoRoom,
    #[error("there is no such conversation")]
    NotFound,
    #[error(transparent)]
    Store(Arc<StoreError>),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A later program wrote the conversation: nothing is wrong with what came, and a later node takes it.
    #[error(transparent)]
    Outdated(ConversationError),
    #[error(transparent)]
    Conversation(ConversationError),
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<ConversationError> for IntakeError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Store(error) => error.into(),
            ConversationError::NewerState { .. } => Self::Outdated(error),
            error => Self::Conversation(error),
        }
    }
}

/// Weighs conversations by the memory that they take.
#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<ConversationId, Arc<Conversation>> for Bytes {
    fn weight(&self, _: &ConversationId, conversation: &Arc<Conversation>) -> u64 {
        conversation.bytes()
    }
}

/// The one door. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Engine,
    services: Services,
    libraries: Libraries,
    clock: Clock,
    metrics: Metrics,
    /// One for each message that may be on its way; beyond them the sender is refused.
    places: Semaphore,
    /// Set while the disk is almost full.
    no_room: AtomicBool,
    /// Set only where another version than ours is played.
    state_format: OnceLock<StateFormat>,
    /// New addresses, one at a time each, so that two first photos open one conversation.
    addresses: KeyedLocks,
    /// Conversations, one thing at a time each.
    turns: KeyedLocks,
    /// Those that go on: who writes again after the end has it read anew.
    conversations: Cache<ConversationId, Arc<Conversation>, Bytes>,
    /// Which conversation goes on at an address, as of its number of moves.
    endpoints: Cache<Endpoint, (ConversationId, i64)>,
    listeners: Arc<Listeners>,
    clockwork: Clockwork,
}

impl Intake {
    /// Opens the door; the library's sources are kept for the conversations that begin with it. What is said to people at
    /// one of the `accounts` gets its row in the outbox.
    pub async fn open(
        store: Engine,
        library: Arc<Library>,
        clock: Clock,
        metrics: Metrics,
        max_in_flight: usize,
        accounts: Accounts,
        public_url: &str,
    ) -> Result<Self, IntakeError> {
        let calendar = match library.sources().get("holidays.yaml") {
            Some(text) => Calendar::from_yaml(text)?,
            None => Calendar::default(),
        };
        let experts = Arc::clone(library.experts());
        let libraries = Libraries::open(store.clone(), library, clock.now()).await?;
        let changes = store.change_feed().await?;
        let intake = Self(Arc::new(Inner {
            services: Services::new(Arc::new(store.clone()), calendar, experts, accounts, public_url),
            store,
            libraries,
            clock,
            metrics,
            no_room: AtomicBool::new(false),
            state_format: OnceLock::new(),
            places: Semaphore::new(max_in_flight),
            addresses: KeyedLocks::default(),
            turns: KeyedLocks::default(),
            conversations: Cache::with_weighter(CACHED, CACHED_BYTES, Bytes),
            endpoints: Cache::new(CACHED),
            listeners: Arc::default(),
            clockwork: Clockwork::default(),
        }));
        if let Some(changes) = changes {
            tokio::spawn(hear_other_nodes(changes, Arc::downgrade(&intake.0)));
        }
        Ok(intake)
    }

    /// The flows that new conversations begin with.
    pub fn library(&self) -> Arc<Library> {
        self.0.libraries.current()
    }

    /// Learns what handlers taught: all conversations are understood with it from their next message on. The other nodes
    /// are told of it, and learn it too.
    pub async fn learn(&self) -> Result<(), IntakeError> {
        self.0.libraries.learn().await
    }

    /// What is to be done with the flows every few minutes: what other nodes were taught is learnt even where their word
    /// was lost, and the revisions that nobody can come back to are forgotten.
    pub async fn look_after_flows(&self) -> Result<(), IntakeError> {
        self.0.libraries.look_after(self.0.clock.now()).await
    }

    /// Follows one conversation from now on.
    pub fn listen(&self, conversation: ConversationId) -> Listener {
        self.0.listeners.listen(conversation)
    }

    /// Follows every conversation from now on.
    pub fn listen_to_all(&self) -> Listener {
        self.0.listeners.listen_to_all()
    }

    /// How many conversations somebody listens to.
    #[cfg(test)]
    pub(crate) fn listened_to(&self) -> usize {
        self.0.listeners.conversations()
    }

    /// Reads states up to this form and writes them in it, as a program of another version does: for the test of several
    /// versions on one database. It holds from before the first conversation.
    pub fn play_version(&self, format: StateFormat) {
        self.0.state_format.get_or_init(|| format);
    }

    /// Refuses what people send while the disk is almost full: better before an acknowledgement than in the middle.
    pub fn set_no_room(&self, no_room: bool) {
        if self.0.no_room.swap(no_room, Ordering::Relaxed) != no_room {
            tracing::warn!(no_room, "free disk space crossed the configured minimum");
        }
    }

    /// Whether the disk has room for what people send: who receives files asks before the first byte.
    pub fn has_room(&self) -> bool {
        let has_room = !self.0.no_room.load(Ordering::Relaxed);
        if !has_room {
            self.0.metrics.refused.inc();
        }
        has_room
    }

    /// Tells listeners that a handler is writing. Nothing is stored of it.
    pub fn tell_typing(&self, conversation: ConversationId) {
        self.0.listeners.tell_typing(conversation);
    }

    /// Receives what a person sent. When this returns, it is on disk with its replies.
    pub async fn receive(&self, inbound: Inbound) -> Result<Receipt, IntakeError> {
        Box::pin(self.receive_with(inbound, Files::default())).await
    }

    /// Receives a message with the files that came with it, whose bytes are on disk already.
    pub async fn receive_with(&self, inbound: Inbound, files: Files) -> Result<Receipt, IntakeError> {
        if !self.has_room() {
            return Err(IntakeError::NoRoom);
        }
        let _place = self.0.places.try_acquire().map_err(|_| {
            self.0.metrics.refused.inc();
            IntakeError::Busy
        })?;
        let key = key_of(&inbound);
        let secret = self.0.secret_of(&inbound).await?;
        let Inbound { endpoint, provider_id, insurer, language, cites, settle, kind, .. } = inbound;
        let client_id = Some(provider_id);
        let input = match kind {
            InboundKind::Open => Input::Open,
            InboundKind::Message(body) => Input::Message { body: clean(body), client_id, files, settle },
            InboundKind::Edit { fact } => Input::Edit { fact },
            InboundKind::SpeakLanguage(language) => Input::SpeakLanguage(language),
        };
        for _ in 0..ATTEMPTS {
            let mut route =
                Route { to: self.0.known(&endpoint).await?, input: input.clone(), context: InboundContext::default() };
            if let Some(secret) = &secret {
                route = self.0.route(secret, route).await?;
            }
            if !cites.is_empty() {
                route = self.0.thread(&cites, &insurer, &endpoint, route).await?;
            }
            if let Some(id) = route.to
                && self.0.begins_another(id, &route.input).await?
            {
                route.context = InboundContext { claims: true, ..InboundContext::default() };
                route.context.binding.leaves = route.to.take();
            }
            route.context.key = Some(key.clone());
            let done = match route.to {
                Some(id) => self.0.take_turn(id, &route.input, Some(&endpoint), route.context).await,
                None => self.0.open(&endpoint, &insurer, language, &route.input, route.context).await,
            };
            match done {
                Err(TurnError::Conflict) => self.0.metrics.conflicts.inc(),
                Err(TurnError::Failed(error)) => return Err(error),
                Ok(receipt) => {
                    if receipt.duplicate {
                        self.0.metrics.duplicates.inc();
                    }
                    return Ok(receipt);
                }
            };
        }
        Err(IntakeError::Busy)
    }

    /// Whether this item was received before, so that its files need not be fetched again.
    pub async fn has_received(&self, inbound: &Inbound) -> Result<bool, IntakeError> {
        Ok(self.0.store.was_received(&key_of(inbound)).await?)
    }

    /// What was declared in a conversation, and what may still be told.
    pub async fn declaration(&self, conversation: ConversationId) -> Result<Declaration, IntakeError> {
        let conversation = self.0.look_at(conversation).await?;
        Ok(declaration(&conversation, self.0.clock.now()))
    }

    /// Keeps what a person wrote into a field of the form, where nobody else changed it since the page showed it as `was`. Nothing
    /// is said of it.
    pub async fn fill(
        &self,
        conversation: ConversationId,
        fact: FactName,
        written: &str,
        was: &str,
    ) -> Result<Filled, IntakeError> {
        if !self.has_room() {
            return Err(IntakeError::NoRoom);
        }
        let now = self.0.clock.now();
        let stands = self.0.look_at(conversation).await?;
        let Some(field) = declaration(&stands, now).field(&fact).cloned() else { return Ok(Filled::NotAsked) };
        let value = match read_field(&stands, now, &fact, written) {
            Ok(value) => value,
            Err(wrong) => return Ok(Filled::Wrong(wrong)),
        };
        if field.value == value {
            return Ok(Filled::Kept);
        }
        if field.written != was {
            return Ok(Filled::Changed);
        }
        // What another node did may not be in memory here, and would be taken for what is known.
        self.0.conversations.remove(&conversation);
        let input = Input::Fill { fact, value, was: field.value };
        match self.take_turn(conversation, &input).await {
            Ok(_) => Ok(Filled::Kept),
            Err(IntakeError::Conversation(ConversationError::ChangedMeanwhile)) => Ok(Filled::Changed),
            Err(error) => Err(error),
        }
    }

    /// Sends a code to one of the person's addresses.
    pub async fn send_code(&self, conversation: ConversationId, to: Endpoint) -> Result<(), IntakeError> {
        self.take_turn(conversation, &Input::SendCode { to }).await.map(drop)
    }

    /// A conversation as it stands on this node.
    pub async fn conversation(&self, id: ConversationId) -> Result<Arc<Conversation>, IntakeError> {
        match self.0.conversations.get(&id) {
            Some(conversation) => Ok(conversation),
            None => self.0.load(id).await.map(Arc::new),
        }
    }

    /// Does for one conversation what its timer would, whether it is due or not.
    pub async fn wake(&self, conversation: ConversationId) -> Result<(), IntakeError> {
        self.take_turn(conversation, &Input::Wake).await.map(drop)
    }

    /// The person has seen everything up to `seq`.
    pub async fn read(&self, conversation: ConversationId, seq: i64) -> Result<(), IntakeError> {
        self.take_turn(conversation, &Input::Read { seq }).await.map(drop)
    }

    /// What was said to the person right before and right after their message `seq`: for a channel whose only way to
    /// deliver is the answer to a post.
    pub async fn said_around(&self, conversation: ConversationId, seq: i64) -> Result<Vec<Body>, IntakeError> {
        let messages = self.0.store.messages(conversation, seq - AROUND - 1, 2 * AROUND + 1).await?;
        let outbound = |message: &&MessageRow| message.author != Author::Policyholder;
        let before = messages.iter().filter(|message| message.seq < seq).rev().take_while(outbound);
        let mut said: Vec<Body> = before.map(|message| message.body.clone()).collect();
        said.reverse();
        let after = messages.iter().filter(|message| message.seq > seq).take_while(outbound);
        said.extend(after.map(|message| message.body.clone()));
        Ok(said)
    }

    /// Gives up a message that could not be brought, and tells the handler why. Does nothing when somebody else settled
    /// it meanwhile.
    pub async fn give_up(&self, row: &OutboxRow, reason: &str) -> Result<(), IntakeError> {
        for _ in 0..ATTEMPTS {
            let stored = self.0.store.outbox_row(row.id).await?;
            let open =
                |now: &OutboxRow| now.epoch == row.epoch && matches!(now.delivery, Delivery::Waiting | Delivery::Sent);
            if !stored.as_ref().is_some_and(open) {
                return Ok(());
            }
            let input = Input::Undelivered(row.clone(), reason.to_owned());
            match self.0.take_turn(row.conversation, &input, None, InboundContext::default()).await {
                Err(TurnError::Conflict) => self.0.metrics.conflicts.inc(),
                Err(TurnError::Failed(error)) => return Err(error),
                Ok(_) => return Ok(()),
            };
        }
        Err(IntakeError::Busy)
    }

    /// Tells listeners that something of a conversation changed beside a turn: how far a message came, what is seen in a file,
    /// who has it open.
    pub fn tell_change(&self, conversation: ConversationId) {
        self.0.listeners.tell_change(conversation);
    }

    /// The days on which the insurers do not work.
    pub fn calendar(&self) -> &Calendar {
        self.0.services.calendar()
    }

    /// The accounts to which messages are pushed.
    pub fn accounts(&self) -> &Accounts {
        self.0.services.accounts()
    }

    /// Counts a message of an account that is refused for its content and passed over.
    pub fn count_passed_over(&self, channel: Channel, account: &str) {
        let label = AccountLabel { channel: channel.name(), account: account.to_owned() };
        self.0.metrics.passed_over.get_or_create(&label).inc();
    }

    /// Does what a handler does.
    pub async fn act(&self, dossier: DossierId, actor: Actor, action: Action) -> Result<(), IntakeError> {
        let dossier = self.0.store.dossier(dossier).await?.ok_or(IntakeError::NotFound)?;
        let merged = match &action {
            Action::Merge { other } => self.0.store.dossier(*other).await?,
            _ => None,
        };
        self.take_turn(dossier.conversation, &Input::Handler { actor: actor.clone(), action }).await?;
        match merged {
            // It is merged and closed already; this calls off what was planned for it.
            Some(merged) => self.take_turn(merged.conversation, &Input::Absorbed { actor }).await.map(drop),
            None => Ok(()),
        }
    }

    /// What a handler's act would lead to. It is the turn that the act itself makes, and nothing of it is kept.
    pub async fn foresee(&self, dossier: DossierId, actor: Actor, action: Action) -> Result<Foreseen, IntakeError> {
        let conversation = self.stands(dossier).await?;
        let input = Input::Handler { actor, action };
        let turn = Turn::make(conversation, input, &self.0.services, self.0.clock.now()).await?;
        Ok(turn.foreseen())
    }

    /// A fact of a dossier as a handler corrects it. None where it is none that is told.
    pub async fn desk_field(&self, dossier: DossierId, fact: &FactName) -> Result<Option<Field>, IntakeError> {
        Ok(desk_field(&self.stands(dossier).await?, self.0.clock.now(), fact))
    }

    /// Reads what a handler wrote as the value of a fact: none where they emptied it, or what is wrong with it, in words.
    pub async fn read_desk_field(
        &self,
        dossier: DossierId,
        fact: &FactName,
        written: &str,
    ) -> Result<Result<Option<Value>, String>, IntakeError> {
        Ok(read_desk_field(&self.stands(dossier).await?, self.0.clock.now(), fact, written))
    }

    /// The templates that fit a dossier, as a handler would send them.
    pub async fn templates(&self, dossier: DossierId, handler: &str) -> Result<Vec<WrittenTemplate>, IntakeError> {
        Ok(templates(&self.stands(dossier).await?, &self.library(), self.0.clock.now(), handler))
    }

    /// A dossier's conversation as it stands, to read it.
    async fn stands(&self, dossier: DossierId) -> Result<Conversation, IntakeError> {
        let dossier = self.0.store.dossier(dossier).await?.ok_or(IntakeError::NotFound)?;
        self.0.look_at(dossier.conversation).await
    }

    async fn take_turn(&self, conversation: ConversationId, input: &Input) -> Result<Receipt, IntakeError> {
        for _ in 0..ATTEMPTS {
            match self.0.take_turn(conversation, input, None, InboundContext::default()).await {
                Err(TurnError::Conflict) => self.0.metrics.conflicts.inc(),
                Err(TurnError::Failed(error)) => return Err(error),
                Ok(receipt) => return Ok(receipt),
            };
        }
        Err(IntakeError::Busy)
    }
}

/// How a turn failed.
enum TurnError {
    /// Another node was first: load anew and try again.
    Conflict,
    Failed(IntakeError),
}

impl<E: Into<IntakeError>> From<E> for TurnError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Inner {
    /// Opens the conversation of a new address with its first item.
    async fn open(
        &self,
        endpoint: &Endpoint,
        insurer: &str,
        language: Language,
        input: &Input,
        context: InboundContext,
    ) -> Result<Receipt, TurnError> {
        let _address = self.addresses.lock(endpoint).await;
        // Whoever was at the door before may have opened it.
        if context.binding.leaves.is_none() && self.endpoints.get(endpoint).is_some() {
            return Err(TurnError::Conflict);
        }
        let now = self.clock.now();
        let library = self.libraries.current();
        let ids = self.services.look_ups().ids();
        let open = || Conversation::open(endpoint.clone(), insurer, language, Arc::clone(&library), &ids, now);
        let mut conversation = open();
        // A reference has forty random bits of the identifier. With one that another dossier has, it could never open its own.
        while self.store.dossier_by_reference(&conversation.reference()).await?.is_some() {
            conversation = open();
        }
        conversation.logged = LoggedState::new(self.state_format());
        let _turn = self.turns.lock(&conversation.row.id).await;
        self.commit(conversation, input, context).await
    }

    /// Makes a turn of a conversation that exists.
    async fn take_turn(
        &self,
        id: ConversationId,
        input: &Input,
        endpoint: Option<&Endpoint>,
        context: InboundContext,
    ) -> Result<Receipt, TurnError> {
        let _turn = self.turns.lock(&id).await;
        let mut conversation = match self.conversations.get(&id) {
            Some(conversation) => (*conversation).clone(),
            None => self.load(id).await?,
        };
        if let Some(endpoint) = endpoint
            && conversation.row.endpoint != *endpoint
        {
            Arc::make_mut(&mut conversation.row).endpoint = endpoint.clone();
        }
        self.commit(conversation, input, context).await
    }

    /// A conversation as it stands, to read it.
    async fn look_at(&self, id: ConversationId) -> Result<Conversation, IntakeError> {
        // Another node may have changed what is in memory here.
        self.load(id).await
    }

    fn state_format(&self) -> StateFormat {
        self.state_format.get().copied().unwrap_or(StateFormat::OURS)
    }

    async fn load(&self, id: ConversationId) -> Result<Conversation, IntakeError> {
        let (row, fence) = self.store.conversation(id).await?.ok_or(IntakeError::NotFound)?;
        let entries = self.store.state(&fence).await?;
        let dossier = match row.dossier {
            Some(dossier) => self.store.dossier(dossier).await?,
            None => None,
        };
        let library = self.libraries.get(&row.flow_revision).await?;
        let stopped = self.store.opt_outs(id).await?;
        let state = LoggedState::restore(&entries, self.state_format()).map_err(IntakeError::from)?;
        Ok(Conversation::restore(row, fence, dossier, stopped, library, state))
    }

    async fn commit(
        &self,
        conversation: Conversation,
        input: &Input,
        context: InboundContext,
    ) -> Result<Receipt, TurnError> {
        let id = conversation.row.id;
        let channel = conversation.row.endpoint.channel.name();
        let mut turn = Turn::make(conversation, input.clone(), &self.services, self.clock.now()).await?;
        if let Some(cited) = &context.cited {
            turn.cite(cited);
        }
        let (seq, unheard) = (turn.seq(), turn.unheard);
        let from_person = context.key.is_some();
        let (commit, conversation) = turn.finish(context)?;
        let stored = match self.store.commit(commit).await {
            Ok(stored) => stored,
            Err(CommitError::Duplicate { conversation, seq }) => {
                return Ok(Receipt { conversation, seq, duplicate: true, replies: Vec::new(), unheard: true });
            }
            Err(CommitError::Conflict) => {
                self.conversations.remove(&id);
                if from_person {
                    self.endpoints.remove(&conversation.row.endpoint);
                }
                return Err(TurnError::Conflict);
            }
            Err(CommitError::Store(error)) => {
                // What was kept is not known: the next turn reads it.
                self.conversations.remove(&id);
                return Err(TurnError::Failed(IntakeError::Store(error)));
            }
        };
        if let Input::Message { .. } = input {
            self.metrics.received.get_or_create(&crate::telemetry::ChannelLabel { channel }).inc();
        }
        let is_over = conversation.state.is_over();
        if from_person {
            if is_over {
                self.endpoints.remove(&conversation.row.endpoint);
            } else {
                self.endpoints.insert(conversation.row.endpoint.clone(), (id, conversation.fence.moves));
            }
        }
        if let Some(left) = stored.binding.leaves {
            self.conversations.remove(&left);
        }
        if let Some(absorbed) = &stored.binding.absorbs {
            self.conversations.remove(&absorbed.conversation);
            self.listeners.tell_change(absorbed.conversation);
        }
        for waiting in &stored.rows.outbox {
            self.services.accounts().wake(waiting.to.channel, &waiting.to.account);
        }
        for due_at in stored.rows.due.iter().filter_map(|due| due.at) {
            self.clockwork.set(due_at);
        }
        self.listeners.tell_change(id);
        if is_over || stored.binding.absorbs.is_some() {
            // What holds for the addresses that came with an absorbed one is read anew.
            self.conversations.remove(&id);
        } else {
            self.conversations.insert(id, Arc::new(conversation));
        }
        let said = stored.rows.messages.into_iter().filter(|message| message.author != Author::Policyholder);
        Ok(Receipt {
            conversation: id,
            seq,
            duplicate: false,
            replies: said.map(|message| message.body).collect(),
            unheard,
        })
    }
}

/// Passes on what other nodes changed, for as long as the intake lives.
async fn hear_other_nodes(mut changes: ChangeFeed, intake: Weak<Inner>) {
    loop {
        let heard = changes.next().await;
        let Some(intake) = intake.upgrade() else { return };
        match heard {
            Ok(News::Changes { turns, to_send, taught }) => {
                for conversation in turns {
                    intake.listeners.tell_change(conversation);
                }
                for (channel, account) in to_send {
                    intake.services.accounts().wake(channel, &account);
                }
                if taught {
                    tokio::spawn(learn(intake));
                }
            }
            Ok(News::Missed) => {
                intake.listeners.tell_everybody();
                tokio::spawn(learn(intake));
            }
            Err(StoreError::Closing) => return,
            Err(error) => {
                tracing::warn!(%error, "changes of other nodes cannot be heard at the moment");
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        }
    }
}

/// Learns what was taught on another node; beside the other news, which do not wait for the training.
async fn learn(intake: Arc<Inner>) {
    if let Err(error) = intake.libraries.learn().await {
        tracing::warn!(%error, "what handlers taught is learnt later");
    }
}

/// The key by which a redelivery is known: channel, account, the sender's address where identifiers are its own, and the
/// provider's identifier.
fn key_of(inbound: &Inbound) -> String {
    let Endpoint { channel, account, address } = &inbound.endpoint;
    format!("{}|{account}|{address}|{}", channel.name(), inbound.provider_id)
}

/// What no store keeps goes out: PostgreSQL has no NUL in texts; and nobody writes a novel.
fn clean(mut body: Body) -> Body {
    if body.text.contains('\0') {
        body.text = body.text.replace('\0', "");
    }
    if body.text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|at| body.text.is_char_boundary(*at)).unwrap_or(0);
        body.text.truncate(end);
    }
    body
}
