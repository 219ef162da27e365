use super::*;

#[test]
fn no_stretch_of_time_sees_more_than_the_pace() {
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let mut window = Window::new(Pace { messages: 3, per: Duration::from_secs(1), at_once: 9, apart: Duration::ZERO });
    assert_eq!(window.free(at(0)), 3);
    window.take(2, at(0));
    window.take(1, at(600));
    assert_eq!((window.free(at(999)), window.wait(at(999))), (0, Duration::from_millis(1)));
    assert_eq!((window.free(at(1000)), window.wait(at(1000))), (2, Duration::ZERO));
    window.take(2, at(1000));
    assert_eq!((window.free(at(1599)), window.wait(at(1599))), (0, Duration::from_millis(1)));
    assert_eq!(window.free(at(1600)), 1);
    assert_eq!(window.free(at(9000)), 3);
}

#[test]
fn two_messages_to_one_address_are_apart() {
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let apart = Duration::from_secs(1);
    let mut window = Window::new(Pace { messages: 30, per: apart, at_once: 30, apart });
    assert_eq!(window.turn_of("a", at(0)), at(0));
    assert_eq!(window.turn_of("b", at(10)), at(10));
    assert_eq!(window.turn_of("a", at(300)), at(1000));
    assert_eq!(window.turn_of("a", at(1100)), at(2000));
    assert_eq!(window.turn_of("a", at(3500)), at(3500));
    for other in 0..5000_u32 {
        window.turn_of(&other.to_string(), at(10_000 + u64::from(other)));
    }
    assert!(window.last.len() <= 1001 + 1000, "who wrote long ago is forgotten");
    let mut free = Window::new(Pace { messages: 30, per: apart, at_once: 30, apart: Duration::ZERO });
    assert_eq!([free.turn_of("a", at(5)), free.turn_of("a", at(5))], [at(5), at(5)]);
}
