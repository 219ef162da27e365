//! Backups of an SQLite database and the documents' folder, made while the server runs. (PostgreSQL has its own tools:
//! `docs/backup.md` is the guide.)
//!
//! A backup is a folder: the database as it was at one instant, the documents of its rows in the layout of the live folder,
//! `manifest.json`, and `SHA256SUMS` over all of it in the form that `sha256sum -c` reads. The database is copied first and
//! its documents second: a document is on disk before its row and never changes, so every row's file is there. All of it
//! is written under another name, flushed, and gets its own name at the end: what was interrupted is never taken for whole.

mod create;
mod error;
mod files;
mod manifest;
mod restore;
mod verify;

pub use create::create;
pub use error::BackupError;
pub use manifest::{Live, Manifest, Progress};
pub use restore::{refuse_unfinished_restore, restore};
pub use verify::{Finding, verify};
