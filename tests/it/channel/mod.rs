//! The channels against what stands at their other end: servers, peers and libraries of others.

mod doors;
pub(crate) mod email;
mod sms;
mod telegram;
