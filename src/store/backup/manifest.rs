//! What a backup says of itself, and the names of what it holds.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{BackupError, at};
use crate::store::{
    db::{Db, sqlite_file},
    error::StoreError,
    relog,
    value::args,
};

/// The format of the folders that this program makes, and the latest that it reads.
pub(super) const FORMAT: u32 = 1;
pub(super) const MANIFEST: &str = "manifest.json";
/// The digest of every other file, the manifest's too, each as `DIGEST  PATH`.
pub(super) const SUMS: &str = "SHA256SUMS";
/// The end of a name under which something is still being written.
pub(super) const UNFINISHED: &str = ".partial";
pub(super) const DATABASE: &str = "guichet.db";
pub(super) const DOCUMENTS: &str = "documents";

/// What is backed up, or restored to.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// The database's address.
    pub url: &'a str,
    /// The documents' folder.
    pub documents: &'a Path,
    /// So many bytes stay free on the disk that is written to.
    pub keep_free: u64,
}

impl Live<'_> {
    /// SQLite's file.
    pub(super) fn database(&self) -> Result<PathBuf, BackupError> {
        sqlite_file(self.url).ok_or(BackupError::Postgres)
    }
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// The version of the database's schema.
    pub schema: i64,
    /// When it was begun: what was acknowledged before is in it.
    pub at: Timestamp,
    pub database_bytes: u64,
    pub rows: Rows,
    /// The documents' files: several rows may have the same one.
    pub files: u64,
    /// The digests of documents whose rows were there and whose files were not, or were damaged, when it was made.
    pub absent: Vec<String>,
}

/// How many rows the database has of what people ask for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    pub conversations: i64,
    pub dossiers: i64,
    pub documents: i64,
}

impl Rows {
    pub(super) async fn count(db: &Db) -> Result<Self, StoreError> {
        // Where a move into the new form was interrupted, some conversations are still in the old one.
        let old = if relog::is_under_way(db).await? { "+ (SELECT COUNT(*) FROM conversation_before)" } else { "" };
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM conversation) {old}, (SELECT COUNT(*) FROM dossier), \
             (SELECT COUNT(*) FROM document)"
        );
        let counted = db.fetch_one(&sql, &args![]).await?;
        let of = |column| counted.as_ref().map_or(Ok(0), |row| row.int(column));
        Ok(Self { conversations: of(0)?, dossiers: of(1)?, documents: of(2)? })
    }
}

impl Manifest {
    /// Reads the manifest of a backup that was finished.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST);
        let is_unfinished =
            folder.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(UNFINISHED.as_bytes()));
        if is_unfinished || !path.is_file() || !folder.join(SUMS).is_file() {
            return Err(BackupError::NotWhole(folder.to_owned()));
        }
        let text = std::fs::read(&path).map_err(at(&path))?;
        let problem =
            |error: serde_json::Error| BackupError::Unreadable { path: path.clone(), problem: error.to_string() };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(problem)?;
        let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or_default();
        match u32::try_from(found) {
            Ok(found) if found > FORMAT => Err(BackupError::NewerFormat { found, known: FORMAT }),
            _ => serde_json::from_value(value).map_err(problem),
        }
    }
}

/// How far a long command is.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// Bytes of the database, written or read again.
    Database { done: u64, of: u64 },
    /// Documents, copied or read again.
    Documents { done: u64, of: u64 },
    /// Logs of conversations that were verified.
    Logs { done: u64 },
}
