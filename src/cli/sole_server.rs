//! An SQLite file has one server: what one remembers of a conversation another would not know to be old.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::PathBuf,
};

use crate::store::sqlite_file;

/// Why a server may not serve a database.
#[derive(Debug, thiserror::Error)]
pub enum NotAlone {
    #[error(
        "another Guichet{} serves {} already: stop it first (`kill` ends it well). Several nodes need PostgreSQL: set store.url",
        with_number(process),
        file.display()
    )]
    Taken { file: PathBuf, process: String },
    #[error("the lock file {} cannot be taken: {error}; look at the rights of its folder", path.display())]
    Failed { path: PathBuf, error: io::Error },
}

fn with_number(process: &str) -> String {
    if process.is_empty() { String::new() } else { format!(" (process {process})") }
}

/// An SQLite file that this server alone serves. The system gives it back however the process ends. For PostgreSQL there is
/// nothing to hold.
#[derive(Debug)]
pub(super) struct SoleServer {
    /// Holds the number of the process, for as long as it runs: one that was killed leaves it there.
    lock: Option<File>,
    /// Whether the server before was killed, or its machine fell.
    pub(super) follows_a_cut: bool,
    /// Whether this one has begun to serve.
    serves: bool,
}

impl SoleServer {
    /// Takes the database at `url`.
    pub(super) fn take(url: &str) -> Result<Self, NotAlone> {
        let Some(file) = sqlite_file(url) else { return Ok(Self { lock: None, follows_a_cut: false, serves: false }) };
        let mut path = file.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let failed = |error| NotAlone::Failed { path: path.clone(), error };
        let mut lock =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        let taken = lock.try_lock();
        let mut before = String::new();
        lock.read_to_string(&mut before).map_err(failed)?;
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(NotAlone::Taken { file, process: before.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut sole = Self { lock: Some(lock), follows_a_cut: !before.is_empty(), serves: false };
        sole.write(&format!("{}\n", std::process::id())).map_err(failed)?;
        Ok(sole)
    }

    /// It begins to serve: from now on only [`SoleServer::end`] is a good end.
    pub(super) fn serves(&mut self) {
        self.serves = true;
    }

    /// The server ended well.
    pub(super) fn end(mut self) {
        if let Err(error) = self.write("") {
            tracing::warn!(%error, "the next start takes this end for a cut");
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let Some(lock) = &mut self.lock else { return Ok(()) };
        lock.set_len(0)?;
        lock.rewind()?;
        lock.write_all(text.as_bytes())
    }
}

impl Drop for SoleServer {
    /// A start that failed is no cut, and does not hide the one before it.
    fn drop(&mut self) {
        if !self.serves
            && !self.follows_a_cut
            && let Err(error) = self.write("")
        {
            tracing::warn!(%error, "the next start takes this one's failure for a cut");
        }
    }
}
