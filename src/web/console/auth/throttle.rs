//! How often one may guess: a bounded number of failed log-ins for a login, and for an address, in a quarter of an hour.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use jiff::{SignedDuration, Timestamp};

const WINDOW: SignedDuration = SignedDuration::from_mins(15);
const PER_LOGIN: u32 = 8;
const PER_ADDRESS: u32 = 40;
/// How many logins and addresses are remembered. Beyond it, strangers wait until the oldest window ends.
const REMEMBERED: usize = 10_000;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    Address(IpAddr),
}

#[derive(Debug)]
struct Tries {
    count: u32,
    until: Timestamp,
}

/// The failed log-ins of late.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<Key, Tries>>);

impl Throttle {
    /// Counts a try before its password is looked at, so that tries at the same instant count too. Returns the seconds to
    /// wait when it is one too many.
    pub(crate) fn count(&self, login: &str, from: ClientAddress, now: Timestamp) -> Result<(), u32> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED {
            tries.retain(|_, tries| tries.until > now);
            if tries.len() >= REMEMBERED {
                return Err(seconds(WINDOW));
            }
        }
        for (key, limit) in keys(login, from) {
            let tried = tries.entry(key).or_insert(Tries { count: 0, until: now + WINDOW });
            if tried.until <= now {
                *tried = Tries { count: 0, until: now + WINDOW };
            }
            if tried.count >= limit {
                return Err(seconds(tried.until.duration_since(now)));
            }
            tried.count += 1;
        }
        Ok(())
    }

    /// The password was right: this login and this address start afresh.
    pub(crate) fn forget(&self, login: &str, from: ClientAddress) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(login, from) {
            tries.remove(&key);
        }
    }
}

fn keys(login: &str, from: ClientAddress) -> [(Key, u32); 2] {
    [(Key::Login(login.to_owned()), PER_LOGIN), (Key::Address(from.0), PER_ADDRESS)]
}

fn seconds(duration: SignedDuration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));

    #[test]
    fn a_login_is_guessed_a_few_times_and_then_again_when_the_window_has_ended() {
        let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..PER_LOGIN {
            assert_eq!(throttle.count("zoe", HERE, now), Ok(()));
        }
        assert_eq!(throttle.count("zoe", HERE, now), Err(900));
        assert_eq!(throttle.count("ali", HERE, now), Ok(()));
        assert_eq!(throttle.count("zoe", HERE, now + WINDOW), Ok(()));
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

    #[test]
    fn memory_is_bounded() {
        let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
        for i in 0..20_000_u32 {
            let _ = throttle.count(&i.to_string(), ClientAddress(IpAddr::V4(i.into())), now);
        }
        assert!(throttle.0.lock().unwrap().len() <= REMEMBERED + 1);
        assert_eq!(throttle.count("later", HERE, now + WINDOW), Ok(()));
    }
}
