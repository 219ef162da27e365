//! The text of a part, whatever charset it is in. Programs declare wrong ones, none, or one that nobody knows: what the bytes
//! say counts before what was declared, and windows-1252 is the last resort, in which every byte is a character.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use mail_parser::{
    ContentType, Encoding as Transfer, Message, MessagePart, MimeHeaders as _,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};

/// A part's bytes without their transfer encoding; none where they cannot be decoded.
pub(super) fn bytes_of<'a>(message: &'a Message, part: &MessagePart) -> Option<Cow<'a, [u8]>> {
    let range = usize::try_from(part.raw_body_offset()).ok()?..usize::try_from(part.raw_end_offset()).ok()?;
    let raw = message.raw_message().get(range)?;
    match part.encoding {
        Transfer::None => Some(Cow::Borrowed(raw)),
        Transfer::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
        Transfer::Base64 => base64_decode(raw).map(Cow::Owned),
    }
}

/// The text of a part, in the charset that it declares or that its bytes show.
pub(super) fn text_of(message: &Message, part: &MessagePart) -> Option<String> {
    let declared = part.content_type().and_then(|kind| kind.attribute("charset"));
    Some(decoded(&bytes_of(message, part)?, declared))
}

/// Bytes as a text. Bytes that are valid UTF-8 and no ASCII are UTF-8, but where a charset of two bytes a character was
/// declared.
pub(super) fn decoded(bytes: &[u8], declared: Option<&str>) -> String {
    let declared = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let one_byte = declared.is_none_or(|charset| charset == UTF_8 || charset.is_single_byte());
    if one_byte && let Ok(text) = std::str::from_utf8(bytes) {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    let as_declared = declared.and_then(|charset| charset.decode_without_bom_handling_and_without_replacement(bytes));
    match (as_declared, std::str::from_utf8(bytes)) {
        (Some(text), _) => text.into_owned(),
        (None, Ok(text)) => text.to_owned(),
        (None, Err(_)) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// A text whose lines were broken softly (`format=flowed`, RFC 3676, 4.1): a line that ends with a blank goes on in the next
/// one.
pub(super) fn unflowed(text: &str, kind: Option<&ContentType>) -> Option<String> {
    let kind = kind?;
    if !kind.attribute("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
        return None;
    }
    let drops = kind.attribute("delsp").is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
    let mut whole: Vec<String> = Vec::new();
    // The marks of the last line, where that goes on in the next one.
    let mut open: Option<&str> = None;
    for line in text.lines() {
        let (marks, words) = line.split_at(line.find(|c| c != '>').unwrap_or(line.len()));
        let words = words.strip_prefix(' ').unwrap_or(words);
        // The line above a signature ends with a blank and stands alone.
        let is_signature = words == "-- ";
        let soft = words.ends_with(' ') && !is_signature;
        let kept = if soft && drops { &words[..words.len() - 1] } else { words };
        match whole.last_mut().filter(|_| open == Some(marks) && !is_signature) {
            Some(paragraph) => paragraph.push_str(kept),
            None if marks.is_empty() => whole.push(kept.to_owned()),
            None => whole.push(format!("{marks} {kept}")),
        }
        open = soft.then_some(marks);
    }
    Some(whole.join("\n"))
}

#[cfg(test)]
mod tests;
