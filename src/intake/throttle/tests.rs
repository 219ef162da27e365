use super::*;

const WINDOW: SignedDuration = SignedDuration::from_mins(15);

fn key(name: &str) -> Key {
    Key::of(&[name.as_bytes()])
}

#[test]
fn a_key_is_tried_up_to_its_limit_and_again_when_the_window_has_ended() {
    let (throttle, now) = (Throttle::new(WINDOW), Timestamp::UNIX_EPOCH);
    let (a, b) = ((key("a"), Limit::Most(2)), (key("b"), Limit::Most(9)));
    assert_eq!(throttle.count(&[a, b], now), Ok(()));
    assert_eq!(throttle.count(&[a], now), Ok(()));
    assert_eq!(throttle.count(&[a], now), Err(900));
    assert_eq!(throttle.count(&[b], now), Ok(()));
    assert_eq!(throttle.count(&[a], now + WINDOW), Ok(()));
}

#[test]
fn a_refused_try_counts_under_no_key() {
    let (throttle, now) = (Throttle::new(WINDOW), Timestamp::UNIX_EPOCH);
    let (a, b) = ((key("a"), Limit::Most(1)), (key("b"), Limit::Most(1)));
    assert_eq!(throttle.count(&[b], now), Ok(()));
    assert!(throttle.count(&[a, b], now).is_err());
    assert_eq!(throttle.count(&[a], now), Ok(()));
}

#[test]
fn delays_grow_and_are_forgotten() {
    let (throttle, mut now) = (Throttle::new(SignedDuration::from_hours(24)), Timestamp::UNIX_EPOCH);
    let a = (key("a"), Limit::Delays(3));
    for _ in 0..3 {
        assert_eq!(throttle.count(&[a], now), Ok(()));
    }
    for delay in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        assert_eq!(throttle.count(&[a], now), Err(delay));
        now += SignedDuration::from_secs(delay.into());
        assert_eq!(throttle.count(&[a], now), Ok(()));
    }
    throttle.forget(a.0);
    assert_eq!(throttle.count(&[a], now), Ok(()));
}

#[test]
fn memory_is_bounded_and_a_full_table_refuses_nobody() {
    let (throttle, now) = (Throttle::new(WINDOW), Timestamp::UNIX_EPOCH);
    for number in 0..2 * REMEMBERED {
        assert_eq!(throttle.count(&[(key(&number.to_string()), Limit::Most(1))], now), Ok(()));
    }
    let last = (key(&(2 * REMEMBERED - 1).to_string()), Limit::Most(1));
    assert!(throttle.count(&[last], now).is_err(), "the latest ones are remembered");
    let table = throttle.table.lock().unwrap();
    assert!(table.tries.len() <= REMEMBERED && table.order.len() <= REMEMBERED);
}

#[test]
fn parts_do_not_run_into_each_other() {
    assert_ne!(Key::of(&[b"ab", b"c"]), Key::of(&[b"a", b"bc"]));
}
