//! The pure engine of scripted conversations: `(library, state, event, now) -> (state, effects)`.
//!
//! A claims manager writes flows in YAML under `flows/`; [`Library::load`] reads, checks and compiles them once.
//! [`step`] then walks a conversation through them. Whatever the engine needs from outside (a policy, a decision of a
//! table, the time) comes in as an [`Event`]; whatever it wants done goes out as an [`Effect`].
//!
//! Architecture invariant: no I/O but in [`Library::load`], no clock, no randomness. The same inputs give the same
//! outputs, so that every conversation can be replayed.

mod answer;
mod ask;
mod check;
mod closing;
mod collective;
mod command;
mod condition;
mod correct;
mod coverage;
mod crossing;
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
mod intents;
mod library;
mod listen;
mod messages;
mod problem;
mod requests;
mod safety;
mod serve;
mod silence;
mod state;
mod table;
mod template;
mod together;
pub mod transcript;
mod visit;
mod walk;
mod words;
mod yaml;

pub use closing::{Afterwards, Closing, means_another};
pub use condition::{Condition, Explanation, Scope, Test, Truth};
pub use coverage::{Coverage, Covered};
pub use definition::{Collect, Flow, Kind, Question, Saying, Step, WantedKind};
pub use effect::{Effect, Handover, PolicyQuery, Priority};
pub use engine::{Turn, step, step_covering};
pub use event::{Event, Heard, PolicyAnswer};
pub use facts::{Accepts, DocumentKind, FactName, FactType};
pub use faq::{FaqBook, FaqEntry};
pub use graph::mermaid;
pub use hours::Hours;
pub use insurer::Insurer;
pub use intents::{Intent, IntentBook, LEARNT_FILE, Serves};
pub use library::{FIRST_FLOW, Library, LoadError, built_in, read_sources};
pub use problem::{Problem, Severity};
pub use requests::{Request, RequestBook};
pub use silence::Reminders;
pub use state::{Mode, State, Wanted};
pub use table::{Row, Table};
pub use visit::{Offer, Offering, VisitEvent};

#[cfg(test)]
mod tests;

#[cfg(test)]
mod check_tests;

#[cfg(test)]
mod intents_tests;
