//! What happens: `(program, state, event, now) -> (state, effects)`, without a clock, a network or randomness.
//!
//! [`step::step`] is the only entry. The interpreter runs the program until it must wait for something; each file
//! handles one kind of input: a message, a command, a correction, silence.

pub(super) mod after_closing;
pub(super) mod answer;
pub(super) mod appointment;
pub(super) mod ask;
pub(super) mod batched_questions;
pub(super) mod booking;
pub(super) mod channel_switch;
pub(super) mod claim_meaning;
pub(super) mod collective_event;
pub(super) mod command;
pub(super) mod completing;
pub(super) mod control;
pub(super) mod correct;
pub(super) mod coverage;
pub(super) mod danger;
pub(super) mod documents;
pub(super) mod effect;
pub(super) mod event;
pub(super) mod expected;
pub(super) mod foreign;
pub(super) mod form;
pub(super) mod handler_correction;
pub(super) mod intents;
pub(super) mod interpreter;
pub(super) mod message;
pub(super) mod open_requests;
pub(super) mod opening_hours;
pub(super) mod reminder;
pub(super) mod satisfaction;
pub(super) mod state;
pub(super) mod state_delta;
pub(super) mod step;
pub(super) mod templates;
pub(super) mod text_message;
pub(super) mod words;

#[cfg(test)]
mod tests;
