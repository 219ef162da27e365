//! Decodes pictures within limits, and encodes previews.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits, RgbImage, codecs::jpeg::JpegEncoder,
    metadata::Orientation,
};

/// The longest side, in pixels, of the reduced picture from which the previews and the inspection are made.
pub(super) const REDUCED_SIDE: u32 = 1280;

/// The longest side, in pixels, of a picture that is decoded at all.
const MAX_SIDE: u32 = 20_000;

/// The most memory that a decoder may take: enough for the 108-megapixel photos of today's phones.
const MAX_DECODED_BYTES: u64 = 384 * 1024 * 1024;

/// At this quality a meter's serial number is readable, and the file is a tenth of the original.
const JPEG_QUALITY: u8 = 82;

/// A picture as people see it: upright, without metadata, reduced.
pub(super) struct Picture {
    /// The size of the original.
    pub width: u32,
    pub height: u32,
    pub reduced: RgbImage,
}

impl Picture {
    /// Decodes a picture. One that is beyond the limits is an error before its memory is taken. `upright`: the
    /// orientation in the metadata is applied to the pixels already.
    pub(super) fn decode(bytes: &[u8], format: ImageFormat, upright: bool) -> ImageResult<Self> {
        let mut limits = Limits::no_limits();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED_BYTES);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits.clone());
        let mut decoder = reader.into_decoder()?;
        limits.reserve(decoder.total_bytes())?;

        let orientation = if upright { None } else { decoder.orientation().ok() };
        let decoded = DynamicImage::from_decoder(decoder)?;
        let (width, height) = (decoded.width(), decoded.height());
        let mut reduced = reduce(decoded, REDUCED_SIDE);
        let orientation = orientation.unwrap_or(Orientation::NoTransforms);
        reduced.apply_orientation(orientation);
        let (width, height) = if swaps_sides(orientation) { (height, width) } else { (width, height) };
        Ok(Self { width, height, reduced: flatten(reduced) })
    }

    /// The picture for another process: four sizes, then three bytes a pixel.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let sizes = [self.width, self.height, self.reduced.width(), self.reduced.height()];
        let mut bytes: Vec<u8> = sizes.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend_from_slice(self.reduced.as_raw());
        bytes
    }

    /// Reads [`Self::to_bytes`]; none where it is none of ours.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sizes, pixels) = bytes.split_at_checked(16)?;
        let mut sizes = sizes.chunks_exact(4).map(|size| size.try_into().map(u32::from_le_bytes));
        let mut size = || sizes.next()?.ok();
        let (width, height, reduced_width, reduced_height) = (size()?, size()?, size()?, size()?);
        if reduced_width.max(reduced_height) > REDUCED_SIDE {
            return None;
        }
        let reduced = RgbImage::from_raw(reduced_width, reduced_height, pixels.to_vec())?;
        Some(Self { width, height, reduced })
    }

    /// A JPEG whose longest side is at most `side`.
    pub(super) fn to_jpeg(&self, side: u32) -> ImageResult<Vec<u8>> {
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
        if self.reduced.width().max(self.reduced.height()) > side {
            reduce(self.reduced.clone().into(), side).write_with_encoder(encoder)?;
        } else {
            self.reduced.write_with_encoder(encoder)?;
        }
        Ok(jpeg)
    }
}

/// Shrinks so that the longest side is at most `side`; a small picture stays as it is.
fn reduce(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) > side { picture.thumbnail(side, side) } else { picture }
}

fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// Converts to three channels of eight bits; transparent pixels (screenshots, scans) become white.
fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0.map(u16::from);
        let over_white = |channel: u16| u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        image::Rgb([over_white(red), over_white(green), over_white(blue)])
    })
}
