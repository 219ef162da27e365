//! Plain types that every other room speaks: identifiers, people's values, messages, money, time.
//!
//! This room does no I/O and depends on no other room. The exceptions to purity are [`clock::Clock::system`],
//! [`jitter::Jitter::system`] and the making of identifiers, which is why all three are values that are handed in.

pub mod clock;
pub mod clock_kind;
pub mod contact;
pub mod desk;
pub mod expectation;
pub mod fact;
pub mod fact_name;
pub mod form;
pub mod id;
pub mod jitter;
pub mod language;
pub mod link;
pub mod log;
pub mod message;
pub mod number;
mod open_name;
pub mod orientation_mode;
pub mod priority;
pub mod sms;
pub mod timing;
pub mod token;
