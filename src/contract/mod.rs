//! Policies: how they are imported and found, and what they say about a loss.
//!
//! Pure rules, no I/O. This room informs and gives its reasons; it never refuses anything: a person decides whether a
//! late declaration or a missing cover matters.

mod calendar;
mod cover;
mod import;
mod policy;
mod search;

pub use calendar::{Calendar, CalendarError};
pub use cover::{Assessment, Loss, Reason, assess};
pub use import::{COLUMNS, ImportError, read_policies};
pub use policy::{Cover, Policy};
pub use search::{Asker, is_holder, name_key, name_keys, number_key, pick};
