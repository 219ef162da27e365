//! E-mail: in by IMAP, LMTP or a provider's post of the raw message; out by SMTP.
//!
//! Whatever brings a message, one reading serves all ([`parse`]): bounded, on a thread of its own, with the original kept.
//! [`quotes`] leaves the person's own words, [`automatic`] tells machines from people.

pub mod automatic;
pub mod parse;
mod quotes;
