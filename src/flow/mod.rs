//! The pure engine of scripted conversations: `(library, state, event, now) -> (state, effects)`.
//!
//! A claims manager writes flows in YAML under `flows/`; [`Library::load`] reads, checks and compiles them once.
//! [`step`] then walks a conversation through them. Whatever the engine needs from outside (a policy, a decision of a
//! table, the time) comes in as an [`Event`]; whatever it wants done goes out as an [`Effect`].
//!
//! Architecture invariant: no I/O but in [`Library::load`], no clock, no randomness. The same inputs give the same
//! outputs, so that every conversation can be replayed.

mod answer;
mod appointment;
mod ask;
mod batched_questions;
mod channel_switch;
mod check;
mod closing;
mod collective;
mod command;
mod condition;
mod correct;
mod coverage;
mod definition;
mod effect;
mod engine;
mod event;
mod experts;
mod facts;
mod faq;
mod graph;
mod hours;
mod insurer;
mod intent_actions;
mod intents;
mod interpreter;
mod library;
mod messages;
mod on_message;
mod problem;
mod requests;
mod safety;
mod silence;
mod state;
mod table;
mod template;
pub mod transcript;
mod words;
mod yaml;

pub use appointment::{AppointmentEvent, Offer, Offering};
pub use closing::{Afterwards, Closing, means_another};
pub use condition::{Condition, Explanation, Scope, Test, Truth};
pub use coverage::{Coverage, Covered};
pub use definition::{Collect, Flow, Question, Saying, Step, StepKind, WantedKind};
pub use effect::{Effect, Handover, PolicyQuery, Priority};
pub use engine::{StepOutput, step, step_covering};
pub use event::{Event, PolicyAnswer, UserMessage};
pub use facts::{Accepts, DocumentKind, FactName, FactType};
pub use faq::{FaqBook, FaqEntry};
pub use graph::mermaid;
pub use hours::Hours;
pub use insurer::Insurer;
pub use intents::{Intent, IntentAction, IntentBook, LEARNT_FILE};
pub use library::{FIRST_FLOW, Library, LoadError, built_in, read_sources, transcripts};
pub use problem::{Diagnostic, Severity};
pub use requests::{Request, RequestBook};
pub use silence::Reminders;
pub use state::{Mode, State, Wanted};
pub use table::{Row, Table};

#[cfg(test)]
mod tests;

#[cfg(test)]
mod check_tests;

#[cfg(test)]
mod intents_tests;
