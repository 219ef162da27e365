//! The pure engine of scripted conversations: `(library, state, event, now) -> (state, effects)`.
//!
//! A claims manager writes flows in YAML under `flows/`; [`Library::load`] reads, checks and compiles them once.
//! [`step`] then walks a conversation through them. Whatever the engine needs from outside (a policy, a decision of a
//! table, the time) comes in as an [`Event`]; whatever it wants done goes out as an [`Effect`].
//!
//! Architecture invariant: no I/O but in [`Library::load`], no clock, no randomness. The same inputs give the same
//! outputs, so that every conversation can be replayed.

mod effect;
mod event;

pub use effect::{Effect, Handover, PolicyQuery, Priority};
pub use event::{Event, Heard, PolicyAnswer};
mod placeholder;
pub use placeholder::{Library, LoadError, State, Turn, built_in, step};
