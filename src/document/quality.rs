//! Whether a photo is good enough for an expert, judged while the person can still take another.

use image::GrayImage;
use serde::{Deserialize, Serialize};

/// The remarks about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// A remark about a file. It asks for a better photo and never refuses the one that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// The file does not open.
    Unreadable,
    /// The file is given to nobody.
    Malware,
    TooSmall,
    TooDark,
    Blurred,
    /// The dossier holds this photo already.
    SamePhoto,
}

impl Remark {
    /// The key in `flows/messages.yaml` of the text for the person.
    pub fn key(self) -> &'static str {
        match self {
            Self::Unreadable => "photo_unreadable",
            Self::Malware => "photo_malware",
            Self::TooSmall => "photo_too_small",
            Self::TooDark => "photo_too_dark",
            Self::Blurred => "photo_blurred",
            Self::SamePhoto => "photo_same",
        }
    }
}

/// The shorter side, in pixels, under which details are lost.
const MIN_SIDE: u32 = 480;

/// A photo is too dark when even its brightest twentieth stays under this grey, of 255.
const DARK: u8 = 70;

/// The side, in pixels, of the squares in which sharpness is measured.
const TILE: u32 = 64;

/// A square with less contrast than this (the variance of its greys) shows nothing that could be sharp, such as a wall.
const MIN_CONTRAST: f64 = 100.0;

/// How many squares with contrast are needed to judge the sharpness.
const MIN_TILES: usize = 4;

/// The [`sharpness`] under which even the sharpest squares have soft edges only.
///
/// Measured on twenty photos of a test collection: sharp ones have 0.09 to 6, softened by two pixels 0.006 to 0.03, by
/// three less than 0.02.
const BLURRED: f64 = 0.025;

/// Judges a photo by its original size, its reduced pixels and their [`sharpness`].
pub(super) fn judge(width: u32, height: u32, grey: &GrayImage, sharpness: Option<f64>) -> Quality {
    let mut remarks = Vec::new();
    if width.min(height) < MIN_SIDE {
        remarks.push(Remark::TooSmall);
    }
    if is_dark(grey) {
        // In the dark everything looks blurred: one remark says enough.
        remarks.push(Remark::TooDark);
    } else if sharpness.is_some_and(|sharpness| sharpness < BLURRED) {
        remarks.push(Remark::Blurred);
    }
    Quality { remarks }
}

fn is_dark(grey: &GrayImage) -> bool {
    let bright = grey.pixels().filter(|pixel| pixel.0[0] >= DARK).count();
    bright * 20 < grey.pixels().len()
}

/// The variance of the Laplacian divided by the variance of the greys, in the sharpest tenth of the squares that have
/// contrast. It is measured by square and relative to the contrast because people photograph plain walls and ceilings:
/// a sharp stain on a plain wall must not pass for blurred. None when fewer than [`MIN_TILES`] squares have contrast.
pub(super) fn sharpness(grey: &GrayImage) -> Option<f64> {
    let mut ratios = Vec::new();
    for top in (1..grey.height().saturating_sub(TILE)).step_by(TILE as usize) {
        for left in (1..grey.width().saturating_sub(TILE)).step_by(TILE as usize) {
            let (mut contrast, mut edges) = (Spread::default(), Spread::default());
            for y in top..top + TILE {
                for x in left..left + TILE {
                    let at = |x, y| i32::from(grey.get_pixel(x, y).0[0]);
                    let centre = at(x, y);
                    contrast.add(centre);
                    edges.add(at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * centre);
                }
            }
            if contrast.variance() >= MIN_CONTRAST {
                ratios.push(edges.variance() / contrast.variance());
            }
        }
    }
    if ratios.len() < MIN_TILES {
        return None;
    }
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() * 9 / 10).copied()
}

/// A running variance of small whole numbers.
#[derive(Default)]
struct Spread {
    count: i32,
    sum: i64,
    squares: i64,
}

impl Spread {
    fn add(&mut self, value: i32) {
        self.count += 1;
        self.sum += i64::from(value);
        self.squares += i64::from(value) * i64::from(value);
    }

    #[expect(clippy::cast_precision_loss, reason = "sums over one square are far below 2^52")]
    fn variance(&self) -> f64 {
        let count = f64::from(self.count);
        let mean = self.sum as f64 / count;
        self.squares as f64 / count - mean * mean
    }
}
