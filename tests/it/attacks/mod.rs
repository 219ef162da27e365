//! What was done to a running instance from outside, in small.

mod files;
mod mail;
