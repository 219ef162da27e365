//! The store's contract, held on both engines.

mod backup;
mod commit;
mod failover;
mod faults;
mod find;
mod hung;
mod inbox;
mod landing;
mod links;
mod mailbox;
mod migration;
mod one_conversation;
mod outbox;
mod planning;
mod requests;
mod round_trip;
mod rows;
mod schema;
