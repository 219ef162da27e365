//! Programs of the system that convert what no library here decodes safely: HEIC and PDF.
//!
//! They read hostile files, so they run under `prlimit`, in a folder of their own, with an empty environment and
//! nothing on their standard streams, and are killed when they take too long or their caller is cancelled. Without
//! `prlimit` none of them runs. A tool that is missing or fails costs a preview, never a receipt.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

/// The longest side, in pixels, that a tool that can scale is asked for.
const PAGE_SIDE: &str = "1600";

/// How long one conversion may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What one conversion may use: CPU seconds, address space, bytes written to a file, open files, no core dump.
const RESOURCES: [&str; 5] = ["--cpu=15", "--as=2147483648", "--fsize=134217728", "--nofile=64", "--core=0"];

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
pub fn tool_status() -> [ToolStatus; 3] {
    let tools = Tools::find();
    [
        ToolStatus {
            name: "prlimit",
            package: "util-linux",
            purpose: "limits the other tools; without it none of them runs",
            path: tools.prlimit,
        },
        ToolStatus {
            name: "heif-convert",
            package: "libheif-examples",
            purpose: "previews and quality checks of HEIC photos",
            path: tools.heif,
        },
        ToolStatus { name: "pdftoppm", package: "poppler-utils", purpose: "previews of PDF files", path: tools.pdf },
    ]
}

/// The programs that were found, by their full paths.
#[derive(Debug, Default)]
pub(super) struct Tools {
    prlimit: Option<PathBuf>,
    heif: Option<PathBuf>,
    pdf: Option<PathBuf>,
}

/// What a tool made of a file.
#[derive(Debug)]
pub(super) enum Conversion {
    /// A JPEG.
    Made(Vec<u8>),
    /// The tool could not read the file.
    Unreadable,
    /// The tool is not installed or could not be run: nothing is known about the file.
    Unavailable,
}

impl Tools {
    pub(super) fn find() -> Self {
        // Newer versions of libheif call it heif-dec.
        Self {
            prlimit: find("prlimit"),
            heif: find("heif-convert").or_else(|| find("heif-dec")),
            pdf: find("pdftoppm"),
        }
    }

    /// The picture of a HEIC file, upright.
    pub(super) async fn heif_to_jpeg(&self, bytes: &[u8]) -> Conversion {
        self.convert(self.heif.as_deref(), bytes, "in.heic", &["-q", "90", "in.heic", "out.jpg"]).await
    }

    /// The first page of a PDF file.
    pub(super) async fn pdf_to_jpeg(&self, bytes: &[u8]) -> Conversion {
        let arguments = ["-jpeg", "-f", "1", "-l", "1", "-singlefile", "-scale-to", PAGE_SIDE, "in.pdf", "out"];
        self.convert(self.pdf.as_deref(), bytes, "in.pdf", &arguments).await
    }

    async fn convert(&self, program: Option<&Path>, bytes: &[u8], input: &str, arguments: &[&str]) -> Conversion {
        let (Some(prlimit), Some(program)) = (&self.prlimit, program) else { return Conversion::Unavailable };
        match convert(prlimit, program, bytes, input, arguments, TIMEOUT).await {
            Ok(conversion) => conversion,
            Err(error) => {
                tracing::warn!(%error, program = %program.display(), "a conversion could not be run");
                Conversion::Unavailable
            }
        }
    }
}

async fn convert(
    prlimit: &Path,
    program: &Path,
    bytes: &[u8],
    input: &str,
    arguments: &[&str],
    patience: Duration,
) -> std::io::Result<Conversion> {
    let folder = tempfile::tempdir()?;
    tokio::fs::write(folder.path().join(input), bytes).await?;
    let mut child = Command::new(prlimit)
        .args(RESOURCES)
        .arg("--")
        .arg(program)
        .args(arguments)
        .env_clear()
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let Ok(status) = tokio::time::timeout(patience, child.wait()).await else {
        child.kill().await?;
        return Ok(Conversion::Unreadable);
    };
    if !status?.success() {
        return Ok(Conversion::Unreadable);
    }
    // A HEIC file that holds several pictures becomes out-1.jpg, out-2.jpg, …
    for output in ["out.jpg", "out-1.jpg"] {
        match tokio::fs::read(folder.path().join(output)).await {
            Ok(jpeg) => return Ok(Conversion::Made(jpeg)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Conversion::Unreadable)
}

/// The full path of a program of the system, since it is run without a `PATH`.
fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join(OsStr::new(program)))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests;
