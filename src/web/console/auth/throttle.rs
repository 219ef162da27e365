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
mod tests;
