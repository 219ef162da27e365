//! One turn of a conversation: runs the flow and turns what it asks for into what the store must keep.
//!
//! Nothing here writes: a [`Turn`] collects messages, facts, timeline and decisions, and the intake commits them at
//! once. Nothing here sends either: what Guichet says is a row, with another in the outbox where it must be pushed. What a
//! turn reads goes through one contract, [`LookUps`], which the store keeps, and the lists of `replay`.
//!
//! Architecture invariant: no circle of files. A turn is data (`turn`), which `apply` changes as the flow asks; what a person,
//! a handler or time brings about stands above it, and `make` above all.

mod accounts;
mod action;
mod alerts;
mod apply;
mod appointment;
mod channel_switch;
mod clocks;
mod closing;
mod due;
mod error;
pub mod files;
mod foreseen;
mod handler;
mod input;
mod keyword;
mod loaded;
mod logged_state;
mod look_ups;
mod make;
mod on_message;
mod page;
mod services;
mod shared;
mod time;
mod turn;

pub use accounts::Accounts;
pub use action::{Action, Actor, Because, DueStep, MissionStep};
pub use alerts::Alert;
pub use channel_switch::{Presented, presented};
pub use closing::begins_another;
pub use due::PlannedReply;
pub use error::ConversationError;
pub use foreseen::Foreseen;
pub use input::{InboundContext, Input};
pub use loaded::Conversation;
pub use logged_state::{LoggedState, StateFormat};
pub use look_ups::{LookUp, LookUps};
pub use page::{declaration, desk_field, read_desk_field, read_field, templates};
pub use services::{Observer, Services};
pub use turn::Turn;
