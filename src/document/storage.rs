//! The object store: how files are received into it, opened and deleted.
//!
//! Keys: `sha256/ab/cdef…` for originals, `preview/<variant>/ab/cdef…` for what is made from them, or that nothing can be
//! (`unreadable`), what a scanner said (`preview/scanned/ab/cdef…`), `staging/…` for uploads under way. An original
//! is staged first since its key, its hash, is known only at its last byte.

use std::{
    fs::File,
    path::{Path as FilePath, PathBuf},
    pin::{Pin, pin},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream::BoxStream};
use jiff::Timestamp;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart, local::LocalFileSystem, path::Path};
use sha2::{Digest, Sha256};
use tokio::sync::{RwLock, Semaphore};

use super::{
    DocumentError, MediaType, Stored,
    malware::{SCANS, Scanner, Verdict},
    name,
    preview::Preview,
    tool::Tools,
};

/// How many bytes of an upload are gathered before they are written. (S3 will ask for at least 5 MiB.)
const PART_BYTES: usize = 256 * 1024;

/// How many parts of one upload may wait for the disk.
const PARTS_IN_FLIGHT: usize = 2;

/// The file that is in the documents' folder from its beginning. Without it the folder is not ours: a share that is not mounted
/// leaves an empty folder in its place, on another disk.
const MARKER: &str = ".guichet";

/// How many files are decoded at the same time: each may take as much memory as a decoder is allowed.
pub const DECODERS: usize = 2;

/// How many uploads are received at the same time: each holds a few parts in memory.
const UPLOADS: usize = 128;

/// The limits of one upload.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 25 * 1024 * 1024 }
    }
}

/// The files of all dossiers. Clones share the same store.
#[derive(Clone, Debug)]
pub struct Documents(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Arc<dyn ObjectStore>,
    /// The folder, where the store is one.
    folder: Option<PathBuf>,
    /// The folder of unfinished uploads when the store is a folder. S3 deletes its own by a lifecycle rule.
    staging: Option<PathBuf>,
    /// Held for reading while a file gets its final name, for writing while [`Documents::remove`] deletes one, so that a
    /// file that is received again meanwhile is not deleted by a decision made before.
    placing: RwLock<()>,
    /// Shared with the decoding threads, which go on after their caller was cancelled.
    decoders: Arc<Semaphore>,
    uploads: Semaphore,
    tools: Tools,
    scanner: Option<Scanner>,
    /// Who shows the scanner a file holds one.
    scans: Semaphore,
}

/// A document being read.
pub struct Opened {
    pub bytes: u64,
    pub stream: BoxStream<'static, Result<Bytes, DocumentError>>,
}

impl Documents {
    /// The documents under `folder`, which is made when it is missing. Files that need a tool of the system have no previews.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made, written or fsynced.
    pub fn local(folder: &FilePath) -> Result<Self, DocumentError> {
        Self::converting(folder, None)
    }

    /// The same, with tools of the system that the Guichet at `guichet` runs.
    ///
    /// # Errors
    ///
    /// As [`Self::local`].
    pub fn converting(folder: &FilePath, guichet: Option<PathBuf>) -> Result<Self, DocumentError> {
        Self::scanning(folder, guichet, None)
    }

    /// The same, each file shown to a scanner before it is decoded or given out.
    ///
    /// # Errors
    ///
    /// As [`Self::local`].
    pub fn scanning(
        folder: &FilePath,
        guichet: Option<PathBuf>,
        scanner: Option<Scanner>,
    ) -> Result<Self, DocumentError> {
        let failed = |source| DocumentError::Folder { folder: folder.to_owned(), source };
        prepare(folder).map_err(failed)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        let folder = folder.canonicalize().map_err(failed)?;
        Ok(Self(Arc::new(Inner {
            store: Arc::new(store),
            staging: Some(folder.join("staging")),
            folder: Some(folder),
            placing: RwLock::new(()),
            decoders: Arc::new(Semaphore::new(DECODERS)),
            uploads: Semaphore::new(UPLOADS),
            tools: guichet.map(Tools::find).unwrap_or_default(),
            scanner,
            scans: Semaphore::new(SCANS),
        })))
    }

    /// Whether a folder has never held documents.
    pub fn is_new(folder: &FilePath) -> bool {
        !folder.join(MARKER).exists() && !folder.join("sha256").exists()
    }

    /// Whether the folder is still the one that was opened.
    async fn check_folder(&self) -> Result<(), DocumentError> {
        let Some(folder) = &self.0.folder else { return Ok(()) };
        match tokio::fs::metadata(folder.join(MARKER)).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(DocumentError::Away { folder: folder.clone() })
            }
            Err(source) => Err(DocumentError::Folder { folder: folder.clone(), source }),
        }
    }

    /// What the store answered. A file that is not there is missing only where the folder is there.
    async fn in_folder<T>(&self, found: object_store::Result<T>) -> Result<T, DocumentError> {
        if let Err(object_store::Error::NotFound { .. }) = found {
            self.check_folder().await?;
        }
        Ok(found?)
    }

    /// Writes a file as an upload is written, and takes it away.
    ///
    /// # Errors
    ///
    /// Where a file could not be received either.
    pub async fn probe(&self) -> Result<(), DocumentError> {
        self.check_folder().await?;
        let staged = Path::from("staging").join(random_name()?);
        self.0.store.put(&staged, Bytes::from_static(b"is there room?").into()).await?;
        Ok(self.0.store.delete(&staged).await?)
    }

    /// Receives one file. When this returns, the file is durable (see the top of the room). The same bytes received
    /// twice are stored once.
    ///
    /// # Errors
    ///
    /// When the file is empty, too large or of a type that is not accepted, when the upload breaks off, when the disk
    /// is full or the store fails. Nothing is kept then.
    pub async fn receive<S, E>(&self, bytes: S, declared_name: &str, limits: Limits) -> Result<Stored, DocumentError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let _place = self.0.uploads.try_acquire().map_err(|_| DocumentError::Busy)?;
        self.check_folder().await?;
        let mut bytes = pin!(bytes.map(|chunk| chunk.map_err(|error| DocumentError::Interrupted(error.into()))));
        let head = read_head(&mut bytes).await?;
        let media_type = MediaType::sniff(&head)?;

        let staged = Path::from("staging").join(random_name()?);
        let mut upload = WriteMultipart::new_with_chunk_size(self.0.store.put_multipart(&staged).await?, PART_BYTES);
        let (sha256, size) = match write(&mut upload, head, bytes, limits).await {
            Ok(written) => written,
            Err(error) => {
                // A folder would need no abort; a remote store must be told.
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "an upload that was given up could not be cleaned up");
                }
                return Err(error);
            }
        };
        upload.finish().await?;

        {
            let _placing = self.0.placing.read().await;
            // Renamed even when the same file is there already: its name may not be durable yet, this one will be.
            self.0.store.rename(&staged, &original_key(&sha256)?).await?;
        }
        // It may have gone meanwhile.
        self.check_folder().await?;
        Ok(Stored { sha256, media_type, bytes: size, name: name::sanitise(declared_name, media_type) })
    }

    /// Opens an original for reading.
    ///
    /// # Errors
    ///
    /// When there is no such file, it is not known to be clean, or the store fails.
    pub async fn open(&self, sha256: &str) -> Result<Opened, DocumentError> {
        self.admit(sha256).await?;
        self.open_unscanned(sha256).await
    }

    /// The same, for the scanner.
    pub(super) async fn open_unscanned(&self, sha256: &str) -> Result<Opened, DocumentError> {
        self.open_key(&original_key(sha256)?).await
    }

    pub(super) fn scanner(&self) -> Option<&Scanner> {
        self.0.scanner.as_ref()
    }

    pub(super) fn scans(&self) -> &Semaphore {
        &self.0.scans
    }

    /// What the scanner said of a file before.
    pub(super) async fn verdict(&self, sha256: &str) -> Result<Option<Verdict>, DocumentError> {
        let said = match self.0.store.get(&verdict_key(sha256)?).await {
            Ok(said) => said.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let name = String::from_utf8_lossy(&said).into_owned();
        Ok(Some(if name.is_empty() { Verdict::Clean } else { Verdict::Malware(name) }))
    }

    pub(super) async fn remember_verdict(&self, sha256: &str, verdict: &Verdict) -> Result<(), DocumentError> {
        let name = match verdict {
            Verdict::Clean => Bytes::new(),
            Verdict::Malware(name) => Bytes::from(name.clone()),
        };
        self.0.store.put(&verdict_key(sha256)?, name.into()).await?;
        Ok(())
    }

    /// Opens a preview that is already there.
    pub(super) async fn open_made_preview(&self, sha256: &str, preview: Preview) -> Result<Opened, DocumentError> {
        self.open_key(&preview_key(sha256, preview)?).await
    }

    /// Stores a preview.
    pub(super) async fn put_preview(&self, sha256: &str, preview: Preview, jpeg: Vec<u8>) -> Result<(), DocumentError> {
        self.0.store.put(&preview_key(sha256, preview)?, jpeg.into()).await?;
        Ok(())
    }

    /// Remembers that a file cannot be decoded.
    pub(super) async fn remember_unreadable(&self, sha256: &str) -> Result<(), DocumentError> {
        self.0.store.put(&unreadable_key(sha256)?, Bytes::new().into()).await?;
        Ok(())
    }

    /// Whether a file could not be decoded before.
    pub(super) async fn is_unreadable(&self, sha256: &str) -> Result<bool, DocumentError> {
        match self.0.store.head(&unreadable_key(sha256)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a whole original into memory, for a decoder.
    pub(super) async fn read(&self, sha256: &str) -> Result<Bytes, DocumentError> {
        self.admit(sha256).await?;
        Ok(self.in_folder(self.0.store.get(&original_key(sha256)?).await).await?.bytes().await?)
    }

    pub(super) fn decoders(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.decoders)
    }

    /// Keeps all decoders busy until it is dropped.
    #[cfg(test)]
    pub(crate) async fn hold_decoders(&self) -> tokio::sync::OwnedSemaphorePermit {
        self.decoders().acquire_many_owned(u32::try_from(DECODERS).unwrap()).await.unwrap()
    }

    pub(super) fn tools(&self) -> &Tools {
        &self.0.tools
    }

    /// The originals in one of the folders, `00` to `ff`, that were written last before `older_than`, in order.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn originals(&self, folder: u8, older_than: Timestamp) -> Result<Vec<String>, DocumentError> {
        let prefix = Path::from_iter(["sha256", &hex::encode([folder])]);
        let mut originals = Vec::new();
        let mut listed = self.0.store.list(Some(&prefix));
        while let Some(object) = listed.next().await.transpose()? {
            let sha256: String = object.location.parts().skip(1).map(|part| part.as_ref().to_owned()).collect();
            if original_key(&sha256).is_ok() && is_older(&object, older_than) {
                originals.push(sha256);
            }
        }
        originals.sort_unstable();
        Ok(originals)
    }

    /// Deletes a file that no row names, with its previews, unless it was received again since `older_than`. Returns whether
    /// it was deleted.
    ///
    /// `older_than` must lie further back than the longest time between a receipt and its row (a day is ample): together with
    /// a look at the rows right before, it makes sure that no file with a row is deleted.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn remove(&self, sha256: &str, older_than: Timestamp) -> Result<bool, DocumentError> {
        let original = original_key(sha256)?;
        let _placing = self.0.placing.write().await;
        match self.0.store.head(&original).await {
            Ok(object) if is_older(&object, older_than) => {}
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        // Another node may receive it at this very moment, in the same folder: what is in its place now is looked at again
        // where nobody puts anything. A rename leaves the time at which it was written.
        let aside = Path::from("staging").join(random_name()?);
        self.0.store.rename(&original, &aside).await?;
        if !is_older(&self.0.store.head(&aside).await?, older_than) {
            self.0.store.rename(&aside, &original).await?;
            return Ok(false);
        }
        self.0.store.delete(&aside).await?;
        let previews = Preview::ALL.into_iter().map(|preview| preview_key(sha256, preview));
        for made in previews.chain([unreadable_key(sha256), verdict_key(sha256)]) {
            match self.0.store.delete(&made?).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }

    /// Deletes uploads that broke off and were written last before `older_than`. Returns how many.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sweep_staging(&self, older_than: Timestamp) -> Result<u64, DocumentError> {
        let mut swept = self.sweep_unfinished(older_than).await?;
        let mut staged = self.0.store.list(Some(&Path::from("staging")));
        while let Some(object) = staged.next().await.transpose()? {
            if is_older(&object, older_than) {
                self.0.store.delete(&object.location).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Deletes uploads that a dead process left in the folder: the object store does not list its own unfinished files.
    async fn sweep_unfinished(&self, older_than: Timestamp) -> Result<u64, DocumentError> {
        let Some(staging) = &self.0.staging else { return Ok(0) };
        let failed = |source| DocumentError::Folder { folder: staging.clone(), source };
        let mut swept = 0;
        let mut entries = tokio::fs::read_dir(staging).await.map_err(failed)?;
        while let Some(entry) = entries.next_entry().await.map_err(failed)? {
            let written = entry.metadata().await.and_then(|meta| meta.modified());
            match written {
                Ok(written) if Timestamp::try_from(written).is_ok_and(|written| written < older_than) => {
                    tokio::fs::remove_file(entry.path()).await.map_err(failed)?;
                    swept += 1;
                }
                // An upload that was finished or given up meanwhile.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
                Ok(_) => {}
            }
        }
        Ok(swept)
    }

    async fn open_key(&self, key: &Path) -> Result<Opened, DocumentError> {
        let object = self.in_folder(self.0.store.get(key).await).await?;
        Ok(Opened {
            bytes: object.meta.size,
            stream: object.into_stream().map(|chunk| chunk.map_err(DocumentError::from)).boxed(),
        })
    }
}

/// Makes all folders into which originals will be renamed, durably. If each receipt made its folder, another receipt
/// could use it before it is durable.
fn prepare(folder: &FilePath) -> std::io::Result<()> {
    let originals = folder.join("sha256");
    for byte in 0..=u8::MAX {
        std::fs::create_dir_all(originals.join(hex::encode([byte])))?;
    }
    std::fs::create_dir_all(folder.join("staging"))?;
    let marker = folder.join(MARKER);
    if !marker.exists() {
        std::fs::write(&marker, "The documents of Guichet. Without this file nothing is received into this folder.\n")?;
        File::open(&marker)?.sync_all()?;
    }
    File::open(&originals)?.sync_all()?;
    for ancestor in folder.canonicalize()?.ancestors() {
        match File::open(ancestor) {
            Ok(ancestor) => ancestor.sync_all()?,
            // We did not make a folder that we may not read, so its entry is durable already.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_older(object: &object_store::ObjectMeta, than: Timestamp) -> bool {
    object.last_modified.timestamp_millis() < than.as_millisecond()
}

/// Reads the first bytes of a file, as many as recognising it needs.
async fn read_head<S>(bytes: &mut Pin<&mut S>) -> Result<Bytes, DocumentError>
where
    S: Stream<Item = Result<Bytes, DocumentError>>,
{
    let mut head = BytesMut::new();
    while head.len() < MediaType::SNIFFED {
        match bytes.next().await.transpose()? {
            Some(chunk) => head.extend_from_slice(&chunk),
            None => break,
        }
    }
    if head.is_empty() { Err(DocumentError::Empty) } else { Ok(head.freeze()) }
}

/// Writes `head` and the rest, hashing on the way. Returns the hash and the size.
async fn write<S>(
    upload: &mut WriteMultipart,
    head: Bytes,
    mut rest: Pin<&mut S>,
    limits: Limits,
) -> Result<(String, u64), DocumentError>
where
    S: Stream<Item = Result<Bytes, DocumentError>>,
{
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut next = Some(head);
    while let Some(chunk) = next {
        size += chunk.len() as u64;
        if size > limits.max_bytes {
            return Err(DocumentError::TooLarge { limit: limits.max_bytes });
        }
        hash.update(&chunk);
        upload.wait_for_capacity(PARTS_IN_FLIGHT).await?;
        upload.put(chunk);
        next = rest.next().await.transpose()?;
    }
    Ok((hex::encode(hash.finalize()), size))
}

/// A name for an upload under way, unique among all processes.
fn random_name() -> Result<String, DocumentError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| object_store::Error::Generic { store: "staging", source: Box::new(error) })?;
    Ok(hex::encode(bytes))
}

fn original_key(sha256: &str) -> Result<Path, DocumentError> {
    let (folder, name) = split(sha256)?;
    Ok(Path::from_iter(["sha256", folder, name]))
}

/// Where a folder of documents has the original with this hash; none for what is no hash.
pub fn original_path(folder: &FilePath, sha256: &str) -> Option<PathBuf> {
    let (first, rest) = split(sha256).ok()?;
    Some(folder.join("sha256").join(first).join(rest))
}

/// How many bytes are free on the disk that holds `folder`; none where the system does not tell.
pub fn free_bytes(folder: &FilePath) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// What stands in place of the previews of a file that cannot be decoded.
fn unreadable_key(sha256: &str) -> Result<Path, DocumentError> {
    let (folder, name) = split(sha256)?;
    Ok(Path::from_iter(["preview", "unreadable", folder, name]))
}

/// What the scanner said of a file: the signature's name, or nothing.
fn verdict_key(sha256: &str) -> Result<Path, DocumentError> {
    let (folder, name) = split(sha256)?;
    Ok(Path::from_iter(["preview", "scanned", folder, name]))
}

fn preview_key(sha256: &str, preview: Preview) -> Result<Path, DocumentError> {
    let (folder, name) = split(sha256)?;
    Ok(Path::from_iter(["preview", preview.name(), folder, name]))
}

/// Splits a hash into the two parts of its key.
///
/// # Errors
///
/// Not found, when the text is no hash: no document has such a key.
fn split(sha256: &str) -> Result<(&str, &str), DocumentError> {
    if sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        Ok(sha256.split_at(2))
    } else {
        Err(DocumentError::NotFound)
    }
}
