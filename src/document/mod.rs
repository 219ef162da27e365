//! Files that people send: received to the disk, recognised by their content, inspected, shown again.
//!
//! # What is durable, and when
//!
//! When [`Documents::receive`] returns a [`Stored`], a power cut can no longer lose the file: its bytes were fsynced,
//! then it was renamed to its final key, then the folder that holds the name was fsynced, and every folder above was
//! fsynced when the store was opened. So the caller receives first, commits the row second and acknowledges third; a
//! crash between the first two leaves a file without a row, which `crate::housekeeping` deletes a day later, and never a row
//! without its file. Nothing else is durable: a file half received is deleted, and previews are made again when they
//! are missing. What is seen in a file is no part of its receipt: `crate::inspection` looks at it afterwards.
//!
//! # What this room refuses to do
//!
//! It never trusts a name or a header about what a file is, never uses a name as a path, never keeps a whole upload in
//! memory, never lets a malformed file fail or hang a receipt (pictures, HEIC and PDF are decoded in
//! subprocesses that are limited and locked in), never decodes a file again that could not be decoded, and has no
//! texts for people: errors and remarks are keys of `flows/messages.yaml`.

mod archive;
mod confine;
mod exif;
mod headers;
mod inspection;
mod kind;
mod malware;
mod name;
mod picture;
mod preview;
mod quality;
mod storage;
#[cfg(test)]
mod testing;
/// A door for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let _ = exif::read(data);
    let _ = MediaType::sniff(data);
}

#[cfg(test)]
mod tests;
mod tool;

use serde::{Deserialize, Serialize};

pub use archive::Archive;
pub use confine::{Cage, ConfineError, become_confined, decode_confined};
pub use headers::{original_headers, preview_headers};
pub use inspection::{Inspection, LONGEST_INSPECTION, Position, is_same_photo};
pub use kind::MediaType;
pub use malware::{NotAScanner, ScanError, Scanner};
pub use preview::Preview;
pub use quality::{Quality, Remark};
pub use storage::{DECODERS, Documents, Limits, Opened, free_bytes, original_path};
pub use tool::{NOT_RUN, ToolStatus, cage_status, tool_status};

/// A file that is durable in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The SHA-256 of its bytes, in lower-case hexadecimal: its key in the store.
    pub sha256: String,
    pub media_type: MediaType,
    pub bytes: u64,
    /// The sanitised name that the person's device gave it: for display and for downloads, never a path.
    pub name: String,
}

/// Why a file was not received or cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("the file is larger than {limit} bytes; send a smaller one")]
    TooLarge { limit: u64 },
    #[error("the file is empty; send it again")]
    Empty,
    #[error("files of this kind are not taken; send a photo, a PDF or a video")]
    Unsupported,
    #[error("too many files are being received; send it again in a moment")]
    Busy,
    #[error("the upload broke off; send the file again")]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("there is no such document")]
    NotFound,
    #[error("the disk is full; free some space where the documents are kept")]
    DiskFull(#[source] object_store::Error),
    #[error("the document store failed; check the folder or the service that holds the documents")]
    Store(#[source] object_store::Error),
    #[error("the file holds malware: it is given to nobody")]
    Malware,
    #[error("the file was not scanned for malware, and is not given out before: clamd: {0}")]
    NotScanned(#[source] ScanError),
    #[error("the file could not be decoded in time: the machine is busy")]
    TimedOut,
    #[error("the documents' folder {folder} is not the one that was opened: look whether its disk or share is mounted")]
    Away { folder: std::path::PathBuf },
    #[error("the documents' folder {folder} cannot be used; check that it exists and may be written")]
    Folder {
        folder: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl DocumentError {
    /// The key in `flows/messages.yaml` of the text for the person.
    pub fn key(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "upload_too_large",
            Self::Empty => "upload_empty",
            Self::Unsupported => "upload_unsupported",
            Self::Interrupted(_) => "upload_interrupted",
            Self::NotFound => "upload_not_found",
            Self::Busy
            | Self::Malware
            | Self::NotScanned(_)
            | Self::TimedOut
            | Self::DiskFull(_)
            | Self::Store(_)
            | Self::Away { .. }
            | Self::Folder { .. } => "upload_failed",
        }
    }
}

impl From<object_store::Error> for DocumentError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::NotFound;
        }
        let mut cause = Some(&error as &(dyn std::error::Error + 'static));
        while let Some(inner) = cause {
            if let Some(io) = inner.downcast_ref::<std::io::Error>()
                && matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            {
                return Self::DiskFull(error);
            }
            cause = inner.source();
        }
        Self::Store(error)
    }
}
