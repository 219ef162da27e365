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
    let places: Vec<StreamSlot> = (0..MAX_STREAMS).map(|i| streams.open(i.to_string()).unwrap()).collect();
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
