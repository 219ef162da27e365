//! Conversations that nobody keeps: the transcripts beside the flows, a talk in the terminal.
//!
//! A [`Player`] makes the same turns as the service ([`Turn`](crate::conversation::Turn)), over lists instead of the store: the
//! register of policies, the experts' time, what was stored so far. The clock is the caller's, identifiers and secrets are
//! counted, so that what is played twice is the same twice. Between every two turns the conversation is written and read back
//! as the store does; a state that comes back otherwise is an error.
//!
//! A [`Transcript`] is a list of turns with what each must lead to; [`run`] tells where it goes otherwise, [`update`] rewrites
//! what was expected and leaves the rest of the file as it is.
//!
//! Architecture invariant: nothing here decides what a turn does. What a transcript shows is what the turn would have stored.

mod lists;
mod outcome;
mod player;
mod reader;
mod transcript;

pub use lists::REFERENCE;
pub use outcome::{Difference, Outcome};
pub use player::{Played, Player, ReplayError};
pub use transcript::{Transcript, run, update};

#[cfg(test)]
mod tests;
