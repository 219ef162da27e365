//! Throttles log-ins: by address first, then with growing delays by login and address.
//!
//! A device on which a log-in succeeded before ([`super::device`]) is counted by itself, so that nobody who guesses at the
//! login elsewhere, or in the same house, locks its handler out.

use jiff::{SignedDuration, Timestamp};

use crate::{
    intake::{Key, Limit, Throttle as Tries},
    web::client::ClientAddress,
};

/// Tries from one address, whether they succeed or not.
const PER_ADDRESS: Limit = Limit::Most(20);
const ADDRESS_WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Failures of one login from one address, or on a known device: a wrong password happens.
const PER_LOGIN: Limit = Limit::Delays(5);
/// Failures of one login from anywhere but its known devices: many addresses guess at it together.
const PER_LOGIN_ANYWHERE: Limit = Limit::Most(200);
const LOGIN_WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Counts log-ins.
#[derive(Debug)]
pub(crate) struct Throttle {
    addresses: Tries,
    logins: Tries,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { addresses: Tries::new(ADDRESS_WINDOW), logins: Tries::new(LOGIN_WINDOW) }
    }
}

impl Throttle {
    /// Counts a log-in before its password is checked. `device` is the known device on which it is tried.
    ///
    /// # Errors
    ///
    /// The seconds to wait, when there were too many.
    pub(crate) fn count(
        &self,
        login: &str,
        device: Option<&str>,
        from: ClientAddress,
        now: Timestamp,
    ) -> Result<(), u32> {
        let own = (own(login, device, from), PER_LOGIN);
        if device.is_some() {
            return self.logins.count(&[own], now);
        }
        let address = Key::of(&[from.network().to_string().as_bytes()]);
        self.addresses.count(&[(address, PER_ADDRESS)], now)?;
        self.logins.count(&[own, (anywhere(login), PER_LOGIN_ANYWHERE)], now)
    }

    /// Forgets the failures of this login here, after the password was right. Its address keeps its count.
    pub(crate) fn forget(&self, login: &str, device: Option<&str>, from: ClientAddress) {
        self.logins.forget(own(login, device, from));
    }
}

fn own(login: &str, device: Option<&str>, from: ClientAddress) -> Key {
    match device {
        Some(device) => Key::of(&[b"device", login.as_bytes(), device.as_bytes()]),
        None => Key::of(&[b"address", login.as_bytes(), from.network().to_string().as_bytes()]),
    }
}

fn anywhere(login: &str) -> Key {
    Key::of(&[b"anywhere", login.as_bytes()])
}

#[cfg(test)]
mod tests;
