use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;

const HERE: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));

fn there(number: u32) -> ClientAddress {
    ClientAddress(IpAddr::V4(Ipv4Addr::from_bits(0xc633_6400 + number)))
}

/// One address of a subscriber's many.
fn subscriber(number: u64) -> ClientAddress {
    ClientAddress(IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) | u128::from(number))))
}

#[test]
fn a_login_is_guessed_a_few_times_and_then_ever_more_slowly() {
    let (throttle, mut now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
    for _ in 0..5 {
        assert_eq!(throttle.count("zoe", None, HERE, now), Ok(()));
    }
    assert_eq!(throttle.count("zoe", None, HERE, now), Err(1));
    now += SignedDuration::from_secs(1);
    assert_eq!(throttle.count("zoe", None, HERE, now), Ok(()));
    assert_eq!(throttle.count("zoe", None, HERE, now), Err(2));
    assert_eq!(throttle.count("zoe", None, there(1), now), Ok(()), "elsewhere it is another's");
    throttle.forget("zoe", None, HERE);
    assert_eq!(throttle.count("zoe", None, HERE, now), Ok(()));
}

#[test]
fn an_address_has_its_tries_whatever_it_tries_and_whether_it_succeeds() {
    let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
    for number in 0..20 {
        let login = format!("login{number}");
        assert_eq!(throttle.count(&login, None, subscriber(number), now), Ok(()));
        throttle.forget(&login, None, subscriber(number));
    }
    assert_eq!(throttle.count("another", None, subscriber(99), now), Err(600));
    assert_eq!(throttle.count("another", None, HERE, now), Ok(()));
}

#[test]
fn a_known_device_is_not_locked_by_others() {
    let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
    // From its own address, and from very many others.
    for number in 0..30 {
        let _ = throttle.count("zoe", None, HERE, now);
        let _ = throttle.count(&number.to_string(), None, HERE, now);
    }
    for number in 0..300 {
        let _ = throttle.count("zoe", None, there(number), now);
    }
    assert!(throttle.count("zoe", None, there(1000), now).is_err());
    for _ in 0..5 {
        assert_eq!(throttle.count("zoe", Some("its own"), HERE, now), Ok(()));
    }
    assert_eq!(throttle.count("zoe", Some("its own"), HERE, now), Err(1), "it may not guess either");
}
