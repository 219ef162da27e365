use super::*;
use crate::config::Config;

const HERE: &str = "198.51.100.7";

fn connections(all: usize, per_address: usize) -> Connections {
    let mut server = Config::load(None, []).unwrap().server;
    (server.max_connections, server.max_connections_per_address) = (all, per_address);
    server.proxies = vec!["192.0.2.1".parse().unwrap()];
    Connections::new(ConnectionLimits::new(&server, None), Metrics::default())
}

fn from(connections: &Connections, address: &str) -> Option<Place> {
    let place = connections.enter(address.parse().unwrap());
    // A later one is later by the clock that counts in milliseconds.
    std::thread::sleep(Duration::from_millis(3));
    place
}

fn is_open(connections: &Connections, place: &Place) -> bool {
    connections.open().by_number.contains_key(&place.number)
}

#[test]
fn the_one_that_is_silent_for_longest_makes_place() {
    let connections = connections(100, 2);
    let (first, second) = (from(&connections, HERE).unwrap(), from(&connections, HERE).unwrap());
    let third = from(&connections, HERE).unwrap();
    assert!(!is_open(&connections, &first) && is_open(&connections, &second) && is_open(&connections, &third));
    let elsewhere = from(&connections, "198.51.100.8").unwrap();
    assert!(is_open(&connections, &second) && is_open(&connections, &elsewhere));
}

#[test]
fn one_that_is_served_keeps_its_place() {
    let connections = connections(100, 2);
    let held = [from(&connections, HERE).unwrap(), from(&connections, HERE).unwrap()];
    for place in &held {
        place.connection.serves();
    }
    assert!(from(&connections, HERE).is_none());
    assert_eq!(connections.0.refused.load(Ordering::Relaxed), 1);
    drop(held);
    assert!(from(&connections, HERE).is_some());
}

#[test]
fn an_ipv6_subscriber_counts_once_and_a_proxy_not_at_all() {
    let connections = connections(100, 1);
    let first = from(&connections, "2001:db8::1").unwrap();
    let _second = from(&connections, "2001:db8::ffff:2").unwrap();
    assert!(!is_open(&connections, &first));
    let proxied: Vec<_> = (0..5).map(|_| from(&connections, "::ffff:192.0.2.1").unwrap()).collect();
    assert!(proxied.iter().all(|place| is_open(&connections, place)));
}

#[test]
fn where_all_places_are_taken_the_eldest_goes_wherever_it_is_from() {
    let connections = connections(2, 100);
    let first = from(&connections, "198.51.100.1").unwrap();
    let second = from(&connections, "198.51.100.2").unwrap();
    let _third = from(&connections, "198.51.100.3").unwrap();
    assert!(!is_open(&connections, &first) && is_open(&connections, &second));
    assert_eq!(connections.open().by_address.len(), 2);
}

#[test]
fn a_head_has_the_time_of_its_connection_and_a_silent_one_more() {
    let connections = connections(10, 10);
    let place = from(&connections, HERE).unwrap();
    let mut limits = connections.0.limits.clone();
    limits.header = Duration::ZERO;
    let is_overdue = |limits: &ConnectionLimits| {
        std::thread::sleep(Duration::from_millis(3));
        place.connection.is_overdue(limits)
    };
    assert!(is_overdue(&limits));
    place.connection.heard();
    assert!(is_overdue(&limits), "its first byte gives it no new time");
    place.connection.serves();
    assert!(!is_overdue(&limits));
    place.connection.answered();
    place.connection.wrote();
    assert!(!is_overdue(&limits));
    limits.keep_alive = Duration::ZERO;
    assert!(is_overdue(&limits));
    place.detach();
    assert!(!is_overdue(&limits));
}

#[test]
fn an_answer_that_is_not_taken_has_its_time() {
    let connections = connections(10, 10);
    let place = from(&connections, HERE).unwrap();
    let limits = ConnectionLimits { answer: Duration::ZERO, ..connections.0.limits.clone() };
    let is_overdue = || {
        std::thread::sleep(Duration::from_millis(3));
        place.connection.is_overdue(&limits)
    };
    place.connection.serves();
    place.connection.takes(true);
    assert!(!is_overdue());
    place.connection.takes(false);
    assert!(is_overdue());
    assert!(!place.connection.is_overdue(&connections.0.limits), "not before its time");
    place.connection.takes(true);
    assert!(!is_overdue());
}

#[test]
fn who_gets_no_place_closes_nobody_elses_connection() {
    let connections = connections(3, 2);
    let elsewhere = from(&connections, "198.51.100.8").unwrap();
    let held = [from(&connections, HERE).unwrap(), from(&connections, HERE).unwrap()];
    for place in &held {
        place.connection.serves();
    }
    assert!(from(&connections, HERE).is_none());
    assert!(is_open(&connections, &elsewhere));
}
