//! Parses a message: who wrote it, the person's own words, and their files.
//!
//! Anybody can send mail. Sizes and depths are bounded before the parser sees a byte, and it runs on a thread of its
//! own, which contains a panic and a time-out. Of a message that is too complex to parse, the header is read and the
//! original is kept: it is received with an empty text, since a refusal would only bring it again. The original is a
//! document of every message, so that nothing that is cut or misread here is lost.
//!
//! Nothing here decides whose conversation it is; that is the intake's.

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use bytes::Bytes;
use jiff::{Timestamp, civil::Date};
use mail_parser::{
    Address, ContentType, Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _,
    PartType,
};
use tokio::sync::Semaphore;

use super::{
    automatic::{self, Nature},
    charset, html, quotes, tnef,
};
use crate::{
    channel::{Content, File},
    document::MediaType,
    domain::clock::paris,
};

/// The largest message that is read, in bytes: the usual providers accept up to 25 MB.
pub(super) const MAX_BYTES: usize = 25 * 1024 * 1024;
/// How deep messages may be nested in messages.
const MAX_DEPTH: usize = 20;
/// How many parts of a message are looked at.
const MAX_PARTS: usize = 1000;
/// How many files of a message become documents.
const MAX_FILES: usize = 100;
/// The most bytes and lines of all headers of all parts: many times what a person's message has.
const MAX_HEADER_BYTES: usize = 1024 * 1024;
const MAX_HEADER_LINES: usize = 20_000;
/// How many bytes of the header of a message that is too complex are read.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The most occurrences of words that make structure (multipart, nested messages): more of them are an attack. The parser
/// may look for the end of each of them in the whole message.
const MAX_STRUCTURE: usize = 64;
/// The longest text in which the person's own words are looked for: more than the intake keeps of them.
const MAX_TEXT: usize = 2 * crate::intake::MAX_TEXT;
/// An inline picture of fewer bytes than this is a logo, a rule or a tracker and no photo.
const LOGO_BYTES: usize = 10 * 1024;
/// How long a message waits for a reader, and how long its reader may take: more than any message within the bounds
/// needs.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many messages are parsed at the same time. A parser that timed out keeps its permit until its thread ends.
static READERS: Semaphore = Semaphore::const_new(2);

static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::default);

/// A parsed message.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    /// The Message-ID, without the angle brackets. A message without a usable one is identified by its hash.
    pub(super) id: String,
    /// The hash of what follows the header. Some programs give one Message-ID to several messages; only one that comes with the
    /// same content is a redelivery.
    pub(super) digest: String,
    /// The address in From, normalised. None unless there is exactly one.
    pub(super) from: Option<String>,
    /// The addresses that it was sent and delivered to, normalised.
    pub(super) recipients: Vec<String>,
    /// The Message-IDs of the messages that it answers, the nearest first, without the angle brackets.
    pub(super) answers: Vec<String>,
    pub(super) subject: String,
    /// The day in its header: when its sender's clock says that it was sent.
    pub(super) sent: Option<Date>,
    /// The person's own words; empty where they sent files only.
    pub(super) text: String,
    /// Attachments and pictures, then forwarded messages, and the original message last.
    pub(super) files: Vec<File>,
    pub(super) nature: Nature,
    /// The Authentication-Results headers, topmost first.
    pub(super) authentication: Vec<String>,
}

/// Why a message could not be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the message is larger than may be taken")]
    TooLarge,
    #[error("the message is empty or has no headers")]
    NoMessage,
    #[error("the message does not name exactly one sender")]
    NoSender,
    /// It can be read later.
    #[error("too many messages are being read")]
    Busy,
    #[error("the parser failed on the message")]
    ParserFailed,
}

/// Parses a message on a thread of its own. Of one on which the parser panics or times out, only the header is read.
///
/// # Errors
///
/// When it is too large, its header cannot be read, or all readers are busy.
pub(super) async fn read(raw: Bytes) -> Result<Mail, Unreadable> {
    if raw.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let Ok(Ok(place)) = tokio::time::timeout(PATIENCE, READERS.acquire()).await else { return Err(Unreadable::Busy) };
    let whole = raw.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let _place = place;
        parse(&whole)
    });
    if let Ok(Ok(mail)) = tokio::time::timeout(PATIENCE, reading).await {
        return mail;
    }
    tracing::warn!("the parser failed on a message: only its header is read");
    tokio::task::spawn_blocking(move || parse_head(&raw)).await.unwrap_or(Err(Unreadable::ParserFailed))
}

pub(super) fn parse(raw: &Bytes) -> Result<Mail, Unreadable> {
    if is_too_much(raw) {
        return parse_head(raw);
    }
    let message = PARSER.parse(raw).ok_or(Unreadable::NoMessage)?;
    let (mut files, mut messages) = (Vec::new(), Vec::new());
    collect_files(&message, 0, &mut files, &mut messages);
    files.append(&mut messages);
    describe(raw, &message, &text_of(&message), files)
}

/// A message of which only the beginning of the header is read. It has no text and no files but the original.
fn parse_head(raw: &Bytes) -> Result<Mail, Unreadable> {
    let head = &raw[..raw.len().min(MAX_HEAD_BYTES)];
    let message = PARSER.parse_headers(head).ok_or(Unreadable::NoMessage)?;
    describe(raw, &message, "", Vec::new())
}

fn describe(raw: &Bytes, message: &Message, text: &str, mut files: Vec<File>) -> Result<Mail, Unreadable> {
    if message.headers().is_empty() {
        return Err(Unreadable::NoMessage);
    }
    let subject = subject_of(message);
    let id = message.message_id().filter(|id| is_name(id)).map_or_else(|| hash_of(raw), str::to_owned);
    files.push(original(raw, &subject));
    let answers = answers(message);
    // Our subjects carry the reference in brackets, also where a program drops the other marks of an answer.
    let is_answer = !answers.is_empty() || quotes::is_reply(&subject) || subject.contains('[');
    let text = &text[..text.floor_char_boundary(text.len().min(MAX_TEXT))];
    Ok(Mail {
        digest: hash_of(content_of(raw)),
        id,
        from: sole_from(message),
        recipients: recipients(message),
        answers,
        text: quotes::own_words(text, &subject, is_answer),
        subject,
        sent: sent(message),
        files,
        nature: automatic::nature(message),
        authentication: raw_headers(message, "Authentication-Results"),
    })
}

/// Whether a message has so much structure that only its header is parsed. It is counted without the parser, which
/// holds every header and part in memory, and drops nested messages by recursion. A message that is nested in an encoded
/// form (RFC 2046, 5.2.1, forbids it) is too much: its structure cannot be counted here.
fn is_too_much(raw: &[u8]) -> bool {
    let (mut header_bytes, mut header_lines, mut structure) = (0, 0, 0);
    let (mut in_headers, mut in_message) = (true, true);
    // Of the header at hand: whether the part is a message, and whether it is encoded.
    let (mut is_message, mut is_encoded) = (false, false);
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"--") {
            (in_headers, in_message) = (true, true);
            (is_message, is_encoded) = (false, false);
        } else if line.is_empty() {
            // After the header of a part that is a message comes that message's own header.
            in_headers = std::mem::take(&mut in_message);
            (is_message, is_encoded) = (false, false);
        } else if in_headers {
            let lower = line.to_ascii_lowercase();
            let names_message = has(&lower, b"rfc822") || has(&lower, b"/global");
            // A comment may stand within the words that are looked for.
            let has_comment = lower.starts_with(b"content-type") && lower.contains(&b'(');
            in_message = names_message || in_message && !lower.starts_with(b"content-");
            is_message |= names_message || has_comment;
            is_encoded |= has(&lower, b"base64") || has(&lower, b"quoted-printable");
            structure += usize::from(names_message || has_comment || has(&lower, b"multipart"));
        }
        if in_headers {
            header_bytes += line.len() + 1;
            header_lines += 1;
        }
        if header_bytes > MAX_HEADER_BYTES
            || header_lines > MAX_HEADER_LINES
            || structure > MAX_STRUCTURE
            || is_message && is_encoded
        {
            return true;
        }
    }
    false
}

fn has(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window == word)
}

/// The message's text: its plain text, else its HTML as text.
fn text_of(message: &Message) -> String {
    let texts: Vec<String> = message
        .text_bodies()
        .filter_map(|part| match &part.body {
            PartType::Text(_) if disguised(message, part).is_some() => None,
            PartType::Text(text) => {
                let text = charset::text_of(message, part).unwrap_or_else(|| text.to_string());
                Some(charset::unflowed(&text, part.content_type()).unwrap_or(text))
            }
            PartType::Html(html) => html_text(message, part, html),
            _ => None,
        })
        .collect();
    let text = texts.join("\n");
    if !text.trim().is_empty() {
        return text;
    }
    let html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => html_text(message, part, html),
        _ => None,
    });
    html.or_else(|| message.attachments().find_map(winmail).map(|winmail| winmail.text)).unwrap_or_default()
}

/// What Outlook packed into a `winmail.dat`; none where a part is none.
fn winmail(part: &MessagePart) -> Option<tnef::Winmail> {
    match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => tnef::read(bytes),
        _ => None,
    }
}

fn html_text(message: &Message, part: &MessagePart, parsed: &str) -> Option<String> {
    match charset::text_of(message, part) {
        Some(html) => html::text_of(&html),
        None => html::text_of(parsed),
    }
}

/// The bytes of a part that says that it is a text, or nothing, and is a photo or a paper.
fn disguised<'a>(message: &'a Message, part: &MessagePart) -> Option<Cow<'a, [u8]>> {
    let named = part.attachment_name().is_some() || part.encoding == Encoding::Base64;
    let bytes = charset::bytes_of(message, part).filter(|_| named)?;
    let is_file = MediaType::sniff(&bytes).is_ok_and(|kind| kind != MediaType::Email);
    is_file.then_some(bytes)
}

/// The day on which it was sent, where the insurers are.
fn sent(message: &Message) -> Option<Date> {
    let sent = Timestamp::from_second(message.date()?.to_timestamp()).ok()?;
    Some(sent.to_zoned(paris()).date())
}

/// The subject. One whose bytes stand in the header as they are, which RFC 5322 forbids, is read by what they are.
fn subject_of(message: &Message) -> String {
    let raw = message.root_part().headers.iter().find(|header| header.name == HeaderName::Subject).and_then(|header| {
        let range = usize::try_from(header.offset_start()).ok()?..usize::try_from(header.offset_end()).ok()?;
        message.raw_message().get(range).filter(|raw| !raw.is_ascii())
    });
    let subject = match raw {
        Some(raw) => charset::decoded(raw, None).split_whitespace().collect::<Vec<_>>().join(" "),
        None => message.subject().unwrap_or_default().to_owned(),
    };
    subject.trim().to_owned()
}

/// What follows the header.
fn content_of(raw: &[u8]) -> &[u8] {
    let end = raw.windows(3).position(|window| window.starts_with(b"\n\n") || window == b"\n\r\n");
    &raw[end.unwrap_or_default()..]
}

/// Collects the files of a message and of the messages nested in it, and those messages themselves.
fn collect_files(message: &Message, depth: usize, files: &mut Vec<File>, messages: &mut Vec<File>) {
    let disguised_texts = message.text_bodies().filter(|part| disguised(message, part).is_some());
    for part in message.attachments().chain(disguised_texts).take(MAX_PARTS) {
        if files.len() + messages.len() >= MAX_FILES {
            return;
        }
        if let PartType::Message(inner) = &part.body {
            let raw = Bytes::copy_from_slice(part.contents());
            messages.push(original(&raw, inner.subject().unwrap_or_default()));
            if depth < MAX_DEPTH {
                collect_files(inner, depth + 1, files, messages);
            }
        } else if matches!(part.body, PartType::Text(_))
            && let Some(bytes) = disguised(message, part)
        {
            files.push(File {
                name: part.attachment_name().unwrap_or_default().to_owned(),
                content: Content::Bytes(Bytes::copy_from_slice(&bytes)),
            });
        } else if let Some(winmail) = winmail(part) {
            files.extend(winmail.files);
        } else if is_file(part) {
            files.push(File {
                name: part.attachment_name().unwrap_or_default().to_owned(),
                content: Content::Bytes(Bytes::copy_from_slice(part.contents())),
            });
        }
    }
}

/// Whether a part is a file that the person sent, and not a part of the message's layout.
fn is_file(part: &MessagePart) -> bool {
    let (kind, subtype) =
        part.content_type().map_or(("", ""), |kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
    let is_signature = ["pgp-signature", "pgp-keys", "pkcs7-signature", "x-pkcs7-signature"]
        .iter()
        .any(|signature| subtype.eq_ignore_ascii_case(signature));
    let is_inline = part.content_id().is_some() || part.content_disposition().is_some_and(ContentType::is_inline);
    let is_attached = part.content_disposition().is_some_and(ContentType::is_attachment);
    match &part.body {
        PartType::Multipart(_) | PartType::Message(_) => false,
        // Otherwise it is the alternative form of the text, an invitation or a report.
        PartType::Text(_) | PartType::Html(_) => is_attached,
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            let is_decoration = is_inline
                && !is_attached
                && kind.eq_ignore_ascii_case("image")
                && (bytes.len() < LOGO_BYTES || subtype.eq_ignore_ascii_case("gif"));
            !bytes.is_empty() && !is_signature && !is_decoration
        }
    }
}

/// The original message as a file. One that does not begin with a header field gets one, so that it is recognised as an
/// e-mail.
fn original(raw: &Bytes, subject: &str) -> File {
    let content = if MediaType::sniff(raw).is_ok_and(|kind| kind == MediaType::Email) {
        raw.clone()
    } else {
        [b"X-Guichet: kept as it came\r\n", raw.as_ref()].concat().into()
    };
    File { name: format!("{subject}.eml"), content: Content::Bytes(content) }
}

/// The address in From, where there is exactly one: with two, mail programs may show another than the one that was
/// checked.
fn sole_from(message: &Message) -> Option<String> {
    let named = message.header_values(HeaderName::From).filter_map(HeaderValue::as_address).flat_map(Address::iter);
    // "TEST, Jeanne <x@example.org>" without quotes has a name that is no address; one address twice is one.
    let mut all = named.filter_map(|named| named.address()).filter(|address| address.contains('@')).map(normalise);
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

fn recipients(message: &Message) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |address: Option<String>| {
        if let Some(address) = address.filter(|address| !found.contains(address)) {
            found.push(address);
        }
    };
    for name in ["X-Original-To", "Delivered-To", "X-Forwarded-To"] {
        for value in raw_headers(message, name) {
            add(normalise(&value));
        }
    }
    for name in [HeaderName::To, HeaderName::Cc] {
        for address in message.header_values(name).filter_map(HeaderValue::as_address).flat_map(Address::iter) {
            add(address.address().and_then(normalise));
        }
    }
    found
}

/// The Message-IDs in In-Reply-To, then those in References from its end.
fn answers(message: &Message) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in [HeaderName::InReplyTo, HeaderName::References] {
        let ids: Vec<&str> = message
            .header_values(name)
            .flat_map(|value| match value {
                HeaderValue::Text(id) => vec![id.as_ref()],
                HeaderValue::TextList(ids) => ids.iter().map(AsRef::as_ref).collect(),
                _ => Vec::new(),
            })
            .collect();
        for id in ids.into_iter().rev() {
            if !found.iter().any(|known| known == id) {
                found.push(id.to_owned());
            }
        }
    }
    found
}

/// The raw values of a header field, topmost first, unfolded.
pub(super) fn raw_headers(message: &Message, name: &str) -> Vec<String> {
    let named = message.headers_raw().filter(|(found, _)| found.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Normalises an address for storing and comparing: without angle brackets, in lower case. RFC 5321, 2.4, lets local
/// parts differ by case; no provider uses that, and people type both.
pub(super) fn normalise(address: &str) -> Option<String> {
    let address = address.trim().trim_start_matches('<').trim_end_matches('>').trim_end_matches('.').to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let is_one = !local.is_empty()
        && domain.contains('.')
        && address.len() <= 254
        && !address.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
        && !local.contains('@');
    is_one.then_some(address)
}

/// Whether a Message-ID can be quoted in a header of ours (RFC 5322: printable, on one line).
fn is_name(id: &str) -> bool {
    (1..=250).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The identifier of a message without a usable Message-ID.
fn hash_of(raw: &[u8]) -> String {
    use sha2::Digest as _;
    format!("sha256:{}", hex::encode(&sha2::Sha256::digest(raw)[..16]))
}

#[cfg(test)]
mod tests;
