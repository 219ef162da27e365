//! How often one may guess: a bounded number of failed log-ins for a login, and for an address, in a quarter of an hour.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use crate::{intake::Throttle as Tries, web::client::ClientAddress};

const WINDOW: SignedDuration = SignedDuration::from_mins(15);
const PER_LOGIN: u32 = 8;
const PER_ADDRESS: u32 = 40;

#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    Address(IpAddr),
}

/// The failed log-ins of late.
#[derive(Debug)]
pub(crate) struct Throttle(Tries<Key>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Tries::new(WINDOW))
    }
}

impl Throttle {
    /// Counts a try before its password is looked at. Returns the seconds to wait when it is one too many.
    pub(crate) fn count(&self, login: &str, from: ClientAddress, now: Timestamp) -> Result<(), u32> {
        let [login, address] = keys(login, from);
        self.0.count([(login, PER_LOGIN), (address, PER_ADDRESS)], now)
    }

    /// The password was right: this login and this address start afresh.
    pub(crate) fn forget(&self, login: &str, from: ClientAddress) {
        self.0.forget(keys(login, from));
    }
}

fn keys(login: &str, from: ClientAddress) -> [Key; 2] {
    [Key::Login(login.to_owned()), Key::Address(from.0)]
}

#[cfg(test)]
mod tests {
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
}
