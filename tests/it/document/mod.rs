//! Documents with the tools that the system has.

mod tools;
