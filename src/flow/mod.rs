//! The pure engine of scripted conversations: `(library, state, event, now) -> (state, effects)`.
//!
//! A claims manager writes flows in YAML under `flows/`; [`Library::load`] reads, checks and compiles them once
//! (`program/`: what the files say). [`step`] then runs a conversation through them (`run/`: what happens). What the
//! engine needs from outside (a policy, a decision of a table, the time) comes in as an [`Event`]; what it wants done
//! goes out as an [`Effect`].
//!
//! Architecture invariant: no I/O but in [`Library::load`], no clock, no randomness. The same inputs give the same
//! outputs, so that every conversation can be replayed.

mod program;
mod run;
#[cfg(test)]
pub(crate) mod testing;

pub use program::{
    clocks::{Certainty, ClockBook, ClockEnding, ClockRule, ClockScope, ClockStart, day_of},
    closing::{Afterwards, Closing},
    condition::{
        Condition, Explanation, Failed, Scope, Test, Truth,
        could::{Domain, Truths},
    },
    desks::{DeskBook, Member},
    diagnostics::{Diagnostic, Severity, Strictness},
    documents::{Accepts, DocumentKind, Drawing},
    facts::{FactLabel, FactType},
    faq::{FaqBook, FaqEntry},
    graph::mermaid,
    handovers::OwnReason,
    hours::Hours,
    insurer::Insurer,
    intents::{Intent, IntentAction, IntentBook},
    library::{FIRST_FLOW, Library, revision_of},
    outlook::Why,
    purpose::Purpose,
    reminders::Reminders,
    requests::{Request, RequestBook},
    rota::{OnCall, Rota},
    sources::{LoadError, built_in, read_sources, transcripts},
    steps::{Assignment, Collect, Flow, Question, Step, StepKind, WantedKind},
    table::{Row, Table},
    template::Saying,
    templates::{ReplyTemplate, TemplatePurpose, WrittenTemplate},
};
/// For other readers of YAML: every mistake is reported with its place, as in the flows.
pub(crate) use program::{
    diagnostics::Diagnostics,
    yaml::{Fields, Node},
};
pub use run::{
    after_closing::means_another,
    appointment::told_availability,
    booking::{AppointmentEvent, Offer, Offering},
    coverage::{Coverage, Covered, Verdict},
    effect::{Effect, Handover, Note, PolicyQuery, Sorting},
    event::{Event, PolicyAnswer, SentFile, UserMessage},
    expected::{Asked, Expected},
    form::{declaration, desk_field, read_desk_field, read_field},
    handler_correction::answers_for,
    satisfaction::rates,
    state::{ConversationMode, State, Wanted},
    state_delta::StateDelta,
    step::{StepOutput, step},
    templates::templates,
    words::{alert_text, clock_told},
};
