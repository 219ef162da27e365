//! What machines do to the running program, each with a ledger that the clients keep outside of it ([`ledger`]).
//!
//! `tests/run` plays them in small; `tests/faults/run` in full, and writes what it found into docs/faults.md.

mod clock;
mod crash;
mod crowd;
mod database;
mod disk;
mod figures;
mod front;
mod ledger;
mod nodes;
mod power_cut;
mod provider;
mod soak;
