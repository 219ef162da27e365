//! Putting a backup in the place of nothing.

use std::{fs, path::Path};

use super::{
    error::{BackupError, at},
    files,
    manifest::{DATABASE, DOCUMENTS, Live, Manifest, Progress},
    verify::{Finding, verify},
};
use crate::store::{db::sqlite_file, log_end};

/// The end of the database's name until all is in its place: the documents are there first, the database last, so that
/// no server finds one without the other.
const RESTORING: &str = ".restoring";

/// Refuses a database that a restore has not finished: a server would make an empty one in its place.
///
/// # Errors
///
/// [`BackupError::Unfinished`].
pub fn refuse_unfinished_restore(url: &str) -> Result<(), BackupError> {
    match sqlite_file(url) {
        Some(file) if !file.exists() && files::with_ending(&file, RESTORING).exists() => {
            Err(BackupError::Unfinished(file))
        }
        _ => Ok(()),
    }
}

/// Verifies a backup, then puts it where no database and no documents are. What was interrupted goes on.
///
/// # Errors
///
/// The backup is damaged, something is there already, or there is no room: nothing was changed then. Where the disk fails on
/// the way, no database is there, and another run goes on.
pub async fn restore(
    live: Live<'_>,
    folder: &Path,
    mut told: impl FnMut(Progress),
    found: impl FnMut(Finding),
) -> Result<Manifest, BackupError> {
    let database = live.database()?;
    let unfinished = files::with_ending(&database, RESTORING);
    for there in [database.clone(), files::with_ending(&database, "-wal")] {
        if there.exists() {
            return Err(BackupError::DatabaseThere(database));
        }
    }
    if !unfinished.exists() {
        files::each_file(live.documents, |_, _| Err(BackupError::DocumentsThere(live.documents.to_owned())))?;
    }
    let (manifest, damage) = verify(folder, &mut told, found).await?;
    if damage > 0 {
        return Err(BackupError::Damaged(damage));
    }

    let place = files::parent(&database);
    files::make_folder(place)?;
    files::require_room(place, manifest.database_bytes, live.keep_free)?;
    let source = folder.join(DATABASE);
    let of = manifest.database_bytes;
    files::copy(&source, &unfinished, |done| told(Progress::Database { done, of }))?;
    files::flush(place)?;
    files::make_folder(live.documents)?;
    let documents = folder.join(DOCUMENTS);
    let mut done = 0;
    files::each_file(&documents, |path, file| {
        let sha256: String = path.trim_start_matches("sha256/").split('/').collect();
        if !files::place(&sha256, &documents, live.documents, live.keep_free)? {
            return Err(BackupError::Changed(file.to_owned()));
        }
        done += 1;
        told(Progress::Documents { done, of: manifest.files });
        Ok(())
    })?;
    files::flush_folders(live.documents)?;
    // What was noted of another database says nothing of this one.
    log_end::forget(&database).map_err(at(&database))?;
    fs::rename(&unfinished, &database).map_err(at(&database))?;
    files::flush(place)?;
    Ok(manifest)
}
