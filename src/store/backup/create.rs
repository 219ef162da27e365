//! Making a backup.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    io::{BufWriter, Write as _},
    path::Path,
    time::Duration,
};

use jiff::Timestamp;
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    error::{BackupError, at},
    files,
    manifest::{DATABASE, DOCUMENTS, FORMAT, Live, MANIFEST, Manifest, Progress, Rows, SUMS, UNFINISHED},
};
use crate::store::{db::Db, schema, value::args};

/// How many rows of documents are read at once.
const PAGE: i64 = 1000;
/// How often it is told how far the database's copy is.
const TOLD: Duration = Duration::from_secs(1);
/// A copy that SQLite was about to write to, of an attempt that was killed.
const JOURNAL: &str = "guichet.db-journal";

/// Makes a backup in `folder`, which is not there yet, or empty. An attempt that was interrupted is taken up: documents that
/// were placed stay, the database is copied anew.
///
/// # Errors
///
/// Nothing is in `folder` then. What was written stands beside it, for the next attempt.
pub async fn create(
    live: Live<'_>,
    folder: &Path,
    now: Timestamp,
    mut told: impl FnMut(Progress),
) -> Result<Manifest, BackupError> {
    let database = live.database()?;
    if !database.is_file() {
        return Err(BackupError::NoDatabase(database));
    }
    if !files::parent(folder).is_dir() {
        return Err(BackupError::NoFolder(files::parent(folder).to_owned()));
    }
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    let partial = files::with_ending(folder, UNFINISHED);
    files::make_folder(&partial)?;
    // The lock goes with the process, however it ends.
    let lock = fs::File::open(&partial).map_err(at(&partial))?;
    lock.try_lock().map_err(|_| BackupError::Busy(partial.clone()))?;
    for left in [DATABASE, JOURNAL, MANIFEST, SUMS] {
        match fs::remove_file(partial.join(left)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(at(&partial)(error)),
            _ => {}
        }
    }

    let copy = partial.join(DATABASE);
    copy_database(live, &database, &copy, &mut told).await?;
    let snapshot = Db::open_snapshot(&copy).await?;
    let rows = Rows::count(&snapshot).await?;
    let schema = schema::version(&snapshot).await?;
    let sums = partial.join(SUMS);
    let mut list = BufWriter::new(files::new_file(&sums)?);
    let placed = place_documents(live, &snapshot, &partial, &rows, &mut list, &mut told).await;
    snapshot.close().await;
    let (files, absent) = placed?;

    let (digest, database_bytes) = files::digest(&copy, |_| ())?;
    let program = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest { format: FORMAT, program, schema, at: now, database_bytes, rows, files, absent };
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    files::write(&partial.join(MANIFEST), text.as_bytes())?;
    let (digest_of_manifest, _) = files::digest(&partial.join(MANIFEST), |_| ())?;
    let listed = writeln!(list, "{digest}  {DATABASE}\n{digest_of_manifest}  {MANIFEST}");
    listed.and_then(|()| list.into_inner()?.sync_all()).map_err(at(&sums))?;

    files::flush_folders(&partial)?;
    fs::rename(&partial, folder).map_err(at(folder))?;
    files::flush(files::parent(folder))?;
    drop(lock);
    Ok(manifest)
}

/// The database as it is at one instant, while others write.
///
/// `VACUUM INTO` reads everything in one transaction and writes a database without gaps, each tree in its order. SQLite's
/// backup interface would copy page by page, faster on a large file; but from another process than the server's it begins
/// anew whenever the server writes, unless it too keeps one transaction open. What both cost: while the transaction is open
/// the log cannot be shortened, so it grows by what is written meanwhile.
async fn copy_database(
    live: Live<'_>,
    database: &Path,
    copy: &Path,
    told: &mut impl FnMut(Progress),
) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true).busy_timeout(Duration::from_secs(5));
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let pages = "SELECT (page_count - freelist_count) * page_size \
                 FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let bytes: i64 = sqlx::query(pages).fetch_one(&mut connection).await?.try_get(0)?;
    let bytes = u64::try_from(bytes).unwrap_or_default();
    let documents = if files::on_one_disk(live.documents, files::parent(copy)) {
        0
    } else {
        let sum = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM document";
        let sum: i64 = sqlx::query(sum).fetch_one(&mut connection).await?.try_get(0)?;
        u64::try_from(sum).unwrap_or_default()
    };
    files::require_room(files::parent(copy), bytes + documents, live.keep_free)?;
    let Some(name) = copy.to_str() else { return Err(at(copy)(std::io::ErrorKind::InvalidFilename.into())) };
    // SQLite takes an empty file for a new one; so it is the owner's alone from the first byte on.
    files::new_file(copy)?;
    {
        let vacuum = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection);
        tokio::pin!(vacuum);
        loop {
            tokio::select! {
                done = &mut vacuum => {
                    done?;
                    break;
                }
                () = tokio::time::sleep(TOLD) => {
                    let done = copy.metadata().map_or(0, |data| data.len());
                    told(Progress::Database { done: done.min(bytes), of: bytes });
                }
            }
        }
    }
    connection.close().await?;
    let written = copy.metadata().map_err(at(copy))?.len();
    told(Progress::Database { done: written, of: written });
    files::flush(copy)
}

/// Places the files of all rows, and lists them. Returns how many there are, and the digests of those that are not there.
async fn place_documents(
    live: Live<'_>,
    snapshot: &Db,
    partial: &Path,
    rows: &Rows,
    list: &mut impl std::io::Write,
    told: &mut impl FnMut(Progress),
) -> Result<(u64, Vec<String>), BackupError> {
    if rows.documents > 0 && !live.documents.is_dir() {
        return Err(BackupError::NoFolder(live.documents.to_owned()));
    }
    let documents = partial.join(DOCUMENTS);
    files::make_folder(&documents)?;
    let (mut after, mut done, of) = (String::new(), 0, u64::try_from(rows.documents).unwrap_or_default());
    let (mut kept, mut absent) = (HashSet::new(), BTreeSet::new());
    loop {
        let page = "SELECT id, sha256 FROM document WHERE id > $1 ORDER BY id LIMIT $2";
        let page = snapshot.fetch(page, &args![after.as_str(), PAGE]).await?;
        let Some(last) = page.last() else { break };
        after = last.text(0)?;
        for row in &page {
            let sha256 = row.text(1)?;
            done += 1;
            if absent.contains(&sha256) || !kept.insert(sha256.clone()) {
                continue;
            }
            if files::place(&sha256, live.documents, &documents, live.keep_free)? {
                let path = format!("{DOCUMENTS}/sha256/{}/{}", &sha256[..2], &sha256[2..]);
                writeln!(list, "{sha256}  {path}").map_err(at(partial))?;
            } else {
                kept.remove(&sha256);
                absent.insert(sha256);
            }
        }
        told(Progress::Documents { done, of });
    }
    // What an attempt before placed for rows that went since, or did not finish.
    files::each_file(&documents, |path, file| {
        let sha256: String = path.trim_start_matches("sha256/").split('/').collect();
        if kept.contains(&sha256) { Ok(()) } else { fs::remove_file(file).map_err(at(file)) }
    })?;
    Ok((kept.len() as u64, absent.into_iter().collect()))
}
