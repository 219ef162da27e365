//! The ways in and out. Each channel decodes and verifies what comes on the raw bytes, and renders what goes in the manner
//! natural to it.

mod contract;
mod desk;
pub mod email;
pub mod http;
mod providers;
pub mod sms;
pub mod telegram;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

pub use contract::{
    Acknowledgement, Checked, Content, DeskError, Event, Fate, FetchError, File, Outbound, Pace, Post, Provider,
    Reason, Received, Refusal, Report, Retry, SendError, Sent, Thread, UnknownReason,
};
pub use desk::Desk;
pub use providers::{AccountError, Providers};
