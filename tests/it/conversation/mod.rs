//! Conversations through the whole house, on both engines.

mod afterwards;
mod appointment;
mod channel_switch;
mod documents;
mod one_person;
mod requests;
mod time;
