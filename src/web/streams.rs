//! The open event streams: their number is limited, and all of them end when the service stops.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::client::ClientAddress;

/// The most streams on this node. Each takes some kilobytes and, while nothing changes, a comment now and then.
const MAX_STREAMS: usize = 10_000;
/// The most streams of one conversation or one handler: enough for every device and tab of a person.
const MAX_EACH: usize = 24;
/// The most streams of one address; an IPv6 /64 is one.
const MAX_PER_ADDRESS: usize = MAX_STREAMS / 10;

/// Counts the open streams. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Streams(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    open: Mutex<Open>,
    stopping: CancellationToken,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    each: HashMap<String, usize>,
    by_address: HashMap<IpAddr, usize>,
}

/// A permit for one stream, returned when it is dropped.
#[derive(Debug)]
pub(crate) struct StreamSlot {
    streams: Streams,
    whose: String,
    from: IpAddr,
}

impl Streams {
    /// A permit for one more stream of `whose`, asked for from an address; none when there are too many.
    pub(crate) fn open(&self, whose: impl Into<String>, from: ClientAddress) -> Option<StreamSlot> {
        let (whose, from) = (whose.into(), from.network());
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = open.all >= MAX_STREAMS
            || open.each.get(&whose).is_some_and(|count| *count >= MAX_EACH)
            || open.by_address.get(&from).is_some_and(|count| *count >= MAX_PER_ADDRESS);
        if is_full {
            return None;
        }
        open.all += 1;
        *open.each.entry(whose.clone()).or_default() += 1;
        *open.by_address.entry(from).or_default() += 1;
        Some(StreamSlot { streams: self.clone(), whose, from })
    }

    /// Ends every stream, because the service stops.
    pub fn stop(&self) {
        self.0.stopping.cancel();
    }
}

impl StreamSlot {
    /// Waits until the stream must end because the service stops.
    pub(crate) async fn stopped(&self) {
        self.streams.0.stopping.cancelled().await;
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.streams.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        give_back(&mut open.each, &self.whose);
        give_back(&mut open.by_address, &self.from);
    }
}

fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
