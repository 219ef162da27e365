//! Requests besides the claim, by deadline; and messages that were not understood, to be taught in one click.

pub(super) mod actions;
mod line;
pub(super) mod list;
pub(super) mod missed;
pub(super) mod teach;

pub(super) use line::RequestLine;
