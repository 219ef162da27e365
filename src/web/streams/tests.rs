use futures_util::FutureExt as _;

use super::*;

fn from(number: usize) -> ClientAddress {
    ClientAddress(std::net::Ipv4Addr::from_bits(u32::try_from(number).unwrap()).into())
}

#[test]
fn one_address_has_a_part_of_the_places_whoever_asks_there() {
    let streams = Streams::default();
    let places: Vec<StreamSlot> = (0..MAX_PER_ADDRESS).map(|i| streams.open(i.to_string(), from(1)).unwrap()).collect();
    assert!(streams.open("one more", from(1)).is_none());
    assert!(streams.open("one more", from(2)).is_some());
    drop(places);
    assert!(streams.open("one more", from(1)).is_some());
}

#[test]
fn each_has_a_few_places_and_gives_them_back() {
    let streams = Streams::default();
    let mut places: Vec<StreamSlot> = (0..MAX_EACH).map(|_| streams.open("a", from(1)).unwrap()).collect();
    assert!(streams.open("a", from(1)).is_none());
    assert!(streams.open("b", from(2)).is_some());
    places.pop();
    assert!(streams.open("a", from(1)).is_some());
    drop(places);
    let open = streams.0.open.lock().unwrap();
    assert!(open.all == 0 && open.each.is_empty() && open.by_address.is_empty());
}

#[test]
fn all_are_together_no_more_than_the_most() {
    let streams = Streams::default();
    let places: Vec<StreamSlot> = (0..MAX_STREAMS).map(|i| streams.open(i.to_string(), from(i)).unwrap()).collect();
    assert!(streams.open("one more", from(MAX_STREAMS)).is_none());
    drop(places);
}

#[test]
fn a_stop_is_heard_by_each() {
    let streams = Streams::default();
    let place = streams.open("a", from(1)).unwrap();
    assert!(place.stopped().now_or_never().is_none());
    streams.stop();
    assert!(place.stopped().now_or_never().is_some());
}
