//! The program as its operator runs it.

mod private;
