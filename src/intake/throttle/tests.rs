use super::*;

const WINDOW: SignedDuration = SignedDuration::from_mins(15);

#[test]
fn a_key_is_tried_up_to_its_limit_and_again_when_the_window_has_ended() {
    let (throttle, now) = (Throttle::new(WINDOW), Timestamp::UNIX_EPOCH);
    assert_eq!(throttle.count([("a", 2), ("b", 9)], now), Ok(()));
    assert_eq!(throttle.count([("a", 2)], now), Ok(()));
    assert_eq!(throttle.count([("a", 2)], now), Err(900));
    assert_eq!(throttle.count([("b", 9)], now), Ok(()));
    assert_eq!(throttle.count([("a", 2)], now + WINDOW), Ok(()));
}

#[test]
fn memory_is_bounded() {
    let (throttle, now) = (Throttle::new(WINDOW), Timestamp::UNIX_EPOCH);
    for i in 0..20_000_u32 {
        let _ = throttle.count([(i, 1)], now);
    }
    assert!(throttle.tries.lock().unwrap().len() <= REMEMBERED + 1);
    assert_eq!(throttle.count([(20_001, 1)], now + WINDOW), Ok(()));
}
