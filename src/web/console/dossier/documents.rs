//! The documents of a dossier: those that the person sent, with the results of their inspection, and those that are
//! wanted.

use super::Lexicon;
use crate::{
    document::{MediaType, Remark},
    dossier::Dossier,
    store::DocumentRow,
    web::console::when::{self, When},
};

/// A document of the gallery.
#[derive(Clone, Debug)]
pub(super) struct DocumentView {
    pub id: String,
    pub name: String,
    /// The name of its kind, where it is known or supposed.
    pub kind: Option<String>,
    /// The kind's code.
    pub kind_code: Option<String>,
    /// Only the order of arrival speaks for its kind.
    pub is_supposed: bool,
    pub is_video: bool,
    pub is_audio: bool,
    /// Nobody has looked at it yet: there is no picture of it.
    pub is_pending: bool,
    pub size: FileSize,
    pub at: When,
    /// When the photo was taken, by the camera.
    pub taken: Option<String>,
    /// Where the photo was taken, by the camera, in degrees of latitude and longitude.
    pub place: Option<String>,
    pub remarks: Vec<Remark>,
}

/// A file's size, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileSize {
    Kilobytes(i64),
    /// Megabytes and tenths of a megabyte.
    Megabytes(i64, i64),
}

/// A wanted document.
#[derive(Clone, Debug)]
pub(super) struct WantedDocument {
    pub name: String,
    pub required: bool,
    pub received: u32,
    /// Files that are supposed to be it.
    pub supposed: u32,
}

pub(super) fn gallery(rows: Vec<DocumentRow>, lexicon: Lexicon) -> Vec<DocumentView> {
    rows.into_iter()
        .map(|row| {
            let media_type: Option<MediaType> = row.media_type.parse().ok();
            let seen = row.inspection;
            DocumentView {
                id: row.id.to_string(),
                is_supposed: row.is_supposed && row.kind.is_some(),
                kind: row.kind.as_deref().map(|kind| lexicon.names.document(kind).to_owned()),
                kind_code: row.kind,
                is_video: media_type.is_some_and(MediaType::is_video),
                is_audio: media_type.is_some_and(MediaType::is_audio),
                is_pending: seen.pending,
                size: FileSize::of(row.bytes),
                at: When(row.at),
                taken: seen.taken_at.map(|at| format!("{} {}", when::day(at.date()), when::clock(at.time()))),
                place: seen.place.map(|place| format!("{:.4}, {:.4}", place.latitude, place.longitude)),
                remarks: seen.quality.remarks,
                name: row.name,
            }
        })
        .collect()
}

/// The wanted documents, those that are missing first.
pub(super) fn wanted(dossier: &Dossier, lexicon: Lexicon) -> Vec<WantedDocument> {
    let mut wanted: Vec<WantedDocument> = dossier
        .wanted
        .iter()
        .map(|it| WantedDocument {
            name: lexicon.names.document(&it.kind).to_owned(),
            required: it.required,
            received: it.received,
            supposed: it.supposed,
        })
        .collect();
    wanted.sort_by_key(|it| (it.received > 0, !it.required));
    wanted
}

impl FileSize {
    fn of(bytes: i64) -> Self {
        if bytes < 1_000_000 {
            Self::Kilobytes((bytes / 1000).max(1))
        } else {
            Self::Megabytes(bytes / 1_000_000, bytes % 1_000_000 / 100_000)
        }
    }
}

#[cfg(test)]
mod tests;
