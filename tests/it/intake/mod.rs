//! What is acknowledged is there: after a kill, after a power cut. And conversations go on with the flows of every landing.

mod crash;
mod landings;
mod listeners;
mod opening;
mod power_cut;
mod versions;
