//! What clients sent and were told, kept outside the system, and what the database must have of it.
//!
//! Every test that kills, cuts or freezes keeps one and ends with [`Ledger::check`]: each acknowledged message is there, once, where
//! it was said to be, with the answers that were given, and behind everything that was acknowledged before it was sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use guichet::{
    channel::sms::render,
    domain::{id::ConversationId, log::Verdict, message::Author, message::Endpoint},
    store::{Engine, MessageRow, StoreError},
};

/// Messages that are read at once.
const PAGE: i64 = 1000;

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Counts what happened, so that what came before what is known.
    events: u64,
    people: BTreeMap<String, Person>,
}

#[derive(Debug)]
struct Person {
    endpoint: Endpoint,
    /// By the identifier that the client gave them.
    messages: BTreeMap<String, Sent>,
}

#[derive(Debug)]
struct Sent {
    since: u64,
    acknowledged: Option<Acknowledged>,
    /// Whether two acknowledgements named different places.
    contradicted: bool,
}

#[derive(Debug)]
struct Acknowledged {
    at: u64,
    conversation: ConversationId,
    seq: i64,
    /// As they were given; none for a redelivery, and where the client does not read them.
    replies: Option<Vec<String>>,
}

/// What a client was told of a message.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) conversation: ConversationId,
    pub(crate) seq: i64,
    pub(crate) replies: Option<Vec<String>>,
}

/// What came of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) acknowledged: usize,
    /// Our messages in the conversations.
    pub(crate) replies: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) out_of_order: usize,
    /// Answers that are stored otherwise than they were given, gaps, logs that are not intact.
    pub(crate) otherwise: usize,
    /// Each of these in words.
    pub(crate) wrong: Vec<String>,
}

impl Ledger {
    /// A client sends a message, perhaps again.
    pub(crate) fn sends(&mut self, from: &Endpoint, id: &str) {
        self.events += 1;
        let person = self
            .people
            .entry(from.address.clone())
            .or_insert_with(|| Person { endpoint: from.clone(), messages: BTreeMap::new() });
        let sent = Sent { since: self.events, acknowledged: None, contradicted: false };
        person.messages.entry(id.to_owned()).or_insert(sent);
    }

    /// It was acknowledged.
    pub(crate) fn hears(&mut self, from: &Endpoint, id: &str, told: Told) {
        self.events += 1;
        let Told { conversation, seq, replies } = told;
        let Some(sent) = self.people.get_mut(&from.address).and_then(|person| person.messages.get_mut(id)) else {
            return;
        };
        match &sent.acknowledged {
            Some(before) => sent.contradicted |= (before.conversation, before.seq) != (conversation, seq),
            None => sent.acknowledged = Some(Acknowledged { at: self.events, conversation, seq, replies }),
        }
    }

    pub(crate) fn acknowledged(&self) -> usize {
        let messages = self.people.values().flat_map(|person| person.messages.values());
        messages.filter(|sent| sent.acknowledged.is_some()).count()
    }

    /// Compares with what is stored.
    pub(crate) async fn check(&self, store: &Engine) -> Result<Found, StoreError> {
        let mut found = Found { acknowledged: self.acknowledged(), ..Found::default() };
        for (name, person) in &self.people {
            person.check(name, store, &mut found).await?;
        }
        Ok(found)
    }
}

impl Person {
    async fn check(&self, name: &str, store: &Engine, found: &mut Found) -> Result<(), StoreError> {
        let told = self.messages.values().filter_map(|sent| sent.acknowledged.as_ref());
        let mut conversations: BTreeSet<ConversationId> = told.map(|told| told.conversation).collect();
        conversations.extend(store.conversation_at(&self.endpoint).await?);
        let mut places: BTreeMap<String, Vec<(ConversationId, i64)>> = BTreeMap::new();
        let mut stored = BTreeMap::new();
        for id in conversations {
            let messages = messages(store, id).await?;
            if !messages.iter().zip(1..).all(|(message, seq)| message.seq == seq) {
                found.other(format!("{name}: conversation {id} has a gap"));
            }
            match store.conversation(id).await? {
                None => found.other(format!("{name}: conversation {id} is not there")),
                Some((_, fence)) => {
                    let verdict = store.verify_log(&fence).await?;
                    if verdict != Verdict::Intact {
                        found.other(format!("{name}: the log of {id}: {verdict:?}"));
                    }
                }
            }
            for message in &messages {
                match (&message.author, &message.client_id) {
                    (Author::Policyholder, Some(client_id)) => {
                        places.entry(client_id.clone()).or_default().push((id, message.seq));
                    }
                    (Author::Policyholder, None) => {}
                    _ => found.replies += 1,
                }
            }
            stored.insert(id, messages);
        }
        for (id, places) in &places {
            if places.len() > 1 {
                found.doubled += 1;
                found.wrong.push(format!("{name}: message {id} is there {} times: {places:?}", places.len()));
            }
        }
        for (id, sent) in &self.messages {
            let Some(told) = &sent.acknowledged else { continue };
            if sent.contradicted {
                found.other(format!("{name}: message {id} was acknowledged at two places"));
            }
            let at = (told.conversation, told.seq);
            if !places.get(id).is_some_and(|places| places.contains(&at)) {
                found.lost += 1;
                found.wrong.push(format!("{name}: message {id} is not at {at:?}, but at {:?}", places.get(id)));
                continue;
            }
            if let (Some(given), Some(messages)) = (&told.replies, stored.get(&told.conversation)) {
                let behind = messages.iter().skip_while(|message| message.seq <= told.seq);
                let said = behind.take_while(|message| message.author == Author::Guichet);
                let said: Vec<_> = said.collect();
                // A timer may have said more since. A link is made when the answer is given, and stands on a line of its own.
                let same = said.len() >= given.len()
                    && given.iter().zip(&said).all(|(given, message)| {
                        let link = given.lines().find(|line| line.contains("/u/") || line.contains("/s/"));
                        *given == render::with_link(&message.body, link)
                    });
                if !same {
                    found.other(format!("{name}: message {id} was answered otherwise than is stored"));
                }
            }
        }
        self.check_order(name, found);
        Ok(())
    }

    /// What was acknowledged before another was sent stands before it.
    fn check_order(&self, name: &str, found: &mut Found) {
        let told: Vec<(&String, u64, &Acknowledged)> =
            self.messages.iter().filter_map(|(id, sent)| Some((id, sent.since, sent.acknowledged.as_ref()?))).collect();
        for (id, since, later) in &told {
            let before = told.iter().filter(|(_, _, earlier)| {
                earlier.at < *since && earlier.conversation == later.conversation && earlier.seq >= later.seq
            });
            for (other, ..) in before {
                found.out_of_order += 1;
                found.wrong.push(format!("{name}: message {id} stands before {other}, which was there first"));
            }
        }
    }
}

async fn messages(store: &Engine, id: ConversationId) -> Result<Vec<MessageRow>, StoreError> {
    let mut all: Vec<MessageRow> = Vec::new();
    loop {
        let page = store.messages(id, all.last().map_or(0, |last| last.seq), PAGE).await?;
        let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

impl Found {
    fn other(&mut self, what: String) {
        self.otherwise += 1;
        self.wrong.push(what);
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, replies, lost, doubled, out_of_order, otherwise, .. } = self;
        write!(
            f,
            "{acknowledged} acknowledged, {replies} replies, {lost} lost, {doubled} doubled, {out_of_order} out of order, \
             {otherwise} otherwise wrong"
        )
    }
}
