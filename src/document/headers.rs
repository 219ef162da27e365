//! The response headers under which files of strangers are served: one place, so that every web room agrees.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::MediaType;

/// What RFC 5987 lets stand unescaped in an extended parameter.
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

/// For an original: downloaded, never shown; and should a browser show it all the same, it may do nothing.
pub fn original_headers(media_type: MediaType, name: &str) -> [(&'static str, String); 5] {
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' }).collect();
    let disposition =
        format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR_CHAR));
    headers(media_type.name(), disposition, "private, no-cache")
}

/// For a preview, which we encoded ourselves: shown in a page, kept by the browser since its address never changes its
/// content.
pub fn preview_headers() -> [(&'static str, String); 5] {
    headers(MediaType::Jpeg.name(), "inline".to_owned(), "private, max-age=86400, immutable")
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
