//! Guichet: the single counter of a claims service.
//!
//! A policyholder writes; Guichet answers, qualifies the claim with a scripted flow, collects the documents, checks the
//! policy, opens a dossier, orients it, and hands the handler a case that needs no second phone call.
//!
//! # The rooms, in the order in which a message walks through them
//!
//! | room | what it is for |
//! |---|---|
//! | [`cli`] | one file a subcommand; the only room that prints |
//! | [`config`] | the documented default, a file, the environment |
//! | [`domain`] | plain types: identifiers, facts, messages, time; depends on nothing |
//! | [`identity`] | users, and the scope of what each may see |
//! | [`channel`] | what every provider keeps: decode and verify what comes, render and deliver what goes |
//! | [`intake`] | durable receipt, one thing at a time for each conversation |
//! | [`conversation`] | one turn: runs the flow and gathers what must be kept |
//! | [`replay`] | the same turns played from lists: transcripts, a talk in the terminal |
//! | [`understanding`] | free text to values, commands, choices and danger |
//! | [`flow`] | two rooms: `program`, what the files say; `run`, the pure `(program, state, event, now) -> (state, effects)` |
//! | [`dossier`] | the case: status, wanted documents, the lines of its timeline |
//! | [`contract`] | policies, cover at the date of loss, working days |
//! | [`document`] | received files: durable, recognised by content, looked at, shown again |
//! | [`orientation`] | a decision table's answer, with its reasons |
//! | [`planning`] | who can take a mission and why, and when they are free |
//! | [`outbox`] | what is to be sent: claimed in order, at each account's pace, tried again, given up loudly |
//! | [`assignment`] | new dossiers are given to members of their desks who are here |
//! | [`inspection`] | received files are looked at after their acknowledgement, from a durable queue |
//! | [`finding`] | the full-text index follows what is stored, so that no message waits for it |
//! | [`housekeeping`] | what is over goes, in batches that nobody waits for |
//! | [`store`] | the only room that speaks SQL: SQLite and PostgreSQL under one contract |
//! | [`web`] | the HTTP edge: chat, upload, console, channels |
//! | [`telemetry`] | logs and numbers, without people's data |
//!
//! What the business edits (flows, tables, insurers, people's words) is in `flows/`, never here. `docs/architecture.md` walks
//! with a message and a reply through the rooms, and says what to touch for the changes that come most often.
//!
//! # What must always be true
//!
//! 1. **`flow` is pure.** Time, policies and decisions come in as events; the same inputs give the same outputs.
//! 2. **Stored before acknowledged.** [`intake::Intake::receive`] returns when the message, the new state, the replies
//!    and the dossier's changes are on disk, by one transaction; a file's bytes are there before its row
//!    ([`document`]).
//! 3. **Once.** The provider's identifier is a key in that same transaction ([`store::Key`]).
//! 4. **In order.** In one process a conversation does one thing at a time ([`intake`]); among nodes its revision fences every
//!    write ([`store::CommitError::Conflict`]), and what is sent or timed is claimed by a lease.
//! 5. **Nothing is pushed but through the [`outbox`]**, whose rows come with the turn that says them; no transaction spans
//!    a network call, but the database's own.
//! 6. **A conversation keeps the flow revision that it began with**; the database keeps the old ones.
//! 7. **Only [`store`] names sqlx and rusqlite, only `channel::telegram` teloxide, only `channel::email` lettre.**
//!    `tests/it/architecture/` holds this and the rooms' edges.
//! 8. **Never an automatic refusal.** [`contract`] and [`orientation`] inform and give reasons; a person decides.
//! 9. **Every decision explains itself**: the rule, its inputs, what it passed over, who overrode it and why.
//! 10. **Personal data is not logged**; identifiers are.
//! 11. **Asked only what can still change something**, before the claim is sent (`flow/program/outlook.rs`), but for what the
//!     flows mark as always asked.
//! 12. **What shows or changes cases for a user carries a scope** ([`store::Cases`]); every scope sees everything today.
//! 13. **No statement scans a table that grows**: `store/tests.rs` runs each on a full database and asks both engines how. *Not
//!     held everywhere yet*: lists, queues and caches have a bound, every wait has an end, and a refusal comes before the
//!     acknowledgement.
//! 14. *Not held everywhere yet*: **nothing is said that is not done**.

// Unit tests make rows as the integration tests do, by the same file, which names the crate.
#[cfg(test)]
extern crate self as guichet;

#[cfg(all(test, feature = "simulation"))]
#[path = "../tests/faults/simulation/mod.rs"]
mod simulation;

#[cfg(any(test, fuzzing))]
#[path = "../tests/fuzz/targets.rs"]
pub mod fuzz;

pub mod assignment;
pub mod channel;
pub mod cli;
pub mod config;
pub mod contract;
pub mod conversation;
pub mod document;
pub mod domain;
pub mod dossier;
pub mod finding;
pub mod flow;
pub mod housekeeping;
pub mod identity;
pub mod inspection;
pub mod intake;
pub mod orientation;
pub mod outbox;
pub mod planning;
pub mod replay;
pub mod store;
pub mod telemetry;
pub mod understanding;
pub mod web;
