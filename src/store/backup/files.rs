//! Files as a backup needs them: private, flushed, with their digests.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{Read, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    error::{BackupError, at},
    manifest::UNFINISHED,
};
use crate::document::{free_bytes, original_path};

/// People's claims: for the owner alone.
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_FOLDER: u32 = 0o700;
/// How much is read at once.
const CHUNK: usize = 1024 * 1024;
const MIB: u64 = 1024 * 1024;

/// Makes a folder, and those above it, where they are missing.
pub(super) fn make_folder(path: &Path) -> Result<(), BackupError> {
    DirBuilder::new().recursive(true).mode(PRIVATE_FOLDER).create(path).map_err(at(path))
}

/// A new file of the owner's alone; one that was left there by an attempt before is emptied.
pub(super) fn new_file(path: &Path) -> Result<File, BackupError> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE_FILE).open(path);
    let file = file.map_err(at(path))?;
    file.set_permissions(Permissions::from_mode(PRIVATE_FILE)).map_err(at(path))?;
    Ok(file)
}

/// Writes a small file whole, and flushes it.
pub(super) fn write(path: &Path, text: &[u8]) -> Result<(), BackupError> {
    let mut file = new_file(path)?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(at(path))
}

/// Flushes a file's bytes, or a folder's names.
pub(super) fn flush(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

/// The SHA-256 of a file in hexadecimal, and its size.
pub(super) fn digest(path: &Path, told: impl FnMut(u64)) -> Result<(String, u64), BackupError> {
    let mut file = File::open(path).map_err(at(path))?;
    read_through(&mut file, |_| Ok(()), told).map_err(at(path))
}

/// Copies a file and flushes the copy. Returns its digest: of the bytes that were written.
pub(super) fn copy(from: &Path, to: &Path, told: impl FnMut(u64)) -> Result<String, BackupError> {
    let mut source = File::open(from).map_err(at(from))?;
    let mut target = new_file(to)?;
    let (digest, _) = read_through(&mut source, |bytes| target.write_all(bytes), told).map_err(at(to))?;
    target.sync_all().map_err(at(to))?;
    Ok(digest)
}

fn read_through(
    file: &mut File,
    mut write: impl FnMut(&[u8]) -> std::io::Result<()>,
    mut told: impl FnMut(u64),
) -> std::io::Result<(String, u64)> {
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok((hex::encode(hash.finalize()), size));
        }
        hash.update(&chunk[..read]);
        write(&chunk[..read])?;
        size += read as u64;
        told(size);
    }
}

/// Places a document of one documents' folder into another; false when it is not there or its bytes are not those of its
/// name. On the same disk it is one more name of the same file: a document is never written again, so that costs no room
/// and no time. Elsewhere it is copied, and its digest compared.
pub(super) fn place(sha256: &str, from: &Path, to: &Path, keep_free: u64) -> Result<bool, BackupError> {
    let (Some(source), Some(target)) = (original_path(from, sha256), original_path(to, sha256)) else {
        return Ok(false);
    };
    if target.is_file() {
        return Ok(true);
    }
    let Ok(metadata) = source.metadata() else { return Ok(false) };
    let folder = parent(&target);
    make_folder(folder)?;
    // A link to bytes that are not those of the name would make the whole backup one that cannot be restored.
    if on_one_disk(&source, folder) {
        if digest(&source, |_| ())?.0 != sha256 {
            return Ok(false);
        }
        if fs::hard_link(&source, &target).is_ok() {
            return Ok(true);
        }
    }
    require_room(folder, metadata.len(), keep_free)?;
    let unfinished = with_ending(&target, UNFINISHED);
    let is_whole = copy(&source, &unfinished, |_| ())? == sha256;
    if is_whole {
        fs::rename(&unfinished, &target).map_err(at(&target))?;
    } else {
        fs::remove_file(&unfinished).map_err(at(&unfinished))?;
    }
    Ok(is_whole)
}

/// Whether what lies in `one` can get another name in `other`.
pub(super) fn on_one_disk(one: &Path, other: &Path) -> bool {
    let device = |path: &Path| path.metadata().ok().map(|data| data.dev());
    device(one).is_some_and(|one| device(other) == Some(one))
}

/// Refuses what the disk has no room for. Where the system does not tell how much is free, writing will.
pub(super) fn require_room(folder: &Path, needed: u64, keep_free: u64) -> Result<(), BackupError> {
    match free_bytes(folder).map(|free| free.saturating_sub(keep_free)) {
        Some(free) if free < needed => Err(BackupError::NoRoom {
            folder: folder.to_owned(),
            needed_mib: needed.div_ceil(MIB),
            free_mib: free / MIB,
        }),
        _ => Ok(()),
    }
}

/// Visits every file below a folder, with its path in it, `/` between the parts. A folder that is not there has none.
pub(super) fn each_file(
    root: &Path,
    mut visit: impl FnMut(&str, &Path) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut folders = vec![(String::new(), root.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder == root => return Ok(()),
            Err(error) => return Err(at(&folder)(error)),
        };
        for entry in entries {
            let path = entry.map_err(at(&folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                folders.push((format!("{prefix}{name}/"), path));
            } else {
                visit(&format!("{prefix}{name}"), &path)?;
            }
        }
    }
    Ok(())
}

/// Flushes the names in a folder and in all folders below it.
pub(super) fn flush_folders(root: &Path) -> Result<(), BackupError> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        flush(&folder)?;
    }
    Ok(())
}

/// The path with an ending behind its name.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.to_owned().into_os_string();
    path.push(ending);
    path.into()
}

/// The folder that a path stands in.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
