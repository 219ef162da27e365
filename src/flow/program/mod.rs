//! What the files say: steps, conditions, tables and words, read from YAML, checked and compiled once.
//!
//! Nothing here happens in a conversation: what a step does when it is reached is in [`super::run`]. Architecture
//! invariant: this half names nothing of the other.

pub(super) mod check;
pub(super) mod clocks;
pub(super) mod closing;
pub(super) mod condition;
pub(super) mod conventions;
pub(super) mod derived_purposes;
pub(super) mod desks;
pub(super) mod diagnostics;
pub(super) mod documents;
pub(super) mod events;
pub(super) mod experts;
pub(super) mod facts;
pub(super) mod faq;
pub(super) mod graph;
pub(super) mod handovers;
pub(super) mod hours;
pub(super) mod insurer;
pub(super) mod intents;
pub(super) mod languages;
pub(super) mod library;
pub(super) mod lookahead;
pub(super) mod messages;
pub(super) mod outlook;
pub(super) mod pages;
pub(super) mod purpose;
pub(super) mod reminders;
pub(super) mod requests;
pub(super) mod rota;
pub(super) mod sources;
pub(super) mod steps;
pub(super) mod table;
pub(super) mod template;
pub(super) mod templates;
pub(super) mod typography;
pub(super) mod yaml;

#[cfg(test)]
mod testing;
