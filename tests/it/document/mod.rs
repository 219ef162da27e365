//! Documents with the tools that the system has.

mod malware;
#[path = "../../../src/document/testing.rs"]
mod testing;
mod tools;
