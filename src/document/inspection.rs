//! Inspection of a file: its size, when and where it was taken, and whether it is good enough.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use image::{
    GrayImage,
    imageops::{self, FilterType},
};
use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{
    DocumentError, Documents, Quality, Remark, Stored, exif, malware,
    picture::Picture,
    preview::{self, Rendering},
    quality, tool,
};

/// The longest that a file is looked at: shown to the scanner, converted and decoded.
pub const LONGEST_INSPECTION: Duration =
    malware::PATIENCE.saturating_add(malware::WHOLE).saturating_add(tool::TIMEOUT).saturating_add(tool::TIMEOUT);

/// The side of the fingerprint, in bits.
const FINGERPRINT_SIDE: u32 = 16;

/// How many of the 256 bits may differ between the fingerprints of one photo and of its resized or re-encoded copy.
///
/// Measured on twenty photos of a test collection: copies at 60 % and poor quality differ by 1 to 19 bits, other photos
/// by more than 80, even two views of one scene taken side by side.
const SAME_PHOTO_BITS: u32 = 28;

/// The result of inspecting a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The size in pixels of the upright picture. Absent for videos, for papers and where the picture could not be
    /// decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// When the photo was taken, by the camera's own local clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<civil::DateTime>,
    /// Where the photo was taken, by the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Position>,
    /// For [`is_same_photo`]. Absent also where the picture has too little contrast to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    #[serde(default)]
    pub quality: Quality,
    /// Nobody has looked at the file yet: nothing of the above is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

/// A place in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub latitude: f64,
    pub longitude: f64,
}

impl Inspection {
    /// Of a file that is still to be looked at.
    pub fn pending() -> Self {
        Self { pending: true, ..Self::default() }
    }

    /// Of a file that cannot be decoded.
    pub fn unreadable() -> Self {
        Self::remarked(Remark::Unreadable)
    }

    /// Of a file of which only this is known.
    fn remarked(remark: Remark) -> Self {
        Self { quality: Quality { remarks: vec![remark] }, ..Self::default() }
    }

    /// Adds [`Remark::SamePhoto`] when one of `others`, the fingerprints of the dossier's other photos, is of the same
    /// photo.
    pub fn compare<'a>(&mut self, others: impl IntoIterator<Item = &'a str>) {
        let Some(fingerprint) = &self.fingerprint else { return };
        if others.into_iter().any(|other| is_same_photo(fingerprint, other)) {
            self.quality.remarks.push(Remark::SamePhoto);
        }
    }
}

impl Documents {
    /// Inspects a file that was received, and makes its previews at the same time, since it is decoded anyway. A file
    /// that cannot be decoded gets a remark.
    ///
    /// # Errors
    ///
    /// When the store fails, or does not have the file, or the machine is too busy to decode it.
    pub async fn inspect(&self, stored: &Stored) -> Result<Inspection, DocumentError> {
        match self.admit(&stored.sha256).await {
            Err(DocumentError::Malware) => return Ok(Inspection::remarked(Remark::Malware)),
            admitted => admitted?,
        }
        if stored.media_type.is_video() || stored.media_type.is_audio() {
            return Ok(Inspection::default());
        }
        let is_photo = stored.media_type.is_photo();
        let rendering = self.render(&stored.sha256, stored.media_type, move |bytes, picture| {
            let exif = if is_photo { exif::read(bytes) } else { (None, None) };
            (is_photo.then(|| look(picture)), exif, preview::encode_all(picture))
        });
        let (inspection, previews) = match rendering.await? {
            Rendering::Made((inspection, (taken_at, place), previews)) => {
                (Inspection { taken_at, place, ..inspection.unwrap_or_default() }, previews)
            }
            Rendering::Unreadable => (Inspection::unreadable(), Vec::new()),
            Rendering::TimedOut => return Err(DocumentError::TimedOut),
            Rendering::Unavailable if is_photo => (self.describe(&stored.sha256).await?, Vec::new()),
            Rendering::Unavailable => (Inspection::default(), Vec::new()),
        };
        self.keep_previews(&stored.sha256, previews).await;
        Ok(inspection)
    }
}

impl Documents {
    /// What a photo says of itself that no tool here decodes.
    async fn describe(&self, sha256: &str) -> Result<Inspection, DocumentError> {
        let _permit = self.decoders().acquire_owned().await;
        let bytes = self.read(sha256).await?;
        let described = tokio::task::spawn_blocking(move || exif::read(&bytes)).await;
        let (taken_at, place) = described.unwrap_or_default();
        Ok(Inspection { taken_at, place, ..Inspection::default() })
    }
}

fn look(picture: &Picture) -> Inspection {
    let grey = imageops::grayscale(&picture.reduced);
    let sharpness = quality::sharpness(&grey);
    Inspection {
        width: Some(picture.width),
        height: Some(picture.height),
        // Photos of plain walls look the same: a picture without contrast gets no fingerprint.
        fingerprint: sharpness.map(|_| fingerprint(&grey)),
        quality: quality::judge(picture.width, picture.height, &grey, sharpness),
        ..Inspection::default()
    }
}

/// The difference hash of a photo (<https://www.hackerfactor.com/blog/?/archives/529-Kind-of-Like-That.html>): in a
/// small copy, one bit a pixel, set when it is brighter than the pixel on its left. Row by row, eight bits to a byte,
/// the first in its lowest bit; in Base64.
fn fingerprint(grey: &GrayImage) -> String {
    let small = imageops::resize(grey, FINGERPRINT_SIDE + 1, FINGERPRINT_SIDE, FilterType::Lanczos3);
    let brighter: Vec<bool> = small
        .as_raw()
        .chunks(small.width() as usize)
        .flat_map(|row| row.windows(2).map(|pair| pair[0] < pair[1]))
        .collect();
    let bytes: Vec<u8> =
        brighter.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, &bit| (byte << 1) | u8::from(bit))).collect();
    STANDARD_NO_PAD.encode(bytes)
}

/// Whether two fingerprints are of the same photo, which may be resized or re-encoded. False when one is no
/// fingerprint.
pub fn is_same_photo(a: &str, b: &str) -> bool {
    let (Ok(a), Ok(b)) = (STANDARD_NO_PAD.decode(a), STANDARD_NO_PAD.decode(b)) else { return false };
    let differing: u32 = a.iter().zip(&b).map(|(a, b)| (a ^ b).count_ones()).sum();
    !a.is_empty() && a.len() == b.len() && differing <= SAME_PHOTO_BITS
}

#[cfg(test)]
mod tests;
