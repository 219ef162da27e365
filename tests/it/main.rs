//! The one integration test binary. Run it with `tests/run`, which brings the PostgreSQL and the rights that it needs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod appointment;
mod architecture;
mod channel_switch;
mod crash;
mod document;
mod door;
mod doors;
mod email;
mod one_person;
mod outbox;
mod power_cut;
mod requests;
mod sms;
mod store;
mod support;
mod telegram;
mod time;
