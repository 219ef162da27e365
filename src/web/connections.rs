//! The open connections: how many there may be, in all and from one address, and how long each may be silent.
//!
//! A connection notes what it does in two words of its own, so that a request costs no timer and no lock. Once a second all
//! are looked at, and those that take too long are closed. Where there is no place for a new one, those that have been silent
//! for longest are closed: nobody keeps others out by waiting. One that is served, or an event stream, keeps its place.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::AbortHandle,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::{
    client::network,
    request_body::{BodyError, Sender},
};
use crate::{
    config::{self, Network, is_in},
    telemetry::{ConnectionLabel, Metrics},
};

/// How often the connections are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A peer that takes nothing of its answer for so long is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How many connections make place at once, as a part of those that there are: a search for each new one would cost more.
const PART: usize = 8;
/// How often connections that found no place are told in the log.
const TELL: Duration = Duration::from_mins(1);
/// How often the end of the last ones is looked for.
const ENDING: Duration = Duration::from_millis(20);

/// How many there may be, and how long each may take.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    all: usize,
    per_address: usize,
    header: Duration,
    keep_alive: Duration,
    /// For how long an answer may not be taken.
    answer: Duration,
    /// Whose connections are many people's.
    proxies: Vec<Network>,
}

impl ConnectionLimits {
    /// As configured, where the system allows `descriptors` files, of which the program needs some for itself.
    pub fn new(server: &config::Server, descriptors: Option<u64>) -> Self {
        const OWN: u64 = 256;
        let allowed = descriptors.map_or(u64::MAX, |all| all.saturating_sub(OWN).max(all / 2));
        let all = server.max_connections.min(usize::try_from(allowed).unwrap_or(usize::MAX)).max(1);
        if all < server.max_connections {
            tracing::warn!(connections = all, "the system allows too few open files for server.max_connections");
        }
        Self {
            all,
            per_address: server.max_connections_per_address.max(1),
            header: Duration::from_secs(server.header_timeout_seconds),
            keep_alive: Duration::from_secs(server.keep_alive_seconds),
            answer: PATIENCE,
            proxies: server.proxies.clone(),
        }
    }
}

/// All connections of a server. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: ConnectionLimits,
    began: Instant,
    open: Mutex<Open>,
    stopping: AtomicBool,
    /// Connections that found no place since that was last told.
    refused: AtomicU64,
    metrics: Metrics,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_number: HashMap<u64, Held>,
    by_address: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Held {
    connection: Arc<Connection>,
    /// The network that it counts for; none for a proxy's.
    from: Option<IpAddr>,
    /// None for one that goes on without the HTTP library.
    task: Option<AbortHandle>,
}

/// What a connection does, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was read of it yet.
    New = 0,
    /// Its last answer is written, and nothing was read since.
    Silent = 1,
    /// A request's head comes.
    Head = 2,
    Serving = 3,
    /// The answer is made, and not all of it written.
    Answered = 4,
    /// It goes on without the HTTP library.
    Detached = 5,
}

/// Where a connection stands. Times are in milliseconds since the server began.
#[derive(Debug)]
pub(super) struct Connection {
    began: Instant,
    /// The time when the phase began, and the phase in the three lowest bits.
    phase: AtomicU64,
    /// Since when the peer takes nothing; zero while it does.
    stalled: AtomicU64,
    /// Whose the body of the request is that is being served, and how it failed.
    body: AtomicU8,
}

/// A connection's place, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Connections,
    number: u64,
    connection: Arc<Connection>,
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits, metrics: Metrics) -> Self {
        Self(Arc::new(Inner {
            limits,
            began: Instant::now(),
            open: Mutex::default(),
            stopping: AtomicBool::new(false),
            refused: AtomicU64::new(0),
            metrics,
        }))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection from an address. None where all others are busy.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let limits = &self.0.limits;
        let from = (!is_in(&limits.proxies, address)).then(|| network(address));
        let mut open = self.open();
        let mut closed = Vec::new();
        if from.is_some_and(|from| open.by_address.get(&from).is_some_and(|count| *count >= limits.per_address)) {
            closed = open.make_place(limits.per_address, from);
        }
        let is_free_there =
            from.is_none_or(|from| open.by_address.get(&from).is_none_or(|count| *count < limits.per_address));
        if is_free_there && open.by_number.len() >= limits.all {
            closed.extend(open.make_place(limits.all, None));
        }
        let is_free = is_free_there && open.by_number.len() < limits.all;
        let place = is_free.then(|| {
            let connection = Arc::new(Connection::new(self.0.began));
            let number = open.next;
            open.next += 1;
            open.by_number.insert(number, Held { connection: Arc::clone(&connection), from, task: None });
            if let Some(from) = from {
                *open.by_address.entry(from).or_default() += 1;
            }
            self.0.metrics.connections_open.set(i64::try_from(open.by_number.len()).unwrap_or(i64::MAX));
            Place { connections: self.clone(), number, connection }
        });
        drop(open);
        self.close("crowded", closed);
        if place.is_none() {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            self.0.metrics.connections_closed.get_or_create(&ConnectionLabel { why: "refused" }).inc();
        }
        place
    }

    /// Notes the task that serves a connection: by it the connection is closed.
    pub(super) fn attend(&self, number: u64, task: AbortHandle) {
        if let Some(held) = self.open().by_number.get_mut(&number) {
            held.task = Some(task);
        }
    }

    /// Closes those that have been silent for longest: the system has no files left.
    pub(super) fn make_place(&self) {
        let mut open = self.open();
        let all = open.by_number.len();
        let closed = open.make_place(all, None);
        drop(open);
        self.close("crowded", closed);
    }

    /// Whether the server stops, so that an answer is a connection's last one.
    pub(super) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// Looks after them for as long as it is polled.
    pub(super) async fn look_after(&self) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = None::<Instant>;
        loop {
            ticks.tick().await;
            let overdue = self.open().take(|held| held.connection.is_overdue(&self.0.limits));
            self.close("timed out", overdue);
            if told.is_none_or(|told| told.elapsed() >= TELL) {
                let refused = self.0.refused.swap(0, Ordering::Relaxed);
                if refused > 0 {
                    told = Some(Instant::now());
                    tracing::warn!(
                        refused,
                        "connections found no place: if they came by a proxy of yours, name it in server.proxies"
                    );
                }
            }
        }
    }

    /// Ends all: those that wait for a request at once, the others when they are answered, and what is left after `grace`
    /// is cut. Whether all ended by themselves.
    pub(super) async fn end(&self, grace: Duration) -> bool {
        self.0.stopping.store(true, Ordering::Relaxed);
        let deadline = Instant::now() + grace;
        loop {
            let is_over = Instant::now() >= deadline;
            let is_idle = |held: &Held| matches!(held.connection.phase().0, Phase::New | Phase::Silent);
            let (closed, is_empty) = {
                let mut open = self.open();
                (open.take(|held| is_over || is_idle(held)), open.by_number.is_empty())
            };
            if is_over {
                let is_clean = closed.is_empty();
                self.close("stopped", closed);
                return is_clean;
            }
            self.close("stopped", closed);
            if is_empty {
                return true;
            }
            sleep(ENDING).await;
        }
    }

    fn close(&self, why: &'static str, closed: Vec<Held>) {
        if closed.is_empty() {
            return;
        }
        let count = u64::try_from(closed.len()).unwrap_or(u64::MAX);
        self.0.metrics.connections_closed.get_or_create(&ConnectionLabel { why }).inc_by(count);
        for task in closed.into_iter().filter_map(|held| held.task) {
            task.abort();
        }
    }

    fn leave(&self, number: u64) {
        let mut open = self.open();
        open.remove(number);
        self.0.metrics.connections_open.set(i64::try_from(open.by_number.len()).unwrap_or(i64::MAX));
    }
}

impl Open {
    /// Takes out a part of those that wait for a request, of an address or of all: the ones that have waited for longest.
    fn make_place(&mut self, limit: usize, from: Option<IpAddr>) -> Vec<Held> {
        let silent = self.by_number.iter().filter(|(_, held)| from.is_none() || held.from == from);
        let mut silent: Vec<(u64, u64)> = silent
            .filter_map(|(number, held)| match held.connection.phase() {
                (Phase::New | Phase::Silent | Phase::Head, since) => Some((since, *number)),
                _ => None,
            })
            .collect();
        let count = (limit / PART).max(1).min(silent.len());
        if count == 0 {
            return Vec::new();
        }
        silent.select_nth_unstable(count - 1);
        silent.truncate(count);
        silent.into_iter().filter_map(|(_, number)| self.remove(number)).collect()
    }

    fn take(&mut self, is_taken: impl Fn(&Held) -> bool) -> Vec<Held> {
        let taken: Vec<u64> =
            self.by_number.iter().filter(|(_, held)| is_taken(held)).map(|(number, _)| *number).collect();
        taken.into_iter().filter_map(|number| self.remove(number)).collect()
    }

    fn remove(&mut self, number: u64) -> Option<Held> {
        let held = self.by_number.remove(&number)?;
        if let Some(from) = held.from
            && let Some(count) = self.by_address.get_mut(&from)
        {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&from);
            }
        }
        Some(held)
    }
}

impl Connection {
    pub(super) fn new(began: Instant) -> Self {
        let (phase, stalled, body) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU8::new(0));
        let connection = Self { began, phase, stalled, body };
        connection.enter(Phase::New);
        connection
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX) | 1
    }

    fn enter(&self, phase: Phase) {
        self.phase.store(self.now() << 3 | phase as u64, Ordering::Relaxed);
    }

    fn phase(&self) -> (Phase, u64) {
        let word = self.phase.load(Ordering::Relaxed);
        let phase = match word & 7 {
            0 => Phase::New,
            1 => Phase::Silent,
            2 => Phase::Head,
            3 => Phase::Serving,
            4 => Phase::Answered,
            _ => Phase::Detached,
        };
        (phase, word >> 3)
    }

    /// Something was read.
    pub(super) fn heard(&self) {
        let (phase, since) = self.phase();
        match phase {
            Phase::Silent => self.enter(Phase::Head),
            // The first head's time begins with the connection.
            Phase::New => self.phase.store(since << 3 | Phase::Head as u64, Ordering::Relaxed),
            _ => {}
        }
    }

    /// A request's head is read.
    pub(super) fn serves(&self) {
        self.enter(Phase::Serving);
        self.body.store(0, Ordering::Relaxed);
    }

    /// Notes whose the request's body is.
    pub(super) fn is_from(&self, sender: Sender) {
        self.body.store(sender as u8, Ordering::Relaxed);
    }

    pub(super) fn sender(&self) -> Sender {
        match self.body.load(Ordering::Relaxed) & 3 {
            0 => Sender::Stranger,
            1 => Sender::Known,
            _ => Sender::Streams,
        }
    }

    /// Notes that the request's body could not be read: the answer to it says so, whatever its handler makes of it.
    pub(super) fn fail(&self, error: BodyError) -> BodyError {
        let failed = match error {
            BodyError::TooSlow => 4,
            BodyError::NoRoom => 8,
        };
        self.body.fetch_or(failed, Ordering::Relaxed);
        error
    }

    pub(super) fn failed(&self) -> Option<BodyError> {
        match self.body.load(Ordering::Relaxed) & !3 {
            0 => None,
            4 => Some(BodyError::TooSlow),
            _ => Some(BodyError::NoRoom),
        }
    }

    /// The last of the answer is given to the HTTP library.
    pub(super) fn answered(&self) {
        if self.phase().0 == Phase::Serving {
            self.enter(Phase::Answered);
        }
    }

    /// All that the HTTP library had is written.
    pub(super) fn wrote(&self) {
        if self.phase().0 == Phase::Answered {
            self.enter(Phase::Silent);
        }
    }

    /// Whether the peer took what was written to it.
    pub(super) fn takes(&self, takes: bool) {
        let stalled = self.stalled.load(Ordering::Relaxed);
        if takes && stalled != 0 {
            self.stalled.store(0, Ordering::Relaxed);
        } else if !takes && stalled == 0 {
            self.stalled.store(self.now(), Ordering::Relaxed);
        }
    }

    fn is_overdue(&self, limits: &ConnectionLimits) -> bool {
        let now = self.now();
        let for_longer = |since: u64, limit: Duration| u128::from(now.saturating_sub(since)) > limit.as_millis();
        let (phase, since) = self.phase();
        let stalled = self.stalled.load(Ordering::Relaxed);
        match phase {
            Phase::New | Phase::Head => for_longer(since, limits.header),
            Phase::Silent => for_longer(since, limits.keep_alive),
            Phase::Serving | Phase::Answered => stalled != 0 && for_longer(stalled, limits.answer),
            // It has a patience of its own.
            Phase::Detached => false,
        }
    }
}

impl Place {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The connection goes on without the HTTP library.
    pub(super) fn detach(&self) {
        self.connection.enter(Phase::Detached);
        if let Some(held) = self.connections.open().by_number.get_mut(&self.number) {
            held.task = None;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.leave(self.number);
    }
}

#[cfg(test)]
mod tests;
