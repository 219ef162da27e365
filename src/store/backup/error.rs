//! Why a backup or a restore stops, said so that the operator knows what to do.

use std::path::{Path, PathBuf};

use crate::store::error::StoreError;

/// An error of a backup. Nothing that was there before is changed then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "this command is for SQLite: back up PostgreSQL with pg_dump (or a base backup), then copy the documents' folder; \
         docs/backup.md has the commands, for the way back too"
    )]
    Postgres,
    #[error("there is no database {}: check store.url in the configuration", .0.display())]
    NoDatabase(PathBuf),
    #[error("there is no folder {}: make it, or mount the disk that holds it", .0.display())]
    NoFolder(PathBuf),
    #[error("{} is there already and is not empty: name another folder", .0.display())]
    NotEmpty(PathBuf),
    #[error("another backup is writing {} at this moment: wait for its end", .0.display())]
    Busy(PathBuf),
    #[error("{needed_mib} MiB are needed in {}, {free_mib} MiB are free beside what is to stay free: make room", .folder.display())]
    NoRoom { folder: PathBuf, needed_mib: u64, free_mib: u64 },
    #[error("{} is no whole backup: one that was interrupted is called NAME.partial, or has no manifest.json and SHA256SUMS. Run `guichet backup` again", .0.display())]
    NotWhole(PathBuf),
    #[error("{}: {problem}; this is not as `guichet backup` wrote it", .path.display())]
    Unreadable { path: PathBuf, problem: String },
    #[error("the backup has format {found}, this Guichet knows up to {known}: use a newer Guichet")]
    NewerFormat { found: u32, known: u32 },
    #[error("the backup is damaged, {0} findings: nothing was restored; `guichet backup verify` lists them")]
    Damaged(u64),
    #[error("{}: {error}", .path.display())]
    Io { path: PathBuf, error: std::io::Error },
    #[error("{} changed while it was copied: run the command again", .0.display())]
    Changed(PathBuf),
    #[error("{} holds documents already: a restore takes an empty folder, set documents.folder to one", .0.display())]
    DocumentsThere(PathBuf),
    #[error("the database {} is there already: a restore overwrites nothing, move it away or set store.url to another", .0.display())]
    DatabaseThere(PathBuf),
    #[error("a restore to {} was interrupted: run `guichet restore` again, it goes on", .0.display())]
    Unfinished(PathBuf),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes of an input or output error one that names the path.
pub(super) fn at(path: &Path) -> impl Fn(std::io::Error) -> BackupError + '_ {
    move |error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::DiskFull.into(),
        _ => BackupError::Io { path: path.to_owned(), error },
    }
}
