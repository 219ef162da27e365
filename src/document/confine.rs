//! The cage of the programs that read hostile files: they reach their own folder and the system's programs, and nobody else.
//!
//! Guichet runs itself again (`guichet convert`), sets limits, locks itself in with Landlock, and becomes the program. Where
//! bubblewrap is installed and may work, that happens within namespaces of its own, without a network. One of the two must
//! keep both the files and the network: without, nothing is converted.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, setrlimit};

use image::ImageFormat;

use super::{picture::Picture, tool};

/// What one program may use: seconds of CPU, bytes of address space, bytes of a file that it writes, open files, no core dump.
const LIMITS: [(Resource, u64); 5] = [
    (Resource::Cpu, 3),
    (Resource::As, 2 * 1024 * 1024 * 1024),
    (Resource::Fsize, 128 * 1024 * 1024),
    (Resource::Nofile, 64),
    (Resource::Core, 0),
];
/// What a program may read beside its folder: itself, its libraries, and the fonts that a page may ask for.
const SYSTEM: [&str; 9] = [
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
];
/// What it may read and write.
const DEVICES: [&str; 3] = ["/dev/null", "/dev/urandom", "/dev/zero"];
/// The names of a picture and of what is made of it, in their folder.
pub(super) const PICTURE: &str = "picture";
pub(super) const DECODED: &str = "decoded";
/// The newest rules that are asked for; an older kernel keeps those that it knows.
const RULES: ABI = ABI::V6;
/// The first rules that keep the network.
const KEEPS_NETWORK: ABI = ABI::V4;

/// How programs are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cage {
    /// Bubblewrap's, by its path; Landlock's within it where the kernel has it.
    Bubblewrap(PathBuf),
    Landlock,
    None,
}

impl Cage {
    /// Those that work here, the best first.
    pub fn all() -> Vec<Self> {
        let bwrap = tool::find("bwrap").filter(|bwrap| works(bwrap)).map(Self::Bubblewrap);
        bwrap.into_iter().chain(landlock_keeps_all().then_some(Self::Landlock)).collect()
    }

    /// The best that works here.
    pub fn find() -> Self {
        Self::all().into_iter().next().unwrap_or(Self::None)
    }

    /// The command that runs `program` in `folder` by the Guichet at `guichet`; none where nothing keeps it.
    pub fn command(&self, guichet: &Path, folder: &Path, program: &Path) -> Option<Command> {
        if *self == Self::None {
            return None;
        }
        let mut command = self.guichet(guichet, folder);
        command.arg("--").arg(program);
        Some(command)
    }

    /// The command by which the Guichet at `guichet` decodes the picture in `folder`. It is code of ours and without `unsafe`:
    /// where nothing keeps it, it has its limits.
    pub(super) fn decode(&self, guichet: &Path, folder: &Path, format: &str, is_upright: bool) -> Command {
        let mut command = self.guichet(guichet, folder);
        command.args(["--picture", format]);
        if is_upright {
            command.arg("--upright");
        }
        command
    }

    /// `guichet convert` in this cage.
    fn guichet(&self, guichet: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Self::Bubblewrap(bwrap) => {
                let mut command = bubblewrap(bwrap);
                command.arg("--ro-bind").args([guichet, guichet]);
                command.arg("--bind").args([folder, folder]).arg("--").arg(guichet);
                command
            }
            Self::Landlock | Self::None => Command::new(guichet),
        };
        command.arg("convert").arg("--folder").arg(folder).env_clear();
        if *self != Self::Landlock {
            command.arg("--confined");
        }
        command
    }
}

/// Bubblewrap with the system below it and nothing else: no network, no other process, no file of ours.
fn bubblewrap(bwrap: &Path) -> Command {
    let mut command = Command::new(bwrap);
    command.args(["--unshare-all", "--die-with-parent", "--new-session", "--dev", "/dev", "--proc", "/proc"]);
    command.args(["--tmpfs", "/tmp"]);
    for path in SYSTEM {
        command.args(["--ro-bind-try", path, path]);
    }
    command
}

/// Whether it may make namespaces here: a container or a hardened kernel may forbid it.
fn works(bwrap: &Path) -> bool {
    let status = bubblewrap(bwrap)
        .args(["--", "/bin/true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .env_clear()
        .status();
    status.is_ok_and(|status| status.success())
}

/// Whether Landlock keeps both the files and the network on this kernel.
fn landlock_keeps_all() -> bool {
    let files_and_network = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            .handle_access(AccessNet::from_all(KEEPS_NETWORK))?
            .create()
    };
    files_and_network().is_ok()
}

/// Why a program was not run.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    #[error("a limit cannot be set: {0}")]
    Limit(#[source] io::Error),
    #[error("the folder cannot be entered: {0}")]
    Folder(#[source] io::Error),
    #[error("the kernel's Landlock cannot be used: {0}")]
    Landlock(#[from] RulesetError),
    #[error("the kernel has no Landlock")]
    NotKept,
    #[error("the program cannot be run: {0}")]
    Run(#[source] io::Error),
    #[error("the picture cannot be taken from its folder or put there: {0}")]
    Picture(#[source] io::Error),
}

/// Becomes `program`, limited and kept in `folder`. It returns only what went wrong. Within another cage (`is_confined`) it
/// goes on where the kernel has no Landlock.
pub fn become_confined(folder: &Path, is_confined: bool, program: &OsStr, arguments: &[OsString]) -> ConfineError {
    match confine(folder, is_confined) {
        Ok(()) => ConfineError::Run(Command::new(program).args(arguments).exec()),
        Err(error) => error,
    }
}

/// Decodes the picture in `folder`, limited and kept there, and writes what is to be shown of it. False where it is broken or
/// beyond the limits.
pub fn decode_confined(folder: &Path, is_confined: bool, format: &str, is_upright: bool) -> Result<bool, ConfineError> {
    confine(folder, is_confined)?;
    let Some(format) = ImageFormat::from_extension(format) else { return Ok(false) };
    let bytes = std::fs::read(PICTURE).map_err(ConfineError::Picture)?;
    let Ok(picture) = Picture::decode(&bytes, format, is_upright) else { return Ok(false) };
    std::fs::write(DECODED, picture.to_bytes()).map_err(ConfineError::Picture)?;
    Ok(true)
}

fn confine(folder: &Path, is_confined: bool) -> Result<(), ConfineError> {
    std::env::set_current_dir(folder).map_err(ConfineError::Folder)?;
    for (resource, most) in LIMITS {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|error| ConfineError::Limit(error.into()))?;
    }
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, AccessFs::from_read(RULES)))?
        .add_rules(path_beneath_rules(DEVICES, AccessFs::from_file(RULES)))?
        .add_rules(path_beneath_rules([folder], AccessFs::from_all(RULES)))?
        .restrict_self()?;
    if status.ruleset == RulesetStatus::NotEnforced && !is_confined { Err(ConfineError::NotKept) } else { Ok(()) }
}
