//! The program as its operator runs it.

mod damage;
mod demo;
mod private;
mod ready;
mod share;
mod sole_server;
