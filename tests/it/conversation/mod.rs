//! Conversations through the whole house, on both engines.

mod afterwards;
mod alerts;
mod appointment;
mod channel_switch;
mod clocks;
mod desk;
mod documents;
mod due;
mod one_person;
mod requests;
mod time;
