//! The one integration test binary: a folder a room. Run it with `tests/run`, which brings the PostgreSQL and the rights
//! that it needs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod assignment;
mod attacks;
pub(crate) mod channel;
mod cli;
mod conversation;
mod document;
#[path = "../faults/mod.rs"]
mod faults;
mod housekeeping;
mod intake;
mod outbox;
mod store;
#[path = "../stories/mod.rs"]
mod stories;
mod support;
mod web;
