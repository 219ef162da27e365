//! Who is at the console: passwords, sessions, and how often one may guess.

mod form;
pub mod password;
mod session;
mod throttle;

pub(super) use crate::web::client::ClientAddress;
pub use form::Checked;
pub use session::{Admin, Session};
pub(super) use session::{Cookies, open};
pub(super) use throttle::Throttle;

use crate::web::console::error::ConsoleError;

/// 256 random bits, for session tokens and CSRF tokens.
pub(super) fn random_token() -> Result<String, ConsoleError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| ConsoleError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// Compares secrets without telling by the time how much of them agrees.
pub(super) fn same_secret(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
