//! Guichet: the single counter of a claims service.

pub mod channel;
pub mod cli;
pub mod config;
pub mod contract;
pub mod conversation;
pub mod document;
pub mod domain;
pub mod dossier;
pub mod flow;
pub mod intake;
pub mod orientation;
pub mod store;
pub mod telemetry;
pub mod understanding;
pub mod web;
