//! Experts' appointments: the list of one expert, and a calendar file for each appointment.

pub(super) mod calendar;
pub(super) mod list;
