//! What the program keeps is its own user's alone: messages, papers, and the keys of the service.
//!
//! New files get no rights for others ([`keep_new_files`]). What an earlier program or somebody else left open is made
//! private at the start; where it is ours and cannot be, the start is refused. What belongs to another user is theirs to
//! arrange.

use std::{
    fs::{self, Metadata, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::Mode,
    process::{geteuid, umask},
};

/// The rights of the group and of all others.
const OTHERS: u32 = 0o077;
/// The mode bit of folders where many write.
const STICKY: u32 = 0o1000;

/// A file or a folder that others can read and that cannot be made private.
#[derive(Debug, thiserror::Error)]
#[error("others may read {} ({mode:o}), and that cannot be changed: {error}; make it private (chmod go= {})", path.display(), path.display())]
pub struct NotPrivate {
    path: PathBuf,
    mode: u32,
    error: io::Error,
}

/// From now on, what this process makes is its user's alone.
pub(super) fn keep_new_files() {
    umask(Mode::from_raw_mode(OTHERS));
}

/// Makes an SQLite database private, and the folder that it is in. The files beside it get the rights that it has.
pub(super) fn database(file: &Path) -> Result<(), NotPrivate> {
    if let Some(folder) = file.parent().filter(|folder| is_for_data(folder)) {
        one(folder)?;
    }
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        one(Path::new(&name))?;
    }
    Ok(())
}

/// Whether a folder is one that was made for data. The one where the program was started is somebody's project, and neither a
/// home, nor the root, nor one where many write (`/tmp`) is ours to close.
fn is_for_data(folder: &Path) -> bool {
    let is_shared = fs::metadata(folder).is_ok_and(|found| found.mode() & STICKY != 0);
    let is_home = std::env::var_os("HOME").is_some_and(|home| Path::new(&home) == folder);
    folder.file_name().is_some() && !is_shared && !is_home
}

/// Makes a folder private with all that is in it. One that is private already hides what is in it, and is not walked through.
pub(super) fn folder(folder: &Path) -> Result<(), NotPrivate> {
    if one(folder)? { all_in(folder) } else { Ok(()) }
}

fn all_in(folder: &Path) -> Result<(), NotPrivate> {
    let fail = |error| NotPrivate { path: folder.to_owned(), mode: 0o700, error };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        one(&entry.path())?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            all_in(&entry.path())?;
        }
    }
    Ok(())
}

/// Takes the rights of others from a file or folder of ours, and tells whether there were any.
fn one(path: &Path) -> Result<bool, NotPrivate> {
    // What is not there will be made private; a symbolic link has no rights of its own.
    let Some(found) = fs::symlink_metadata(path).ok().filter(|found| !found.is_symlink()) else { return Ok(false) };
    let mode = found.mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(false);
    }
    if !is_ours(&found) {
        tracing::warn!(path = %path.display(), mode = format!("{mode:o}"), "others may read it, and it belongs to another user");
        return Ok(false);
    }
    match fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS)) {
        Ok(()) => {}
        // It went meanwhile: the files beside a database come and go.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(NotPrivate { path: path.to_owned(), mode, error }),
    }
    tracing::info!(path = %path.display(), mode = format!("{mode:o}"), "others could read it: it is made private");
    Ok(true)
}

fn is_ours(found: &Metadata) -> bool {
    found.uid() == geteuid().as_raw()
}

#[cfg(test)]
mod tests;
