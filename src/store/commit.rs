//! The group commit: everything that waits is stored by one transaction and one flush, one statement a table.
//!
//! One task holds the queue. It takes all that is there (up to [`GROUP`]), stores it, and answers each caller. The
//! received keys go in first: a redelivered message drops out of the group. Then the conversations, each fenced by its
//! revision: one that another node moved on meanwhile drops out too, and its caller loads it anew and tries again.
//!
//! On PostgreSQL each statement is a way over the network. There the plain turns, which take nothing that another
//! conversation may have, go by [`LANES`] tasks, and a group of them is one statement that holds only if nothing drops
//! out ([`write_at_once`]); one that does not is stored as above. All other turns go by one task.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc, oneshot},
};

use super::{
    batch::{Batch, Lane},
    db::{Db, LEAVE_A_MARK, Tx},
    error::StoreError,
    notify,
    tables::{
        channel_switch::{self, ChannelSwitchRow},
        clock::{ClockRow, PUT_CLOCK},
        contact::{self, Binding},
        conversation::{CLAIM_ENDPOINT, ConversationRow, EndpointRow, Fence, MOVE_ON, MessageRow, PUT_CONVERSATION},
        document::{ADD_DOCUMENT, DocumentRow},
        dossier::{ADD_CONTACT, DecisionRow, PUT_DOSSIER, ToldContact},
        due::{self, DueRow},
        duplicate::{REJECT_DUPLICATE, RejectedDuplicate},
        inspection,
        log::{self, APPEND, STATE, StateChange},
        mention::{ADD_MENTION, MentionRow},
        opt_out::{self, OptOut},
        outbox::{self, ADD_OUTBOX, OutboxRow, Undelivered},
        planning::{self, Planning},
        received::{self, ADD_RECEIVED, ReceivedRow},
        request::{self, Requests},
        search::{self, ADD_SEARCH_KEY, SearchChange},
    },
    value::args,
};
#[cfg(test)]
use super::{tables::conversation::MOVE_ON_UNFENCED, testing::faults::Planted};
use crate::{
    domain::{
        id::{ConversationId, DocumentId, DossierId},
        log::{LogEntry, NewEntry},
        message::GUICHET,
    },
    dossier::{Dossier, Entry},
};

/// The most commits in one transaction: a bound on its length, far above what waits in practice.
const GROUP: usize = 512;
/// The most commits that wait. A caller beyond them waits until one of them is taken.
const QUEUE: usize = 4096;
/// How long a group of SQLite's waits for others, each time that some came, and how often.
const PAUSE: Duration = Duration::from_millis(1);
const PAUSES: usize = 4;
/// How many groups of plain turns PostgreSQL stores at a time: while one is flushed the next one is written. More would
/// only wait, for a transaction that notifies holds up the commit of every other one that does.
const LANES: usize = 2;
/// How often a group is tried again after a deadlock.
const DEADLOCKS: usize = 3;
/// The longest that a group may take on PostgreSQL. Past it its connection is closed and the next group gets another one: a
/// connection that is half open would keep all later ones waiting.
const DEADLINE: Duration = Duration::from_secs(10);
/// The longest that one turn waits for a row that another node holds, when its group was refused for it: the turns behind it
/// wait too.
const LOCK_ALONE: &str = "SET LOCAL lock_timeout TO '500ms'";
/// The longest that the queue is waited for at the end.
const CLOSING: Duration = Duration::from_secs(15);

/// Everything that one turn of a conversation changes. It is stored whole or not at all.
#[derive(Debug)]
pub struct Commit {
    /// The key by which a redelivery is known. Turns that nobody can send twice have none.
    pub key: Option<Key>,
    pub conversation: Arc<ConversationRow>,
    /// Whether the conversation's row is new or changed.
    pub is_changed: bool,
    /// With its new revision: the stored one must be one less. And with the new end of the log.
    pub fence: Fence,
    /// What is appended to the log, made of the rows by [`Commit::seal`].
    pub log: Vec<LogEntry>,
    /// The address that the conversation claims.
    pub endpoint: Option<EndpointRow>,
    pub binding: Binding,
    /// The dossier, where it is new or changed.
    pub dossier: Option<Arc<Dossier>>,
    pub rows: TurnRows,
}

/// The rows that one turn adds or changes beside those of its conversation and its dossier. A new kind of row is added here,
/// where the turn makes it, and in `write_group`.
#[derive(Debug, Default)]
pub struct TurnRows {
    pub messages: Vec<MessageRow>,
    pub timeline: Vec<Entry>,
    pub decisions: Vec<DecisionRow>,
    /// What changed of the flow's state, with its facts.
    pub state: Option<StateChange>,
    /// What was told by which two dossiers are seen to be one person's.
    pub contacts: Vec<ToldContact>,
    /// By which words the dossier is found, where that changes.
    pub search: SearchChange,
    /// Proposals to merge that a handler refused.
    pub rejected_duplicates: Vec<RejectedDuplicate>,
    /// Colleagues whom a note names.
    pub mentions: Vec<MentionRow>,
    /// Files that came with the message itself; those that were uploaded before have their rows.
    pub received: Vec<DocumentRow>,
    pub documents: Vec<FiledDocument>,
    /// What is to be pushed to the person. A chat that is watched, and a sender that reads our words in the answer to
    /// its post, need none.
    pub outbox: Vec<OutboxRow>,
    /// The message that this turn tells the handler of: it is given up in the same transaction.
    pub undelivered: Option<Undelivered>,
    /// The secrets by which the person may go on by another channel.
    pub channel_switches: Vec<ChannelSwitchRow>,
    /// What is due and when, where this turn changes it.
    pub due: Vec<DueRow>,
    /// What is owed by a time, new or changed.
    pub clocks: Vec<ClockRow>,
    /// What is asked for beside the claim, and what was not understood.
    pub requests: Requests,
    /// That the person asked for no more messages at an address, or wrote there again.
    pub opt_out: Option<OptOut>,
    /// The dossier's mission and its appointments, where this turn changes them.
    pub planning: Planning,
}

impl Commit {
    /// Makes the entries that this turn appends to the log, and moves the fence on to their end.
    ///
    /// # Errors
    ///
    /// When a part of it has no stored form.
    pub fn seal(mut self) -> Result<Self, StoreError> {
        let at = self.fence.updated_at;
        let TurnRows { messages, timeline, decisions, state, .. } = &self.rows;
        let mut entries = Vec::with_capacity(messages.len() + timeline.len() + decisions.len() + 1);
        for message in messages {
            entries.push(log::message_entry(message)?);
        }
        entries.extend(timeline.iter().map(log::timeline_entry));
        for decision in decisions {
            let line = timeline.iter().find(|line| line.seq == decision.seq);
            entries.push(log::decision_entry(decision, line.map_or(GUICHET, |line| &line.actor))?);
        }
        if let Some(StateChange { value, is_whole }) = state {
            let (kind, actor, value) = (STATE.to_owned(), GUICHET.to_owned(), value.clone());
            entries.push(NewEntry { kind, seq: None, actor, at, value });
            if *is_whole {
                self.fence.whole = self.fence.tip.number + i64::try_from(entries.len()).unwrap_or(i64::MAX);
            }
        }
        self.log = log::seal(self.conversation.id, &mut self.fence.tip, entries)?;
        Ok(self)
    }

    /// Whether it writes nothing but its own conversation, and only what [`write_at_once`] writes.
    fn is_plain(&self) -> bool {
        let TurnRows {
            messages: _,
            timeline: _,
            decisions: _,
            state: _,
            contacts: _,
            search,
            rejected_duplicates,
            mentions,
            received,
            documents,
            outbox: _,
            undelivered,
            channel_switches,
            due: _,
            clocks: _,
            requests,
            opt_out,
            planning,
        } = &self.rows;
        self.binding.is_empty()
            && search.gone.is_empty()
            && rejected_duplicates.is_empty()
            && mentions.is_empty()
            && received.is_empty()
            && documents.is_empty()
            && undelivered.is_none()
            && channel_switches.is_empty()
            && requests.is_empty()
            && opt_out.is_none()
            && *planning == Planning::default()
    }

    /// The row of its key, where it has one.
    fn received(&self) -> Option<ReceivedRow> {
        let Key { text, seq } = self.key.clone()?;
        let Fence { conversation, updated_at: at, .. } = self.fence;
        Some(ReceivedRow { key: received::hash(&text), conversation, seq, at })
    }

    /// Whether it takes something that another turn may take first: it is given back only by a roll-back.
    fn takes(&self) -> bool {
        !self.binding.is_empty() || self.rows.planning.books()
    }
}

/// What a provider names an item by, with its channel and account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub text: String,
    /// The sequence number that the received message gets.
    pub seq: i64,
}

/// A received file that found its dossier and its kind.
#[derive(Clone, Debug)]
pub struct FiledDocument {
    pub document: DocumentId,
    pub dossier: Option<DossierId>,
    pub kind: FiledKind,
}

/// What is known of a file's kind, of those in `flows/documents.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FiledKind {
    /// Nothing new.
    #[default]
    AsBefore,
    /// Its slot named it, or somebody who saw it.
    Known(String),
    /// Only the order of arrival speaks for it.
    Supposed(String),
    /// It is not what was supposed.
    Unknown,
}

/// Why a commit was not stored.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error("received before")]
    Duplicate { conversation: ConversationId, seq: i64 },
    #[error("the conversation moved on meanwhile")]
    Conflict,
    #[error(transparent)]
    Store(Arc<StoreError>),
}

#[derive(Debug)]
struct Waiting {
    commit: Commit,
    since: Instant,
    answer: oneshot::Sender<Result<Commit, CommitError>>,
}

/// The queue of the one task that writes; on PostgreSQL the plain turns have one of their own.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    sender: mpsc::Sender<Waiting>,
    plain: Option<mpsc::Sender<Waiting>>,
    pending: Arc<Pending>,
}

/// Since when the oldest turn waits that each task has in hand. What is queued behind it is younger.
#[derive(Debug)]
struct Pending {
    start: Instant,
    /// Milliseconds from the start, and one; zero: the task has nothing in hand.
    since: [AtomicU64; 1 + LANES],
}

impl Pending {
    fn begin(&self, task: usize, group: &[Waiting]) {
        let since = group.first().map_or(self.start, |waiting| waiting.since);
        let since = since.saturating_duration_since(self.start).as_millis();
        self.since[task].store(u64::try_from(since).unwrap_or(u64::MAX).saturating_add(1), Ordering::Relaxed);
    }

    fn end(&self, task: usize) {
        self.since[task].store(0, Ordering::Relaxed);
    }

    fn oldest(&self) -> Option<Duration> {
        let since = self.since.iter().map(|since| since.load(Ordering::Relaxed)).filter(|since| *since > 0).min()?;
        Some(self.start.elapsed().saturating_sub(Duration::from_millis(since - 1)))
    }
}

impl Queue {
    /// On SQLite the task has a thread of its own, on which its statements run: they block.
    pub(super) fn start(db: Arc<Db>) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let pending = Arc::new(Pending { start: Instant::now(), since: Default::default() });
        let seen = Arc::clone(&pending);
        match *db {
            #[cfg(test)]
            Db::Sqlite { seam: Some(_), .. } => drop(tokio::spawn(run(db, receiver, seen, false))),
            Db::Sqlite { .. } => {
                let runtime = Handle::current();
                thread::Builder::new()
                    .name("guichet-writer".to_owned())
                    .spawn(move || runtime.block_on(run(db, receiver, seen, true)))
                    .map_err(|error| StoreError::NoThread(error.to_string()))?;
            }
            Db::Postgres(_) => {
                let (plain, waiting) = mpsc::channel(QUEUE);
                let waiting = Arc::new(Mutex::new(waiting));
                for task in 1..=LANES {
                    tokio::spawn(run_plain(Arc::clone(&db), Arc::clone(&waiting), task, Arc::clone(&pending)));
                }
                tokio::spawn(run(db, receiver, seen, false));
                return Ok(Self { sender, plain: Some(plain), pending });
            }
        }
        Ok(Self { sender, plain: None, pending })
    }

    /// Queues a turn; returns it when it is on disk.
    pub(super) async fn store(&self, commit: Commit) -> Result<Commit, CommitError> {
        let (answer, stored) = oneshot::channel();
        let closing = || CommitError::Store(Arc::new(StoreError::Closing));
        let sender = self.plain.as_ref().filter(|_| commit.is_plain()).unwrap_or(&self.sender);
        sender.send(Waiting { commit, since: Instant::now(), answer }).await.map_err(|_| closing())?;
        stored.await.map_err(|_| closing())?
    }

    /// For how long the oldest turn waits that is not stored yet; none while nothing waits.
    pub(super) fn oldest(&self) -> Option<Duration> {
        self.pending.oldest()
    }

    /// Waits until what was queued is stored; not for ever, where the database does not answer.
    pub(super) async fn close(&self) {
        let stored = async {
            for sender in std::iter::once(&self.sender).chain(&self.plain) {
                while sender.capacity() < sender.max_capacity() || self.pending.oldest().is_some() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        };
        if tokio::time::timeout(CLOSING, stored).await.is_err() {
            tracing::error!("the database takes no more turns: what was not acknowledged is sent again by its sender");
        }
    }
}

/// Stores what is queued, until nobody can queue any more. `gathers` on a thread of its own, which may sleep.
async fn run(db: Arc<Db>, mut queue: mpsc::Receiver<Waiting>, pending: Arc<Pending>, gathers: bool) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut group, GROUP).await > 0 {
        pending.begin(0, &group);
        if gathers {
            gather(&mut queue, &mut group);
        }
        store(&db, &mut group).await;
        pending.end(0);
    }
}

/// Lets the turns come along that are under way, where two came at once: under load a flush and the pages that it writes
/// are shared by four times as many, and the core makes turns meanwhile. A turn that comes alone is stored at once.
fn gather(queue: &mut mpsc::Receiver<Waiting>, group: &mut Vec<Waiting>) {
    for _ in 0..PAUSES {
        let before = group.len();
        if before < 2 {
            return;
        }
        thread::sleep(PAUSE);
        while group.len() < GROUP
            && let Ok(waiting) = queue.try_recv()
        {
            group.push(waiting);
        }
        if group.len() == before {
            return;
        }
    }
}

async fn run_plain(db: Arc<Db>, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>, task: usize, pending: Arc<Pending>) {
    let mut group = Vec::with_capacity(GROUP);
    let mut lane = Lane::default();
    loop {
        let free = queue.try_lock();
        if free.as_ref().is_ok_and(|queue| queue.is_empty()) || free.is_err() {
            lane.rest();
        }
        let mut queue = match free {
            Ok(queue) => queue,
            Err(_) => queue.lock().await,
        };
        if queue.recv_many(&mut group, GROUP).await == 0 {
            return;
        }
        drop(queue);
        pending.begin(task, &group);
        // Two nodes that write the same rows in the same order do not wait for each other in a circle.
        group.sort_by_key(|waiting| waiting.commit.conversation.id);
        match in_time(&db, write_at_once(&db, &mut lane, &group)).await {
            Ok(true) => answer(&mut group, || None),
            Ok(false) | Err(StoreError::Deadlock) => store(&db, &mut group).await,
            Err(error) if is_one_s(&db, &error) => store_each(&db, &mut group).await,
            Err(error) => refuse(&mut group, error),
        }
        pending.end(task);
    }
}

/// What `work` comes to, within [`DEADLINE`] on PostgreSQL. Whether what is cut was stored is not known: whoever sent it does
/// so again, and is recognised.
async fn in_time<T>(db: &Db, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match db {
        // A file has its own busy time-out, and a transaction that a thread is in cannot be left.
        Db::Sqlite { .. } => work.await,
        Db::Postgres(_) => match tokio::time::timeout(DEADLINE, work).await {
            Ok(done) => done,
            Err(_) => Err(StoreError::Unreachable(format!("a group of turns had no answer for {DEADLINE:?}"))),
        },
    }
}

/// Whether one turn is to blame for its group: its row, or on PostgreSQL one that another node holds.
fn is_one_s(db: &Db, error: &StoreError) -> bool {
    error.is_about_the_row() || (matches!(error, StoreError::Locked) && matches!(db, Db::Postgres(_)))
}

/// Stores a group and answers it, whatever comes of it.
async fn store(db: &Db, group: &mut Vec<Waiting>) {
    match in_time(db, store_group(db, group, None)).await {
        Ok(()) => {}
        Err(error) if is_one_s(db, &error) && group.len() > 1 => store_each(db, group).await,
        Err(error) => refuse(group, error),
    }
}

/// One bad row must not refuse its neighbours: each is tried alone.
async fn store_each(db: &Db, group: &mut Vec<Waiting>) {
    for waiting in group.drain(..) {
        let mut alone = vec![waiting];
        if let Err(error) = in_time(db, store_group(db, &mut alone, Some(LOCK_ALONE))).await {
            refuse(&mut alone, error);
        }
    }
}

/// Writes a group of plain turns by one statement. False when something drops out of it: then nothing is written.
async fn write_at_once(db: &Db, lane: &mut Lane, group: &[Waiting]) -> Result<bool, StoreError> {
    let commits = || group.iter().map(|waiting| &waiting.commit);
    let received: Vec<ReceivedRow> = commits().filter_map(Commit::received).collect();
    let due = || commits().flat_map(|commit| &commit.rows.due);
    let turns = commits().map(|commit| (commit.conversation.id, commit.conversation.dossier));
    let mut batch = Batch::default();
    batch.insert_all(&ADD_RECEIVED, &received)?;
    batch.insert_all(&CLAIM_ENDPOINT, commits().filter_map(claimed_by))?;
    batch.insert_all(&MOVE_ON, commits().map(|commit| &commit.fence))?;
    batch.insert(&APPEND, commits().flat_map(|commit| &commit.log))?;
    batch
        .insert(&PUT_CONVERSATION, commits().filter(|commit| commit.is_changed).map(|commit| &*commit.conversation))?;
    batch.insert(&PUT_DOSSIER, commits().filter_map(|commit| commit.dossier.as_deref()))?;
    batch.insert(&ADD_CONTACT, commits().flat_map(|commit| &commit.rows.contacts))?;
    batch.insert(&ADD_SEARCH_KEY, commits().flat_map(|commit| &commit.rows.search.new))?;
    batch.insert(&ADD_OUTBOX, commits().flat_map(|commit| &commit.rows.outbox))?;
    due::write_at_once(&mut batch, due())?;
    batch.insert(&PUT_CLOCK, commits().flat_map(|commit| &commit.rows.clocks))?;
    batch.notify(notify::TOPIC, notify::told(turns, commits().flat_map(|commit| &commit.rows.outbox)));
    batch.run(db, lane).await
}

fn refuse(group: &mut Vec<Waiting>, error: StoreError) {
    let error = Arc::new(error);
    for waiting in group.drain(..) {
        // A caller that went away needs no answer.
        let _ = waiting.answer.send(Err(CommitError::Store(Arc::clone(&error))));
    }
}

/// Stores a group in one transaction; `first` is said at its beginning to PostgreSQL. On success the group is answered and
/// empty; on error it is untouched.
async fn store_group(db: &Db, group: &mut Vec<Waiting>, first: Option<&str>) -> Result<(), StoreError> {
    let mut attempt = 1;
    let (mut tx, outcome) = loop {
        let mut tx = db.begin_here().await?;
        if let Some(first) = first.filter(|_| !tx.is_sqlite()) {
            tx.fetch(first, &[]).await?;
        }
        match write_group(&mut tx, group).await {
            Ok(outcome) => break (tx, outcome),
            Err(error) => {
                // The first error is the one to tell.
                let _ = tx.rollback().await;
                if !matches!(error, StoreError::Deadlock) || attempt > DEADLOCKS {
                    return Err(error);
                }
            }
        }
        attempt += 1;
    };
    let conflicts = |outcome: &Option<CommitError>| matches!(outcome, Some(CommitError::Conflict));
    if group.iter().zip(&outcome).any(|(waiting, out)| waiting.commit.takes() && conflicts(out)) {
        tx.rollback().await?;
        if group.len() > 1 {
            return Err(StoreError::Taken);
        }
    } else {
        let is_duplicate = |outcome: &Option<CommitError>| matches!(outcome, Some(CommitError::Duplicate { .. }));
        if !tx.is_sqlite() && outcome.iter().any(is_duplicate) {
            tx.fetch(LEAVE_A_MARK, &[]).await?;
        }
        tx.commit().await?;
    }
    let mut outcome = outcome.into_iter();
    answer(group, || outcome.next().flatten());
    Ok(())
}

/// Answers a group that is stored, but for those that dropped out of it.
fn answer(group: &mut Vec<Waiting>, mut dropped_out: impl FnMut() -> Option<CommitError>) {
    for waiting in group.drain(..) {
        let answer = dropped_out().map_or(Ok(()), Err);
        // A caller that went away needs no answer.
        let _ = waiting.answer.send(answer.map(|()| waiting.commit));
    }
}

/// Writes a group's rows. Returns, for each commit in order, why it dropped out, or none when it is stored.
async fn write_group(tx: &mut Tx, group: &[Waiting]) -> Result<Vec<Option<CommitError>>, StoreError> {
    let mut outcome: Vec<Option<CommitError>> = group.iter().map(|_| None).collect();
    drop_duplicates(tx, group, &mut outcome).await?;
    drop_taken_endpoints(tx, group, &mut outcome).await?;
    drop_settled(tx, group, &mut outcome).await?;
    drop_conflicts(tx, group, &mut outcome).await?;
    drop_unbound(tx, group, &mut outcome).await?;
    drop_late(tx, group, &mut outcome).await?;
    forget_keys_of_conflicts(tx, group, &mut outcome).await?;
    let kept = || group.iter().zip(&outcome).filter(|(_, out)| out.is_none()).map(|(waiting, _)| &waiting.commit);

    APPEND.run(tx, kept().flat_map(|c| &c.log)).await?;
    PUT_CONVERSATION.run(tx, kept().filter(|c| c.is_changed).map(|c| &*c.conversation)).await?;
    PUT_DOSSIER.run(tx, kept().filter_map(|c| c.dossier.as_deref())).await?;
    ADD_CONTACT.run(tx, kept().flat_map(|c| &c.rows.contacts)).await?;
    search::write(tx, kept().map(|c| &c.rows.search)).await?;
    REJECT_DUPLICATE.run(tx, kept().flat_map(|c| &c.rows.rejected_duplicates)).await?;
    ADD_MENTION.run(tx, kept().flat_map(|c| &c.rows.mentions)).await?;
    let mut new = HashSet::new();
    for row in ADD_DOCUMENT.run(tx, kept().flat_map(|c| &c.rows.received)).await? {
        new.insert(row.parse::<DocumentId>(0)?);
    }
    for document in kept().flat_map(|c| &c.rows.received).filter(|document| new.contains(&document.id)) {
        inspection::queue(tx, document).await?;
    }
    for filed in kept().flat_map(|c| &c.rows.documents) {
        file_document(tx, filed).await?;
    }
    for undelivered in kept().filter_map(|c| c.rows.undelivered.as_ref()) {
        outbox::give_up(tx, undelivered).await?;
    }
    ADD_OUTBOX.run(tx, kept().flat_map(|c| &c.rows.outbox)).await?;
    channel_switch::open(tx, kept().flat_map(|c| &c.rows.channel_switches)).await?;
    request::write(tx, kept().map(|c| &c.rows.requests)).await?;
    opt_out::write(tx, kept().filter_map(|c| c.rows.opt_out.as_ref())).await?;
    planning::write(tx, kept().map(|c| &c.rows.planning)).await?;
    due::write(tx, kept().flat_map(|c| &c.rows.due)).await?;
    PUT_CLOCK.run(tx, kept().flat_map(|c| &c.rows.clocks)).await?;
    let turns = kept().map(|c| (c.conversation.id, c.conversation.dossier));
    notify::tell(tx, turns, kept().flat_map(|c| &c.rows.outbox)).await?;
    Ok(outcome)
}

async fn file_document(tx: &mut Tx, filed: &FiledDocument) -> Result<(), StoreError> {
    let (document, dossier) = (filed.document.to_string(), filed.dossier.map(|id| id.to_string()));
    let (kind, is_supposed) = match &filed.kind {
        FiledKind::AsBefore => {
            let keep = "UPDATE document SET dossier = COALESCE($2, dossier) WHERE id = $1";
            return tx.fetch(keep, &args![document, dossier]).await.map(drop);
        }
        FiledKind::Known(kind) => (Some(kind.clone()), 0),
        FiledKind::Supposed(kind) => (Some(kind.clone()), 1),
        FiledKind::Unknown => (None, 0),
    };
    let file = "UPDATE document SET dossier = COALESCE($2, dossier), kind = $3, supposed = $4 WHERE id = $1";
    tx.fetch(file, &args![document, dossier, kind, is_supposed]).await.map(drop)
}

async fn drop_duplicates(
    tx: &mut Tx,
    group: &[Waiting],
    outcome: &mut [Option<CommitError>],
) -> Result<(), StoreError> {
    #[cfg(test)]
    if tx.shows(Planted::NoKeys) {
        return Ok(());
    }
    let rows: Vec<ReceivedRow> = group.iter().filter_map(|waiting| waiting.commit.received()).collect();
    let fresh = ADD_RECEIVED.run_each(tx, &rows).await?;
    let outcome = group.iter().zip(outcome).filter(|(waiting, _)| waiting.commit.key.is_some()).map(|(_, out)| out);
    for ((row, fresh), out) in rows.iter().zip(fresh).zip(outcome) {
        if fresh {
            continue;
        }
        let before = tx
            .fetch("SELECT conversation, seq FROM received WHERE key = $1", &args![&row.key[..]])
            .await?
            .into_iter()
            .next();
        *out = Some(match before {
            Some(row) => CommitError::Duplicate { conversation: row.parse(0)?, seq: row.int(1)? },
            None => CommitError::Conflict,
        });
    }
    Ok(())
}

/// Whoever tells the handler that a message is given up must still be the one who sends it.
async fn drop_settled(tx: &mut Tx, group: &[Waiting], outcome: &mut [Option<CommitError>]) -> Result<(), StoreError> {
    for (waiting, out) in group.iter().zip(outcome) {
        if let (Some(undelivered), None) = (&waiting.commit.rows.undelivered, &out)
            && !outbox::lock_pending(tx, undelivered).await?
        {
            *out = Some(CommitError::Conflict);
        }
    }
    Ok(())
}

async fn drop_conflicts(tx: &mut Tx, group: &[Waiting], outcome: &mut [Option<CommitError>]) -> Result<(), StoreError> {
    let mut rows: Vec<(&Fence, &mut Option<CommitError>)> = group
        .iter()
        .zip(outcome)
        .filter(|(_, out)| out.is_none())
        .map(|(waiting, out)| (&waiting.commit.fence, out))
        .collect();
    // Two nodes that lock the same rows in the same order do not wait for each other in a circle.
    rows.sort_by_key(|(row, _)| row.conversation);
    let fences: Vec<&Fence> = rows.iter().map(|(row, _)| *row).collect();
    let move_on = &MOVE_ON;
    #[cfg(test)]
    let move_on = if tx.shows(Planted::NoFence) { &MOVE_ON_UNFENCED } else { move_on };
    let moved = move_on.run_each(tx, &fences).await?;
    for ((_, out), moved) in rows.into_iter().zip(moved) {
        if !moved {
            *out = Some(CommitError::Conflict);
        }
    }
    Ok(())
}

/// The first conversation at an address has it; one that another node opened at the same instant drops out.
async fn drop_taken_endpoints(
    tx: &mut Tx,
    group: &[Waiting],
    outcome: &mut [Option<CommitError>],
) -> Result<(), StoreError> {
    let claims = |waiting: &Waiting, out: &Option<CommitError>| out.is_none() && claimed_by(&waiting.commit).is_some();
    let claiming: Vec<_> = group.iter().zip(outcome).filter(|(waiting, out)| claims(waiting, out)).collect();
    let rows: Vec<&EndpointRow> = claiming.iter().filter_map(|(waiting, _)| claimed_by(&waiting.commit)).collect();
    let claimed = CLAIM_ENDPOINT.run_each(tx, &rows).await?;
    for ((_, out), claimed) in claiming.into_iter().zip(claimed) {
        if !claimed {
            *out = Some(CommitError::Conflict);
        }
    }
    Ok(())
}

/// The new address that a commit claims; one that it takes from another conversation is not new.
fn claimed_by(commit: &Commit) -> Option<&EndpointRow> {
    commit.endpoint.as_ref().filter(|_| commit.binding.leaves.is_none())
}

/// What a turn takes from elsewhere goes to the first; the others drop out.
async fn drop_unbound(tx: &mut Tx, group: &[Waiting], outcome: &mut [Option<CommitError>]) -> Result<(), StoreError> {
    for (waiting, out) in group.iter().zip(outcome) {
        if out.is_none() && !waiting.commit.binding.is_empty() && !bind(tx, &waiting.commit).await? {
            *out = Some(CommitError::Conflict);
        }
    }
    Ok(())
}

async fn bind(tx: &mut Tx, commit: &Commit) -> Result<bool, StoreError> {
    let at = commit.fence.updated_at;
    contact::bind(tx, &commit.binding, &commit.conversation, at, commit.endpoint.as_ref()).await
}

/// An expert's time goes to the first who books it; the others drop out.
async fn drop_late(tx: &mut Tx, group: &[Waiting], outcome: &mut [Option<CommitError>]) -> Result<(), StoreError> {
    for (waiting, out) in group.iter().zip(outcome) {
        let planning = &waiting.commit.rows.planning;
        if out.is_none() && !planning.appointments.is_empty() && !planning::reserve_slots(tx, planning).await? {
            *out = Some(CommitError::Conflict);
        }
    }
    Ok(())
}

/// A commit that will be tried again must not find its own key. And one that was known by this key, in the same group, is a
/// redelivery of something that is not stored: it is tried again too. (Whoever sent both gave the first one up.)
async fn forget_keys_of_conflicts(
    tx: &mut Tx,
    group: &[Waiting],
    outcome: &mut [Option<CommitError>],
) -> Result<(), StoreError> {
    let mut forgotten = HashSet::new();
    for (waiting, out) in group.iter().zip(&*outcome) {
        if let (Some(row), Some(CommitError::Conflict)) = (waiting.commit.received(), out) {
            tx.fetch("DELETE FROM received WHERE key = $1", &args![&row.key[..]]).await?;
            forgotten.insert(row.key);
        }
    }
    if forgotten.is_empty() {
        return Ok(());
    }
    for (waiting, out) in group.iter().zip(outcome) {
        if matches!(out, Some(CommitError::Duplicate { .. }))
            && waiting.commit.received().is_some_and(|row| forgotten.contains(&row.key))
        {
            *out = Some(CommitError::Conflict);
        }
    }
    Ok(())
}
