//! Reads large posts, which are mail with its files: by way of a file, so that one that does not end holds no memory.
//!
//! The file has no name, in the documents' folder: it goes with the request, and with the process. Only a post that is whole
//! comes into memory, and waits for its turn there.

use std::{io, net::IpAddr, path::Path, sync::Arc, time::Duration};

use axum::body::{Body, Bytes, HttpBody as _};
use futures_util::StreamExt as _;
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::web::request_body::{Room, Sender};

/// What is held in memory of a post that is not whole.
const IN_MEMORY: usize = 64 * 1024;
/// What may be on the disk of strangers' posts, of those from one address, and of those of known senders.
const STRANGERS: u64 = 512 * 1024 * 1024;
const PER_ADDRESS: u64 = 128 * 1024 * 1024;
const KNOWN: u64 = 1024 * 1024 * 1024;
/// What whole posts may take of the memory, in KiB.
const WHOLE_KIB: usize = 128 * 1024;
/// How long a whole post waits for its turn in the memory.
const PATIENCE: Duration = Duration::from_secs(20);

/// The posts that are being read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool {
    disk: Room,
    memory: Arc<Semaphore>,
}

/// A post's body, with its room in the memory.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a post was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum SpoolError {
    #[error("the post is too large")]
    TooLarge,
    #[error("the post broke off")]
    Body,
    #[error("too many posts come at the moment")]
    NoRoom,
    #[error("a post cannot be written to a file: {0}")]
    File(#[from] io::Error),
}

impl Default for Spool {
    fn default() -> Self {
        Self { disk: Room::new(STRANGERS, PER_ADDRESS, KNOWN), memory: Arc::new(Semaphore::new(WHOLE_KIB)) }
    }
}

impl From<Bytes> for Whole {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, _room: None }
    }
}

impl Spool {
    /// Reads a body of at most `max` bytes.
    pub(super) async fn read(
        &self,
        folder: &Path,
        body: Body,
        max: usize,
        from: IpAddr,
        sender: Sender,
    ) -> Result<Whole, SpoolError> {
        let announced = body.size_hint().lower();
        if announced > u64::try_from(max).unwrap_or(u64::MAX) {
            return Err(SpoolError::TooLarge);
        }
        let (mut body, mut share) = (body.into_data_stream(), self.disk.share(from));
        let (mut memory, mut file, mut length) = (Vec::new(), None, 0);
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| SpoolError::Body)?;
            length += chunk.len();
            if length > max {
                return Err(SpoolError::TooLarge);
            }
            memory.extend_from_slice(&chunk);
            if memory.len() > IN_MEMORY {
                let bytes = u64::try_from(memory.len()).unwrap_or(u64::MAX);
                share.take(bytes, sender).map_err(|_| SpoolError::NoRoom)?;
                let file = match &mut file {
                    Some(file) => file,
                    none => none.insert(File::from_std(tempfile::tempfile_in(folder)?)),
                };
                file.write_all(&memory).await?;
                memory.clear();
            }
        }
        let Some(mut file) = file else { return Ok(Bytes::from(memory).into()) };
        let kib = u32::try_from(length.div_ceil(1024).min(WHOLE_KIB)).unwrap_or(u32::MAX);
        let waiting = timeout(PATIENCE, Arc::clone(&self.memory).acquire_many_owned(kib));
        let room = waiting.await.ok().and_then(Result::ok).ok_or(SpoolError::NoRoom)?;
        let mut whole = Vec::with_capacity(length);
        file.flush().await?;
        file.rewind().await?;
        file.read_to_end(&mut whole).await?;
        whole.extend_from_slice(&memory);
        Ok(Whole { bytes: whole.into(), _room: Some(room) })
    }
}

#[cfg(test)]
mod tests;
