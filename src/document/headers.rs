//! The response headers under which strangers' files are served: written once, for every web room.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::MediaType;

/// The characters that stand unescaped in an extended parameter: `attr-char` of RFC 5987, 3.2.1.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Headers for an original: it is downloaded and never shown; if a browser shows it all the same, the policy lets it do
/// nothing.
pub fn original_headers(media_type: MediaType, name: &str) -> [(&'static str, String); 5] {
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' }).collect();
    let disposition =
        format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR_CHAR));
    headers(media_type.name(), disposition, "private, no-cache")
}

/// Headers for a preview, which we encoded ourselves: it is shown in a page, and no browser keeps it beyond the session.
pub fn preview_headers() -> [(&'static str, String); 5] {
    headers(MediaType::Jpeg.name(), "inline".to_owned(), "no-store, private")
}

fn headers(media_type: &str, disposition: String, cache: &str) -> [(&'static str, String); 5] {
    [
        ("content-type", media_type.to_owned()),
        ("content-disposition", disposition),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
        ("cache-control", cache.to_owned()),
    ]
}

#[cfg(test)]
mod tests;
