//! Whether a backup is as it was written, and whole.

use std::{
    collections::HashSet,
    fmt,
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    error::{BackupError, at},
    files,
    manifest::{DATABASE, DOCUMENTS, MANIFEST, Manifest, Progress, Rows, SUMS},
};
use crate::{
    document::original_path,
    store::{
        audit::{self, BrokenLog},
        db::Db,
        engine::Engine,
        error::StoreError,
        relog, schema,
        value::args,
    },
};

/// How many rows of documents are read at once.
const PAGE: i64 = 1000;
/// How often the reading of documents is told.
const TOLD: u64 = 100;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A line of `SHA256SUMS` that says nothing.
    Line(usize),
    /// A file that is listed and not there.
    Missing(String),
    /// A file whose bytes are not those that were written.
    Changed(String),
    /// A file that nothing lists.
    Unlisted(String),
    /// What SQLite found.
    Database(String),
    /// The manifest counts otherwise than the database.
    Counted,
    /// A document's row without its file.
    NoFile {
        document: String,
    },
    /// The same, and it was so when the backup was made: the backup itself is sound.
    Absent {
        document: String,
    },
    Log(BrokenLog),
}

impl Finding {
    /// Whether the backup is damaged by it.
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::Absent { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "{SUMS}: line {line} is none that was written"),
            Self::Missing(path) => write!(f, "{path}: is not there"),
            Self::Changed(path) => write!(f, "{path}: is not as it was written"),
            Self::Unlisted(path) => write!(f, "{path}: was not part of the backup"),
            Self::Database(problem) => write!(f, "{DATABASE}: {problem}"),
            Self::Counted => write!(f, "{MANIFEST}: counts otherwise than the database"),
            Self::NoFile { document } => write!(f, "document {document}: its file is not there"),
            Self::Absent { document } => write!(f, "document {document}: had no whole file when the backup was made"),
            Self::Log(broken) => write!(f, "{broken}"),
        }
    }
}

/// Reads all of a backup again: every digest, the database's structure, that each document has its file, and every
/// conversation's log. Returns its manifest and how many findings are damage.
///
/// # Errors
///
/// The folder is no backup that was finished, or cannot be read.
pub async fn verify(
    folder: &Path,
    mut told: impl FnMut(Progress),
    mut found: impl FnMut(Finding),
) -> Result<(Manifest, u64), BackupError> {
    let manifest = Manifest::read(folder)?;
    let mut damage = 0;
    let mut find = |finding: Finding| {
        damage += u64::from(finding.is_damage());
        found(finding);
    };
    let database_is_whole = verify_digests(folder, &manifest, &mut told, &mut find)?;
    // What SQLite would say of other bytes than those that were written helps nobody.
    if database_is_whole {
        verify_database(folder, &manifest, &mut told, &mut find).await?;
    }
    Ok((manifest, damage))
}

/// Returns whether the database is as it was written.
fn verify_digests(
    folder: &Path,
    manifest: &Manifest,
    told: &mut impl FnMut(Progress),
    find: &mut impl FnMut(Finding),
) -> Result<bool, BackupError> {
    let (mut database_is_whole, mut documents) = (false, 0);
    let mut listed = HashSet::new();
    let sums = folder.join(SUMS);
    for (line, number) in BufReader::new(File::open(&sums).map_err(at(&sums))?).split(b'\n').zip(1..) {
        let line = line.map_err(at(&sums))?;
        let Some((sha256, path)) = std::str::from_utf8(&line).ok().and_then(read_line) else {
            find(Finding::Line(number));
            continue;
        };
        let file = folder.join(path);
        if !file.is_file() {
            find(Finding::Missing(path.to_owned()));
            continue;
        }
        let is_database = path == DATABASE;
        let (digest, _) = files::digest(&file, |done| {
            if is_database {
                told(Progress::Database { done, of: manifest.database_bytes });
            }
        })?;
        if digest != sha256 {
            find(Finding::Changed(path.to_owned()));
        } else if is_database {
            database_is_whole = true;
        }
        if path.starts_with(DOCUMENTS) {
            documents += 1;
            if documents % TOLD == 0 || documents == manifest.files {
                told(Progress::Documents { done: documents, of: manifest.files });
            }
        }
        listed.insert(path.to_owned());
    }
    for must in [DATABASE, MANIFEST] {
        if !listed.contains(must) && folder.join(must).is_file() {
            find(Finding::Unlisted(must.to_owned()));
        }
    }
    files::each_file(&folder.join(DOCUMENTS), |path, _| {
        let path = format!("{DOCUMENTS}/{path}");
        if !listed.contains(&path) {
            find(Finding::Unlisted(path));
        }
        Ok(())
    })?;
    Ok(database_is_whole)
}

/// `DIGEST  PATH`, of a path that leads to nowhere else.
fn read_line(line: &str) -> Option<(&str, &str)> {
    let (sha256, path) = line.split_once("  ")?;
    let is_known = path == DATABASE
        || path == MANIFEST
        || path.strip_prefix(DOCUMENTS).is_some_and(|path| path.starts_with("/sha256/") && !path.contains(".."));
    (is_known && sha256.len() == 64).then_some((sha256, path))
}

async fn verify_database(
    folder: &Path,
    manifest: &Manifest,
    told: &mut impl FnMut(Progress),
    find: &mut impl FnMut(Finding),
) -> Result<(), BackupError> {
    let file = folder.join(DATABASE);
    let options = SqliteConnectOptions::new().filename(&file).read_only(true).immutable(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    for row in sqlx::query("PRAGMA integrity_check").fetch_all(&mut connection).await? {
        let problem: String = row.try_get(0)?;
        if problem != "ok" {
            find(Finding::Database(problem));
        }
    }
    connection.close().await?;

    let snapshot = Db::open_snapshot(&file).await?;
    let (found, known) = (schema::version(&snapshot).await?, schema::known());
    if found > known {
        return Err(StoreError::NewerSchema { found, known }.into());
    }
    if found != manifest.schema || Rows::count(&snapshot).await? != manifest.rows {
        find(Finding::Counted);
    }
    verify_files(&snapshot, folder, manifest, find).await?;
    let mut tell = |done, broken: Option<BrokenLog>| {
        told(Progress::Logs { done });
        if let Some(broken) = broken {
            find(Finding::Log(broken));
        }
    };
    if found == known && !relog::is_under_way(&snapshot).await? {
        audit::verify_logs(&snapshot, &mut tell).await?;
        snapshot.close().await;
    } else {
        snapshot.close().await;
        // Of an older program, or not moved whole into the new form: this one reads it as it would after the restore, in a copy.
        let scratch = tempfile::tempdir().map_err(at(&std::env::temp_dir()))?;
        let copy = scratch.path().join(DATABASE);
        files::require_room(scratch.path(), 2 * manifest.database_bytes, 0)?;
        files::copy(&file, &copy, |_| ())?;
        let migrated = Engine::open(&format!("sqlite:{}", copy.display())).await?;
        migrated.verify_logs(&mut tell).await?;
        migrated.close().await;
    }
    Ok(())
}

/// Whether each document's row has its file.
async fn verify_files(
    snapshot: &Db,
    folder: &Path,
    manifest: &Manifest,
    find: &mut impl FnMut(Finding),
) -> Result<(), BackupError> {
    let documents = folder.join(DOCUMENTS);
    let absent: HashSet<&str> = manifest.absent.iter().map(String::as_str).collect();
    let mut after = String::new();
    loop {
        let page = "SELECT id, sha256 FROM document WHERE id > $1 ORDER BY id LIMIT $2";
        let page = snapshot.fetch(page, &args![after.as_str(), PAGE]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.text(0)?;
        for row in &page {
            let (document, sha256) = (row.text(0)?, row.text(1)?);
            if original_path(&documents, &sha256).is_some_and(|file| file.is_file()) {
                continue;
            }
            find(if absent.contains(sha256.as_str()) {
                Finding::Absent { document }
            } else {
                Finding::NoFile { document }
            });
        }
    }
}
