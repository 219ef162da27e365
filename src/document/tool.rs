//! What reads hostile files runs in a process of its own: programs of the system that convert what no library here decodes
//! safely (HEIC and PDF), and Guichet itself, which decodes pictures.
//!
//! Each runs limited and locked in ([`Cage`]), in a folder of its own, with an empty environment and
//! nothing on its standard streams, and is killed when it takes too long or its caller is cancelled. Where nothing locks it
//! in, no program of the system runs. A tool that is missing or fails costs a preview, never a receipt.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
    time::Duration,
};

use image::ImageFormat;
use tokio::process::Command;

use super::{
    confine::{self, Cage},
    picture::Picture,
};

/// The longest side, in pixels, that a tool that can scale is asked for.
const PAGE_SIDE: &str = "1600";

/// How long one conversion may take. Of the CPU it may use less: see [`super::confine`].
pub(super) const TIMEOUT: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });

/// How `guichet convert` ends where it did not become the program.
pub const NOT_RUN: u8 = 125;

/// A program and whether it is installed, for `guichet doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolStatus {
    pub name: &'static str,
    /// The Debian package that brings it.
    pub package: &'static str,
    /// What is lost without it.
    pub purpose: &'static str,
    pub path: Option<PathBuf>,
}

/// Which of the programs are installed.
pub fn tool_status() -> [ToolStatus; 2] {
    [
        ToolStatus {
            name: "heif-convert",
            package: "libheif-examples",
            purpose: "previews and quality checks of HEIC photos",
            path: find_heif(),
        },
        ToolStatus {
            name: "pdftoppm",
            package: "poppler-utils",
            purpose: "previews of PDF files",
            path: find("pdftoppm"),
        },
    ]
}

/// What keeps the programs from the rest of the system; or that nothing does, so that none of them runs.
pub fn cage_status() -> Result<String, String> {
    match Cage::find() {
        Cage::Bubblewrap(bwrap) => Ok(format!("kept by bubblewrap ({})", bwrap.display())),
        Cage::Landlock => Ok("kept by the kernel's Landlock; apt install bubblewrap keeps them from any network as well".into()),
        Cage::None => Err("HEIC and PDF files have no previews, for nothing here keeps the programs that read them from other \
                           files and the network: apt install bubblewrap (and let it make namespaces), or run on Linux 6.7 with \
                           Landlock"
            .into()),
    }
}

/// The programs that were found, by their full paths. By default there are none.
#[derive(Debug, Default)]
pub(super) struct Tools {
    /// The Guichet that locks them in.
    guichet: Option<PathBuf>,
    /// Found when the first of them is run.
    cage: OnceLock<Cage>,
    heif: Option<PathBuf>,
    pdf: Option<PathBuf>,
}

/// What a tool made of a file.
#[derive(Debug)]
pub(super) enum Conversion<T> {
    Made(T),
    /// The tool could not read the file, within its limits.
    Unreadable,
    /// It did not come to its end in time: the machine may be to blame.
    TimedOut,
    /// The tool is not installed or could not be run: nothing is known about the file.
    Unavailable,
}

impl Tools {
    pub(super) fn find(guichet: PathBuf) -> Self {
        Self { guichet: Some(guichet), cage: OnceLock::new(), heif: find_heif(), pdf: find("pdftoppm") }
    }

    /// The picture of a HEIC file, upright, as a JPEG.
    pub(super) async fn heif_to_jpeg(&self, bytes: &[u8]) -> Conversion<Vec<u8>> {
        // A HEIC file that holds several pictures becomes out-1.jpg, out-2.jpg, …
        let outputs = ["out.jpg", "out-1.jpg"];
        self.convert(self.heif.as_deref(), bytes, "in.heic", &["-q", "90", "in.heic", "out.jpg"], &outputs).await
    }

    /// The first page of a PDF file, as a JPEG.
    pub(super) async fn pdf_to_jpeg(&self, bytes: &[u8]) -> Conversion<Vec<u8>> {
        let arguments = ["-jpeg", "-f", "1", "-l", "1", "-singlefile", "-scale-to", PAGE_SIDE, "in.pdf", "out"];
        self.convert(self.pdf.as_deref(), bytes, "in.pdf", &arguments, &["out.jpg"]).await
    }

    /// Decodes a picture in a process of its own; none where there is no Guichet to run.
    ///
    /// # Errors
    ///
    /// When the machine has no room or no process for it: nothing is known of the file then.
    pub(super) async fn decode(
        &self,
        bytes: &[u8],
        format: ImageFormat,
        is_upright: bool,
    ) -> std::io::Result<Option<Conversion<Picture>>> {
        let Some(guichet) = self.guichet.as_deref() else { return Ok(None) };
        let extension = format.extensions_str().first().copied().unwrap_or_default();
        let folder = tempfile::tempdir()?;
        let command = self.cage().decode(guichet, folder.path(), extension, is_upright);
        Ok(Some(match run(command, folder.path(), confine::PICTURE, bytes, &[confine::DECODED]).await? {
            Conversion::Made(decoded) => Picture::from_bytes(&decoded).map_or(Conversion::Unreadable, Conversion::Made),
            Conversion::Unreadable => Conversion::Unreadable,
            // In this cage or not at all: that it was not locked in is what the process says after it had the file.
            Conversion::TimedOut | Conversion::Unavailable => Conversion::TimedOut,
        }))
    }

    fn cage(&self) -> &Cage {
        self.cage.get_or_init(Cage::find)
    }

    async fn convert(
        &self,
        program: Option<&Path>,
        bytes: &[u8],
        input: &str,
        arguments: &[&str],
        outputs: &[&str],
    ) -> Conversion<Vec<u8>> {
        let (Some(program), Some(guichet)) = (program, &self.guichet) else { return Conversion::Unavailable };
        let run = async {
            let folder = tempfile::tempdir()?;
            let Some(mut command) = self.cage().command(guichet, folder.path(), program) else {
                return Ok(Conversion::Unavailable);
            };
            command.args(arguments);
            run(command, folder.path(), input, bytes, outputs).await
        };
        run.await.unwrap_or_else(|error: std::io::Error| {
            tracing::warn!(%error, program = %program.display(), "a conversion could not be run");
            Conversion::Unavailable
        })
    }
}

/// Runs a command on a file that is put into its folder, and takes what it makes of it.
async fn run(
    command: std::process::Command,
    folder: &Path,
    input: &str,
    bytes: &[u8],
    outputs: &[&str],
) -> std::io::Result<Conversion<Vec<u8>>> {
    tokio::fs::write(folder.join(input), bytes).await?;
    let mut child = Command::from(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let Ok(status) = tokio::time::timeout(TIMEOUT, child.wait()).await else {
        child.kill().await?;
        return Ok(Conversion::TimedOut);
    };
    let status = status?;
    if status.code() == Some(i32::from(NOT_RUN)) {
        tracing::warn!("a conversion says that it could not be locked in");
        return Ok(Conversion::Unavailable);
    }
    if !status.success() {
        return Ok(Conversion::Unreadable);
    }
    for output in outputs {
        match tokio::fs::read(folder.join(output)).await {
            Ok(made) => return Ok(Conversion::Made(made)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Conversion::Unreadable)
}

/// Newer versions of libheif call it heif-dec.
fn find_heif() -> Option<PathBuf> {
    find("heif-convert").or_else(|| find("heif-dec"))
}

/// The full path of a program of the system, since it is run without a `PATH`.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join(OsStr::new(program)))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests;
