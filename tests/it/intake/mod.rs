//! What is acknowledged is there: after a kill, after a power cut.

mod crash;
mod power_cut;
