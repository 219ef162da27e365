//! The media type of a file, by its content.

use serde::{Deserialize, Serialize};

use super::DocumentError;

/// The media types that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    Webp,
    /// HEIC and HEIF: photos of iPhones.
    #[serde(rename = "image/heif")]
    Heif,
    #[serde(rename = "application/pdf")]
    Pdf,
    #[serde(rename = "video/mp4")]
    Mp4,
    #[serde(rename = "video/quicktime")]
    Quicktime,
    /// A Telegram voice message, in Opus.
    #[serde(rename = "audio/ogg")]
    Ogg,
    #[serde(rename = "audio/mpeg")]
    Mp3,
    #[serde(rename = "audio/mp4")]
    M4a,
    /// An e-mail as it was received.
    #[serde(rename = "message/rfc822")]
    Email,
}

impl MediaType {
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Heif,
        Self::Pdf,
        Self::Mp4,
        Self::Quicktime,
        Self::Ogg,
        Self::Mp3,
        Self::M4a,
        Self::Email,
    ];

    /// How many of the first bytes [`MediaType::sniff`] needs (a PDF's header may stand anywhere in the first
    /// kilobyte).
    pub(super) const SNIFFED: usize = 1024;

    /// Recognises a file by its first bytes, at least [`Self::SNIFFED`] of them where the file is that long.
    ///
    /// # Errors
    ///
    /// When it is none of the media types that are accepted.
    pub fn sniff(head: &[u8]) -> Result<Self, DocumentError> {
        let found = infer::get(head).map(|kind| kind.mime_type());
        match found {
            Some("video/x-m4v") => Ok(Self::Mp4),
            Some("audio/opus") => Ok(Self::Ogg),
            Some("audio/m4a") => Ok(Self::M4a),
            Some(mime) => mime.parse(),
            None if begins_like_an_email(head) => Ok(Self::Email),
            None => Err(DocumentError::Unsupported),
        }
    }

    /// The name in the store and in `Content-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Heif => "image/heif",
            Self::Pdf => "application/pdf",
            Self::Mp4 => "video/mp4",
            Self::Quicktime => "video/quicktime",
            Self::Ogg => "audio/ogg",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Email => "message/rfc822",
        }
    }

    /// The file name extensions of this type; the first is the one that we give.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Heif => &["heic", "heif", "hif"],
            Self::Pdf => &["pdf"],
            Self::Mp4 => &["mp4", "m4v"],
            Self::Quicktime => &["mov", "qt"],
            Self::Ogg => &["ogg", "oga", "opus"],
            Self::Mp3 => &["mp3"],
            Self::M4a => &["m4a"],
            Self::Email => &["eml"],
        }
    }

    /// Whether this is a photo.
    pub fn is_photo(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp | Self::Heif)
    }

    /// Whether this is a video.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Quicktime)
    }

    /// Whether this is a sound recording.
    pub fn is_audio(self) -> bool {
        matches!(self, Self::Ogg | Self::Mp3 | Self::M4a)
    }
}

/// Whether the file begins with one of the headers with which e-mails begin: they have no magic number.
fn begins_like_an_email(head: &[u8]) -> bool {
    const HEADERS: &[&str] = &[
        "arc-seal",
        "authentication-results",
        "content-type",
        "date",
        "delivered-to",
        "dkim-signature",
        "from",
        "message-id",
        "mime-version",
        "received",
        "reply-to",
        "return-path",
        "subject",
        "to",
    ];
    let name = head.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_header = |name: &str| name.starts_with("x-") || HEADERS.contains(&name);
    name.len() < head.len()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && std::str::from_utf8(name).is_ok_and(|name| is_header(&name.to_ascii_lowercase()))
}

impl std::fmt::Display for MediaType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for MediaType {
    type Err = DocumentError;

    fn from_str(name: &str) -> Result<Self, DocumentError> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(DocumentError::Unsupported)
    }
}

#[cfg(test)]
mod tests;
