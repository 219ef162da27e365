//! The channels. Each verifies and decodes what comes in, on the raw bytes, and renders what goes out in its own
//! manner.

mod contract;
pub mod email;
pub mod http;
mod providers;
mod receiver;
pub mod sms;
pub mod telegram;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

pub use contract::{
    Acknowledgement, Admission, Checked, Content, DeliveryStatus, Event, FetchError, File, Head, OneTimeProof,
    Outbound, Pace, Post, Provider, Reason, Received, ReceiverError, Refusal, Report, Retry, SendError, Sent, Thread,
    UnknownReason,
};
pub use providers::{AccountError, Providers};
pub use receiver::Receiver;
