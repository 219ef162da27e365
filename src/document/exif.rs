//! When and where a photo was taken, as the camera wrote it into the file.

use std::io::Cursor;

use ::exif::{DateTime, Exif, In, Reader, Tag, Value};
use jiff::civil;

use super::Position;

/// The local date and the place of the photo, as far as they are there and plausible. Unreadable metadata are no error:
/// they are a help only, and anybody can write anything into them.
pub(super) fn read(bytes: &[u8]) -> (Option<civil::DateTime>, Option<Position>) {
    match Reader::new().continue_on_error(true).read_from_container(&mut Cursor::new(bytes)) {
        Ok(exif) => (taken_at(&exif), place(&exif)),
        Err(::exif::Error::PartialResult(partial)) => {
            let (exif, _) = partial.into_inner();
            (taken_at(&exif), place(&exif))
        }
        Err(_) => (None, None),
    }
}

fn taken_at(exif: &Exif) -> Option<civil::DateTime> {
    let field = [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
        .into_iter()
        .find_map(|tag| exif.get_field(tag, In::PRIMARY))?;
    let Value::Ascii(lines) = &field.value else { return None };
    let at = DateTime::from_ascii(lines.first()?).ok()?;
    let number = |part: u8| i8::try_from(part).ok();
    civil::DateTime::new(
        i16::try_from(at.year).ok()?,
        number(at.month)?,
        number(at.day)?,
        number(at.hour)?,
        number(at.minute)?,
        number(at.second)?,
        0,
    )
    .ok()
}

fn place(exif: &Exif) -> Option<Position> {
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b"S")?;
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b"W")?;
    let is_somewhere = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    // Cameras without a fix write zeros.
    let has_fix = latitude != 0.0 || longitude != 0.0;
    (is_somewhere && has_fix).then_some(Position { latitude, longitude })
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: &[u8]) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.as_slice() else { return None };
    let size = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    if !size.is_finite() {
        return None;
    }
    let Value::Ascii(side) = &exif.get_field(reference, In::PRIMARY)?.value else { return None };
    let is_negative = side.first()?.eq_ignore_ascii_case(negative);
    // Five decimals are a metre, which is as precise as a phone is.
    Some((if is_negative { -size } else { size } * 1e5).round() / 1e5)
}
