//! The channels against what stands at their other end: servers, peers and libraries of others.

mod doors;
mod email;
mod sms;
mod telegram;
