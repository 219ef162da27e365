//! The event streams that are open: a bounded number, and all ended at once when the service stops.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// On this node. Each costs a little memory and a look at the database now and then.
const MOST: usize = 10_000;
/// Of one conversation or one handler: every device and tab of a person, and no more.
const MAX_EACH: usize = 24;

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
}

/// A stream's place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct StreamSlot {
    streams: Streams,
    whose: String,
}

impl Streams {
    /// A place for one more stream of `whose`; none when there are too many.
    pub(crate) fn open(&self, whose: impl Into<String>) -> Option<StreamSlot> {
        let whose = whose.into();
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= MOST || open.each.get(&whose).is_some_and(|count| *count >= MAX_EACH) {
            return None;
        }
        open.all += 1;
        *open.each.entry(whose.clone()).or_default() += 1;
        Some(StreamSlot { streams: self.clone(), whose })
    }

    /// Ends every stream: the service stops.
    pub fn stop(&self) {
        self.0.stopping.cancel();
    }
}

impl StreamSlot {
    /// When the stream must end because the service stops.
    pub(crate) async fn stopped(&self) {
        self.streams.0.stopping.cancelled().await;
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.streams.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(count) = open.each.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                open.each.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn each_has_a_few_places_and_gives_them_back() {
        let streams = Streams::default();
        let mut places: Vec<StreamSlot> = (0..MAX_EACH).map(|_| streams.open("a").unwrap()).collect();
        assert!(streams.open("a").is_none());
        assert!(streams.open("b").is_some());
        places.pop();
        assert!(streams.open("a").is_some());
        drop(places);
        let open = streams.0.open.lock().unwrap();
        assert!(open.all == 0 && open.each.is_empty());
    }

    #[test]
    fn all_are_together_no_more_than_the_most() {
        let streams = Streams::default();
        let places: Vec<StreamSlot> = (0..MOST).map(|i| streams.open(i.to_string()).unwrap()).collect();
        assert!(streams.open("one more").is_none());
        drop(places);
    }

    #[test]
    fn a_stop_is_heard_by_each() {
        let streams = Streams::default();
        let place = streams.open("a").unwrap();
        assert!(place.stopped().now_or_never().is_none());
        streams.stop();
        assert!(place.stopped().now_or_never().is_some());
    }
}
