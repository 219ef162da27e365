//! How far SQLite's log was written, noted beside the file.
//!
//! Whoever reads a log after a cut believes it as far as its checksums hold. One wrong bit in it, and all that was written
//! behind it is gone without a word. So each transaction that writes counts itself in the table `written`, and its number
//! is noted here when it is durable. The note is not flushed: a kill leaves it as it is, and a power cut may leave an older one,
//! never one of a transaction that was not flushed before. A database that has fewer transactions than were noted has lost some,
//! and stays as far behind its note until a server has told so.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
};

/// The end of the note's name.
const ENDING: &str = ".written";
/// A number with its line's end: always as long, so that it is replaced whole.
const WIDTH: usize = 20;

/// The note beside a database.
#[derive(Debug)]
pub(super) struct LogEnd {
    note: File,
    /// How many transactions are missing of which nobody was told.
    missing: AtomicI64,
    failed: AtomicBool,
}

fn note_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// Takes away the note of a database that was there before.
pub(super) fn forget(database: &Path) -> io::Result<()> {
    match fs::remove_file(note_of(database)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl LogEnd {
    pub(super) fn open(database: &Path) -> io::Result<Self> {
        let options = File::options().create(true).truncate(false).read(true).write(true).open(note_of(database));
        Ok(Self { note: options?, missing: AtomicI64::new(0), failed: AtomicBool::new(false) })
    }

    /// The number that was noted last; none where there is no note, or none that can be read.
    pub(super) fn noted(&self) -> Option<i64> {
        let mut bytes = [0; WIDTH];
        self.note.read_exact_at(&mut bytes, 0).ok()?;
        std::str::from_utf8(&bytes).ok()?.trim().parse().ok()
    }

    /// So many transactions are missing that were noted: whatever is noted from now on stays as far ahead, so that whoever opens
    /// the database next sees it too.
    pub(super) fn miss(&self, missing: i64) {
        self.missing.store(missing, Ordering::Relaxed);
    }

    /// Notes the number of a transaction that is durable.
    pub(super) fn note(&self, number: i64) {
        let number = number.saturating_add(self.missing.load(Ordering::Relaxed));
        let noted = self.note.write_all_at(format!("{number:>WIDTH$}\n").as_bytes(), 0);
        if let Err(error) = noted
            && !self.failed.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "how far the log is written cannot be noted: a loss of its end would not be noticed");
        }
    }
}

#[cfg(test)]
mod tests;
