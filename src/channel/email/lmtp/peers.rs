//! The connections of the mail servers: a few for each, so that one cannot keep the others out, nor its own silent
//! connections its new ones.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// How many connections are served at once, in all and for one peer; a mail server keeps its queue meanwhile.
const ALL: usize = 64;
const EACH: usize = 16;

/// The connections that are open. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    next: u64,
    seats: HashMap<u64, Taken>,
}

#[derive(Debug)]
struct Taken {
    peer: IpAddr,
    /// When it began to wait for a command, in the order of all such beginnings; none while it hands a message over.
    waits_since: Option<u64>,
    wanted: CancellationToken,
}

/// A place of one connection, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    peers: Peers,
    number: u64,
    wanted: CancellationToken,
}

/// A connection waits for a command, until this is dropped.
pub(super) struct Waiting {
    peers: Peers,
    number: u64,
    wanted: CancellationToken,
}

impl Peers {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection of this peer. Where there is none, the connection that has waited for a command for longest
    /// gives its own: the peer's, or anybody's where all are taken. None where each of them hands a message over.
    pub(super) fn seat(&self, peer: IpAddr) -> Option<Seat> {
        let peer = peer.to_canonical();
        let mut open = self.open();
        if open.seats.values().filter(|taken| taken.peer == peer).count() >= EACH && !open.take_back(Some(peer)) {
            return None;
        }
        if open.seats.len() >= ALL && !open.take_back(None) {
            return None;
        }
        let (number, wanted) = (open.number(), CancellationToken::new());
        open.seats.insert(number, Taken { peer, waits_since: None, wanted: wanted.clone() });
        Some(Seat { peers: self.clone(), number, wanted })
    }
}

impl Open {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Ends the connection that has waited for longest; whether there was one.
    fn take_back(&mut self, peer: Option<IpAddr>) -> bool {
        let waiting = self.seats.iter().filter(|(_, taken)| peer.is_none_or(|peer| taken.peer == peer));
        let waiting = waiting.filter_map(|(number, taken)| Some((taken.waits_since?, *number)));
        let Some((_, number)) = waiting.min() else { return false };
        if let Some(taken) = self.seats.remove(&number) {
            taken.wanted.cancel();
        }
        true
    }
}

impl Seat {
    /// Notes that the connection waits for a command.
    pub(super) fn wait(&self) -> Waiting {
        let mut open = self.peers.open();
        let since = open.number();
        if let Some(taken) = open.seats.get_mut(&self.number) {
            taken.waits_since = Some(since);
        }
        Waiting { peers: self.peers.clone(), number: self.number, wanted: self.wanted.clone() }
    }
}

impl Waiting {
    /// Waits until somebody else needs the place.
    pub(super) fn wanted(&self) -> WaitForCancellationFuture<'_> {
        self.wanted.cancelled()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(taken) = self.peers.open().seats.get_mut(&self.number) {
            taken.waits_since = None;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.peers.open().seats.remove(&self.number);
    }
}

#[cfg(test)]
mod tests;
