use std::net::Ipv4Addr;

use super::*;

const HERE: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));

#[test]
fn a_login_is_guessed_a_few_times() {
    let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
    for _ in 0..PER_LOGIN {
        assert_eq!(throttle.count("zoe", HERE, now), Ok(()));
    }
    assert_eq!(throttle.count("zoe", HERE, now), Err(900));
    assert_eq!(throttle.count("ali", HERE, now), Ok(()));
}

#[test]
fn an_address_that_tries_many_logins_waits() {
    let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
    for i in 0..PER_ADDRESS {
        assert_eq!(throttle.count(&format!("login{i}"), HERE, now), Ok(()));
    }
    assert!(throttle.count("another", HERE, now).is_err());
}

#[test]
fn the_right_password_starts_afresh() {
    let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
    for _ in 0..3 * PER_LOGIN {
        assert_eq!(throttle.count("zoe", HERE, now), Ok(()));
        throttle.forget("zoe", HERE);
    }
}
