//! File systems of the tests' own: a small one to fill, one on an image that can be copied as a power cut leaves it.
//!
//! They need root, or `sudo` without a password; where neither is to be had the tests fail and say so: a test of
//! durability that is skipped proves nothing.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A mounted file system, unmounted when it is dropped.
pub(crate) struct Mount {
    folder: TempDir,
}

impl Mount {
    /// A file system in memory, of `size` bytes (`4m`).
    pub(crate) fn memory(size: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        privileged(&["mount", "-t", "tmpfs", "-o", &format!("size={size},mode=0777"), "tmpfs", text(folder.path())]);
        Self { folder }
    }

    /// The file system of an image, by way of a loop device.
    pub(crate) fn image(image: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // No journal commit by the clock: what is on the device is there because somebody flushed it.
        privileged(&["mount", "-o", "loop,commit=600,noatime", text(image), text(folder.path())]);
        privileged(&["chmod", "0777", text(folder.path())]);
        Self { folder }
    }

    /// Mounts it again with other options (`ro`, `size=64m`).
    pub(crate) fn again(&self, options: &str) {
        privileged(&["mount", "-o", &format!("remount,{options}"), text(self.path())]);
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a connection that closes in the background must not keep the test's mount for ever.
        privileged(&["umount", "--lazy", text(self.folder.path())]);
    }
}

/// Runs a command that must succeed, and returns what it wrote.
pub(crate) fn run(command: &[&str]) -> String {
    let output = Command::new(command[0]).args(&command[1..]).output().unwrap_or_else(|error| {
        panic!("{} does not start ({error}): tests/run installs what the tests need", command[0])
    });
    assert!(
        output.status.success(),
        "`{}` failed: {}",
        command.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).unwrap()
}

fn privileged(command: &[&str]) {
    if run(&["id", "-u"]).trim() == "0" {
        run(command);
    } else {
        // Without a password this fails, with sudo's own words and the command: mounts are not permitted here.
        run(&[&["sudo", "-n"], command].concat());
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
