//! The store's contract, held on both engines.

mod commit;
mod faults;
mod rows;
mod schema;
