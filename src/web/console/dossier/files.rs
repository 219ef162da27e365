//! The documents: what came, with what was seen in it, and what is still wanted.

use super::Lexicon;
use crate::{
    document::{Inspection, MediaType, Remark},
    dossier::Dossier,
    store::DocumentRow,
    web::console::when::{self, When},
};

/// A file of the gallery.
#[derive(Clone, Debug)]
pub(super) struct FileView {
    pub id: String,
    pub name: String,
    /// What it shows, once that is known.
    pub kind: Option<String>,
    pub is_video: bool,
    pub is_audio: bool,
    pub size: Size,
    pub at: When,
    /// When the camera says that it was taken.
    pub taken: Option<String>,
    /// Where, as degrees.
    pub place: Option<String>,
    pub remarks: Vec<Remark>,
}

/// A file's size, rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Kilobytes(i64),
    /// In tenths.
    Megabytes(i64, i64),
}

/// A wanted document.
#[derive(Clone, Debug)]
pub(super) struct WantedView {
    pub name: String,
    pub required: bool,
    pub received: u32,
}

pub(super) fn gallery(rows: Vec<DocumentRow>, lexicon: Lexicon) -> Vec<FileView> {
    rows.into_iter()
        .map(|row| {
            let media_type: Option<MediaType> = row.media_type.parse().ok();
            let seen: Inspection = serde_json::from_value(row.inspection).unwrap_or_default();
            FileView {
                id: row.id.to_string(),
                kind: row.kind.map(|kind| lexicon.names.document(&kind).to_owned()),
                is_video: media_type.is_some_and(MediaType::is_video),
                is_audio: media_type.is_some_and(MediaType::is_audio),
                size: Size::of(row.bytes),
                at: When(row.at),
                taken: seen.taken_at.map(|at| format!("{} {}", when::day(at.date()), when::clock(at.time()))),
                place: seen.place.map(|place| format!("{:.4}, {:.4}", place.latitude, place.longitude)),
                remarks: seen.quality.remarks,
                name: row.name,
            }
        })
        .collect()
}

/// What is wanted: what is missing first.
pub(super) fn wanted(dossier: &Dossier, lexicon: Lexicon) -> Vec<WantedView> {
    let mut wanted: Vec<WantedView> = dossier
        .wanted
        .iter()
        .map(|it| WantedView {
            name: lexicon.names.document(&it.kind).to_owned(),
            required: it.required,
            received: it.received,
        })
        .collect();
    wanted.sort_by_key(|it| (it.received > 0, !it.required));
    wanted
}

impl Size {
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
