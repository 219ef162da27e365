//! Conversations go on with the flows of every landing, and nodes of two versions share a database.

mod landings;
mod listeners;
mod opening;
mod versions;
