//! What the tests stand on: a fresh database of each engine for each test, rows to put into it, privileged mounts.

mod answers;
mod bot_api;
#[path = "../../load/client.rs"]
mod client;
mod cluster;
mod database;
mod house;
mod line;
mod mount;
mod node;
#[path = "../../load/people.rs"]
mod people;
mod process;
mod rows;
mod server;
mod wait;

/// The scope of a user who sees everything.
pub(crate) static ALL: guichet::identity::Scope = guichet::identity::Scope::everything();

pub(crate) use bot_api::{BotApi, Someone};
pub(crate) use client::Client;
pub(crate) use cluster::Cluster;
pub(crate) use database::{Database, on_both_engines};
pub(crate) use house::{House, on, photo, photo_in, said};
pub(crate) use line::Line;
pub(crate) use mount::{Mount, run};
pub(crate) use node::ask_node;
pub(crate) use people::Place;
pub(crate) use process::Process;
pub(crate) use rows::{Case, at, endpoint};
pub(crate) use server::{Receipt, Server, Stopped};
pub(crate) use wait::until;
