//! Previews of files, safe and light to show: re-encoded by us, upright, without metadata.

use std::sync::Arc;

use bytes::Bytes;
use image::ImageFormat;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    DocumentError, Documents, MediaType, Opened,
    picture::{Picture, REDUCED_SIDE},
    tool::Conversion,
};

/// The two sizes of previews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview {
    /// For a gallery's large view.
    Large,
    /// For lists.
    Thumbnail,
}

impl Preview {
    pub(super) const ALL: [Self; 2] = [Self::Large, Self::Thumbnail];

    /// The name in keys of the store.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Thumbnail => "thumbnail",
        }
    }

    fn side(self) -> u32 {
        match self {
            Self::Large => REDUCED_SIDE,
            Self::Thumbnail => 320,
        }
    }
}

/// The result of decoding a file.
pub(super) enum Rendering<T> {
    Made(T),
    /// The file is broken, encrypted or beyond the limits.
    Unreadable,
    /// The machine was too busy to decode it in time.
    TimedOut,
    /// The tool that decodes such files is not installed, or nothing here keeps it from the rest of the system.
    Unavailable,
}

impl Documents {
    /// Opens a JPEG preview of an original; it is made now if it is missing. `None` when none can be made.
    ///
    /// # Errors
    ///
    /// When the original is not in the store, or the store fails.
    pub async fn open_preview(
        &self,
        sha256: &str,
        media_type: MediaType,
        preview: Preview,
    ) -> Result<Option<Opened>, DocumentError> {
        self.admit(sha256).await?;
        match self.open_made_preview(sha256, preview).await {
            Err(DocumentError::NotFound) => {}
            opened => return opened.map(Some),
        }
        if media_type.is_video() || media_type.is_audio() {
            return Ok(None);
        }
        let rendering = self.render(sha256, media_type, |_, picture| encode_all(picture)).await?;
        let Rendering::Made(previews) = rendering else { return Ok(None) };
        self.keep_previews(sha256, previews).await;
        match self.open_made_preview(sha256, preview).await {
            Err(DocumentError::NotFound) => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Stores previews. One that cannot be stored is made again when it is asked for.
    pub(super) async fn keep_previews(&self, sha256: &str, previews: Vec<(Preview, Vec<u8>)>) {
        for (preview, jpeg) in previews {
            if let Err(error) = self.put_preview(sha256, preview, jpeg).await {
                tracing::warn!(%error, sha256, "a preview could not be kept");
            }
        }
    }

    /// Decodes a file and calls `work` with its bytes and the picture, on a thread that may block. A file that could not be
    /// decoded within the limits is remembered, and not tried again.
    ///
    /// # Errors
    ///
    /// When the original is not in the store, or the store fails.
    pub(super) async fn render<T: Send + 'static>(
        &self,
        sha256: &str,
        media_type: MediaType,
        work: impl FnOnce(&[u8], &Picture) -> T + Send + 'static,
    ) -> Result<Rendering<T>, DocumentError> {
        // The permit comes first: a file that waits takes no memory.
        let Ok(permit) = self.decoders().acquire_owned().await else { return Ok(Rendering::Unavailable) };
        if self.is_unreadable(sha256).await? {
            return Ok(Rendering::Unreadable);
        }
        let rendering = self.decode(sha256, media_type, permit, work).await?;
        if matches!(rendering, Rendering::Unreadable) {
            self.remember_unreadable(sha256).await?;
        }
        Ok(rendering)
    }

    async fn decode<T: Send + 'static>(
        &self,
        sha256: &str,
        media_type: MediaType,
        permit: OwnedSemaphorePermit,
        work: impl FnOnce(&[u8], &Picture) -> T + Send + 'static,
    ) -> Result<Rendering<T>, DocumentError> {
        let format = match media_type {
            MediaType::Jpeg | MediaType::Heif | MediaType::Pdf => ImageFormat::Jpeg,
            MediaType::Png => ImageFormat::Png,
            MediaType::Webp => ImageFormat::WebP,
            MediaType::Mp4
            | MediaType::Quicktime
            | MediaType::Ogg
            | MediaType::Mp3
            | MediaType::M4a
            | MediaType::Email => return Ok(Rendering::Unavailable),
        };
        // Held by the decoding thread too, which goes on after its caller was cancelled.
        let permit = Arc::new(permit);
        let bytes = self.read(sha256).await?;
        let converted = match media_type {
            MediaType::Heif => Some(self.tools().heif_to_jpeg(&bytes).await),
            MediaType::Pdf => Some(self.tools().pdf_to_jpeg(&bytes).await),
            _ => None,
        };
        let (source, is_upright) = match converted {
            None => (bytes.clone(), false),
            // A tool applies the orientation itself.
            Some(Conversion::Made(jpeg)) => (Bytes::from(jpeg), true),
            Some(Conversion::Unreadable) => return Ok(Rendering::Unreadable),
            Some(Conversion::TimedOut) => return Ok(Rendering::TimedOut),
            Some(Conversion::Unavailable) => return Ok(Rendering::Unavailable),
        };
        let decoded = match self.tools().decode(&source, format, is_upright).await {
            Ok(Some(decoded)) => decoded,
            Ok(None) => decode_here(source, format, is_upright, Arc::clone(&permit)).await,
            Err(error) => {
                tracing::warn!(%error, "no picture can be decoded: look at the room in the temporary folder and at the processes");
                return Err(DocumentError::Busy);
            }
        };
        let picture = match decoded {
            Conversion::Made(picture) => picture,
            Conversion::Unreadable => return Ok(Rendering::Unreadable),
            Conversion::TimedOut => return Ok(Rendering::TimedOut),
            Conversion::Unavailable => return Ok(Rendering::Unavailable),
        };
        let made = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&bytes, &picture)
        });
        Ok(match made.await {
            Ok(made) => Rendering::Made(made),
            // A panic means that what was decoded makes no sense.
            Err(error) if error.is_panic() => {
                tracing::warn!(%error, %media_type, "a picture could not be looked at");
                Rendering::Unreadable
            }
            // The program is stopping.
            Err(_) => Rendering::Unavailable,
        })
    }
}

/// Decodes a picture on a thread of this process: for documents that are opened without a Guichet to run.
async fn decode_here(
    source: Bytes,
    format: ImageFormat,
    is_upright: bool,
    permit: Arc<OwnedSemaphorePermit>,
) -> Conversion<Picture> {
    let decoding = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        Picture::decode(&source, format, is_upright)
    });
    match decoding.await {
        Ok(Ok(picture)) => Conversion::Made(picture),
        Err(error) if !error.is_panic() => Conversion::Unavailable,
        // A decoder's panic means that it cannot read the file.
        Ok(Err(_)) | Err(_) => Conversion::Unreadable,
    }
}

/// All previews of a picture.
pub(super) fn encode_all(picture: &Picture) -> Vec<(Preview, Vec<u8>)> {
    Preview::ALL
        .into_iter()
        .filter_map(|preview| picture.to_jpeg(preview.side()).ok().map(|jpeg| (preview, jpeg)))
        .collect()
}
