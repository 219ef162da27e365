//! Generates pictures for tests. The integration tests include this file too.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture with hard edges at several scales, different for each `seed`.
pub(super) fn scene(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let mix = (x / 37 + 1)
            .wrapping_mul(y / 29 + 1)
            .wrapping_mul(2_654_435_761)
            .wrapping_add(seed.wrapping_mul(0x9e37_79b9));
        let shade = u8::try_from(mix >> 24).unwrap();
        Rgb([shade, shade / 2 + 60, 255 - shade])
    })
}

pub(super) fn encode(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Inserts an EXIF segment after the start of a JPEG: orientation, date, and a place in degrees, minutes and seconds.
pub(super) fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    fn entry(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    }
    fn rationals(values: [u32; 3]) -> Vec<u8> {
        values.iter().flat_map(|value| [value.to_be_bytes(), 1_u32.to_be_bytes()].concat()).collect()
    }
    let at = |offset: u32| offset.to_be_bytes();
    // The header takes 8 bytes, IFD0 (3 entries) 42, the EXIF IFD (1) 18, the GPS IFD (4) 54; then the values.
    let (exif, gps, values) = (50, 68, 122);
    let tiff = [
        b"MM\0\x2a\0\0\0\x08".to_vec(),
        vec![0, 3],
        entry(0x0112, 3, 1, [0, orientation, 0, 0]),
        entry(0x8769, 4, 1, at(exif)),
        entry(0x8825, 4, 1, at(gps)),
        vec![0; 4],
        vec![0, 1],
        entry(0x9003, 2, 20, at(values)),
        vec![0; 4],
        vec![0, 4],
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, at(values + 20)),
        entry(3, 2, 2, *b"W\0\0\0"),
        entry(4, 5, 3, at(values + 44)),
        vec![0; 4],
        b"2026:11:19 18:30:05\0".to_vec(),
        rationals([48, 51, 30]),
        rationals([2, 17, 24]),
    ]
    .concat();
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
}
