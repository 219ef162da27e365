//! Authentication at the console: passwords, sessions, and the throttling of log-ins.

pub(super) mod device;
mod form;
pub mod password;
mod session;
pub mod strength;
mod throttle;

pub(super) use crate::web::client::ClientAddress;
pub use form::Checked;
pub use session::Session;
pub(super) use session::{Cookies, open};
pub(super) use throttle::Throttle;

use crate::web::console::error::ConsoleError;

/// 256 random bits, for session tokens and CSRF tokens.
pub(super) fn random_token() -> Result<String, ConsoleError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| ConsoleError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// Masks a secret with a random key, differently each time. Pages are compressed and may repeat a part of their
/// address, so a constant token could be guessed from the sizes of pages (the BREACH attack).
pub(super) fn masked(secret: &str) -> Result<String, ConsoleError> {
    let secret = hex::decode(secret).unwrap_or_default();
    let mut key = vec![0; secret.len()];
    getrandom::fill(&mut key).map_err(|_| ConsoleError::NoRandomness)?;
    let under_key: Vec<u8> = key.iter().zip(&secret).map(|(key, secret)| key ^ secret).collect();
    Ok(hex::encode([key, under_key].concat()))
}

/// The secret in the result of [`masked`]; none where the text is no such result.
fn unmasked(masked: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(masked).ok().filter(|bytes| !bytes.is_empty())?;
    let (key, under_key) = bytes.split_at(bytes.len() / 2);
    (key.len() == under_key.len()).then(|| key.iter().zip(under_key).map(|(key, under_key)| key ^ under_key).collect())
}

/// Compares secrets in constant time.
pub(super) fn same_secret(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests;
