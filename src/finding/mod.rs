//! Finding: the full-text index follows what is stored, some seconds behind, so that no message waits for it.
//!
//! Each node indexes the conversations of which it stored turns. What a process that died left is found by looking through
//! all dossiers for those whose entry is of another revision: when a node starts, and now and then by one node. An entry is
//! written with the revision at which the conversation was read, and a later one is never overwritten, so two nodes that index the
//! same conversation do no harm.
//!
//! # What this room refuses to do
//!
//! It decides nothing, writes nothing but the index, and keeps out of the way: after each batch it rests for a multiple of the
//! time that the batch took.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::SignedDuration;

use crate::{
    domain::{
        clock::Clock,
        fact::Value,
        id::{ConversationId, DossierId, NodeId},
        message::{Author, Channel},
    },
    dossier::{SearchField, terms},
    flow::Library,
    store::{Engine, FactRow, SearchEntry, StoreError, ToIndex, Unindexed},
};

/// Conversations that are indexed by one transaction.
const BATCH: usize = 50;
/// Dossiers of a page that are compared with the index.
const PAGE: usize = 500;
/// How long after a conversation's first new turn it is read: by then more of them have come.
const BEHIND: Duration = Duration::from_secs(2);
/// How often a node looks whether something is to be indexed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The pause after a batch: so many times as long as the batch took.
const REST_FACTOR: u32 = 4;
/// From one time that all dossiers are looked through to the next.
const SWEEP: SignedDuration = SignedDuration::from_mins(30);
/// The name of its lease, which lasts for a page and its rest.
const LEASE: &str = "finding|sweep";
const WORKING: SignedDuration = SignedDuration::from_mins(2);
/// A text that is longer is a story: it is found by its words, and not shown as something that is known.
const MAX_KNOWN: usize = 120;
/// The most messages of a conversation that are indexed.
const MAX_MESSAGES: i64 = 5000;

/// What keeps the index.
#[derive(Clone, Debug)]
pub struct Finding {
    pub store: Engine,
    /// For the names of the experts.
    pub library: Arc<Library>,
    pub clock: Clock,
}

impl Finding {
    /// Keeps the index for as long as the service runs.
    pub async fn run(self) {
        let mut next_sweep = self.clock.now();
        loop {
            let began = Instant::now();
            let ToIndex { conversations, is_cut } = self.store.changed_conversations(BEHIND, BATCH);
            let is_full = conversations.len() == BATCH;
            if let Err(error) = self.index(&conversations).await {
                tracing::warn!(%error, "what is searched for lags behind");
                next_sweep = self.clock.now() + WORKING;
            }
            if is_cut {
                next_sweep = self.clock.now();
            }
            if !is_full && self.clock.now() >= next_sweep {
                next_sweep = match self.sweep_in_turn().await {
                    Ok(()) => self.clock.now() + SWEEP,
                    Err(error) => {
                        tracing::warn!(%error, "not all that is searched for could be looked through");
                        self.clock.now() + WORKING
                    }
                };
            }
            tokio::time::sleep(if is_full { began.elapsed() * REST_FACTOR } else { LOOK_AGAIN }).await;
        }
    }

    /// Looks through all dossiers, unless another node is at it or did so lately.
    async fn sweep_in_turn(&self) -> Result<(), StoreError> {
        let holder = NodeId::new(self.clock.now()).to_string();
        let extend = async |by: SignedDuration| {
            let now = self.clock.now();
            self.store.acquire_lease(LEASE, &holder, now, now + by, now + SWEEP).await
        };
        let mut after = None;
        while extend(WORKING).await? {
            (_, after) = self.sweep_page(after, REST_FACTOR).await?;
            if after.is_none() {
                break;
            }
        }
        self.store.release(LEASE, &holder).await
    }

    /// Indexes all that is not, without a rest. Returns how many conversations were.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let (mut done, mut after) = (0, None);
        loop {
            let (indexed, next) = self.sweep_page(after, 0).await?;
            done += indexed;
            after = next;
            if after.is_none() {
                return Ok(done);
            }
        }
    }

    /// Indexes what of a page is not. After each part it rests for so many times as long as that took.
    async fn sweep_page(&self, after: Option<DossierId>, rest: u32) -> Result<(usize, Option<DossierId>), StoreError> {
        let began = Instant::now();
        let Unindexed { conversations, next } = self.store.unindexed(after, PAGE).await?;
        tokio::time::sleep(began.elapsed() * rest).await;
        let mut done = 0;
        for batch in conversations.chunks(BATCH) {
            let began = Instant::now();
            done += self.index(batch).await?;
            tokio::time::sleep(began.elapsed() * rest).await;
        }
        Ok((done, next))
    }

    /// Indexes conversations as they stand. Returns how many entries were written.
    pub async fn index(&self, conversations: &[ConversationId]) -> Result<usize, StoreError> {
        let mut entries = Vec::with_capacity(conversations.len());
        for conversation in conversations {
            match self.read(*conversation).await? {
                Some(entry) => entries.push(entry),
                // What had a dossier once is not found any more.
                None => self.store.forget_words(*conversation).await?,
            }
        }
        if entries.is_empty() {
            return Ok(0);
        }
        self.store.index(&entries).await
    }

    /// All that a conversation is found by. None where it has no dossier.
    async fn read(&self, conversation: ConversationId) -> Result<Option<SearchEntry>, StoreError> {
        // The revision first: what changes while the rest is read is indexed again.
        let Some((row, fence)) = self.store.conversation(conversation).await? else { return Ok(None) };
        let Some(id) = row.dossier else { return Ok(None) };
        let Some(dossier) = self.store.dossier(id).await?.filter(|dossier| dossier.conversation == conversation) else {
            return Ok(None);
        };
        let mut fields = Fields::default();
        fields.add("reference", &dossier.reference);
        fields.add("holder", dossier.holder.as_deref().unwrap_or_default());
        fields.add("policy", dossier.policy.as_deref().unwrap_or_default());
        let mut said = BTreeSet::new();
        let facts = self.store.facts(conversation).await?;
        for (name, value) in current(&facts) {
            match value {
                Value::Phone(text) | Value::Email(text) => fields.add(name, text),
                Value::Address(address) if !address.insured => fields.add(name, &address.in_one_line()),
                Value::Text(text) if text.chars().count() <= MAX_KNOWN => fields.add(name, text),
                Value::Text(text) => said.extend(terms(text)),
                _ => {}
            }
        }
        for address in self.store.addresses(conversation).await? {
            if matches!(address.endpoint.channel, Channel::Sms | Channel::Email) {
                fields.add("address", &address.endpoint.address);
            }
        }
        if let Some(mission) = self.store.mission(id).await? {
            let expert = self.library.experts().experts.iter().find(|expert| expert.id == mission.row.expert);
            fields.add("expert", expert.map_or(mission.row.expert.as_str(), |expert| expert.name.as_str()));
        }
        for message in self.store.messages(conversation, 0, MAX_MESSAGES).await? {
            if message.author != Author::Guichet {
                said.extend(said_in(&message.body.text));
            }
        }
        for line in self.store.timeline(conversation).await? {
            said.extend(line.notes().iter().flat_map(|text| said_in(text)));
        }
        Ok(Some(SearchEntry {
            conversation,
            dossier: id,
            revision: fence.revision,
            insurer: dossier.insurer.clone(),
            desk: dossier.desk.as_ref().map(ToString::to_string),
            fields: fields.0,
            said,
        }))
    }
}

/// The words of something that was said: a single letter says nothing.
fn said_in(text: &str) -> impl Iterator<Item = String> {
    terms(text).into_iter().filter(|word| word.len() > 1)
}

/// What is known, each thing once.
#[derive(Default)]
struct Fields(Vec<SearchField>);

impl Fields {
    fn add(&mut self, name: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() && self.0.iter().all(|known| known.text != text) {
            self.0.push(SearchField { name: name.to_owned(), text: text.to_owned() });
        }
    }
}

/// What holds of all that was learnt.
fn current(facts: &[FactRow]) -> impl Iterator<Item = (&str, &Value)> {
    facts.iter().enumerate().filter_map(|(place, fact)| {
        let is_last = facts[place + 1..].iter().all(|later| later.name != fact.name);
        is_last.then_some((fact.name.as_str(), fact.value.as_ref()?))
    })
}
