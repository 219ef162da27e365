//! Throttles log-ins: a limited number of failures for each login, and for each address, in a quarter of an hour.

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

/// Counts failed log-ins.
#[derive(Debug)]
pub(crate) struct Throttle(Tries<Key>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Tries::new(WINDOW))
    }
}

impl Throttle {
    /// Counts a log-in before its password is checked.
    ///
    /// # Errors
    ///
    /// The seconds to wait, when there were too many.
    pub(crate) fn count(&self, login: &str, from: ClientAddress, now: Timestamp) -> Result<(), u32> {
        let [login, address] = keys(login, from);
        self.0.count([(login, PER_LOGIN), (address, PER_ADDRESS)], now)
    }

    /// Forgets the failures of this login and this address, after the password was right.
    pub(crate) fn forget(&self, login: &str, from: ClientAddress) {
        self.0.forget(keys(login, from));
    }
}

fn keys(login: &str, from: ClientAddress) -> [Key; 2] {
    [Key::Login(login.to_owned()), Key::Address(from.0)]
}

#[cfg(test)]
mod tests;
