//! Parses a message: who wrote it, the person's own words, and their files.
//!
//! Anybody can send mail. Sizes and depths are bounded before the parser sees a byte, and it runs on a thread of its
//! own, which contains a panic and a time-out. Of a message that is too complex to parse, the headers are read and the
//! original is kept. The original is a document of every message, so that nothing that is cut or misread here is lost.
//!
//! Nothing here decides whose conversation it is; that is the intake's.

use std::{sync::LazyLock, time::Duration};

use bytes::Bytes;
use mail_parser::{
    Address, ContentType, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType,
};
use tokio::sync::Semaphore;

use super::{
    automatic::{self, Nature},
    quotes,
};
use crate::channel::{Content, File};

/// The largest message that is read, in bytes: the usual providers accept up to 25 MB.
pub(super) const MAX_BYTES: usize = 25 * 1024 * 1024;
/// How deep messages may be nested in messages.
const MAX_DEPTH: usize = 20;
/// How many parts of a message are looked at.
const MAX_PARTS: usize = 1000;
/// How many files of a message become documents.
const MAX_FILES: usize = 100;
/// The most bytes of all headers of all parts: many times what a person's message has.
const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// The most occurrences of words that make structure (multipart, nested messages): more of them are an attack.
const MAX_STRUCTURE: usize = 200;
/// The largest HTML that is turned into a text.
const MAX_HTML: usize = 2 * 1024 * 1024;
/// The width, in columns, of HTML as text: wide enough that no paragraph is wrapped.
const HTML_WIDTH: usize = 10_000;
/// An inline picture of fewer bytes than this is a logo, a rule or a tracker and no photo.
const LOGO_BYTES: usize = 10 * 1024;
/// The time-out of parsing one message.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many messages are parsed at the same time. A parser that timed out keeps its permit until its thread ends.
static READERS: Semaphore = Semaphore::const_new(2);

static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::default);

/// A parsed message.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    /// The Message-ID, without the angle brackets. A message without a usable one is identified by its hash.
    pub(super) id: String,
    /// The address in From, normalised. None unless there is exactly one.
    pub(super) from: Option<String>,
    /// The addresses that it was sent and delivered to, normalised.
    pub(super) recipients: Vec<String>,
    /// The Message-IDs of the messages that it answers, the nearest first, without the angle brackets.
    pub(super) answers: Vec<String>,
    pub(super) subject: String,
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
    #[error("the message takes too long to read")]
    TooSlow,
    #[error("the parser failed on the message")]
    ParserFailed,
}

/// Parses a message on a thread of its own.
///
/// # Errors
///
/// When it is too large, or the parser panics or times out.
pub(super) async fn read(raw: Bytes) -> Result<Mail, Unreadable> {
    if raw.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let place = READERS.acquire().await.map_err(|_| Unreadable::TooSlow)?;
    let reading = tokio::task::spawn_blocking(move || {
        let _place = place;
        parse(&raw)
    });
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(mail)) => mail,
        // The parser panicked; only its thread ended.
        Ok(Err(_)) => Err(Unreadable::ParserFailed),
        Err(_) => Err(Unreadable::TooSlow),
    }
}

/// Parses a message on this thread, for a caller that cannot await.
pub(super) fn read_here(raw: &Bytes) -> Result<Mail, Unreadable> {
    if raw.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    std::panic::catch_unwind(|| parse(raw)).unwrap_or(Err(Unreadable::ParserFailed))
}

pub(super) fn parse(raw: &Bytes) -> Result<Mail, Unreadable> {
    let too_much = is_too_much(raw);
    let message = if too_much { PARSER.parse_headers(raw) } else { PARSER.parse(raw) };
    let message = message.filter(|message| !message.headers().is_empty()).ok_or(Unreadable::NoMessage)?;
    let subject = message.subject().unwrap_or_default().trim().to_owned();
    let id = message.message_id().filter(|id| is_name(id)).map_or_else(|| hash_of(raw), str::to_owned);
    let nature = automatic::nature(&message);
    let mut files = Vec::new();
    let text = if too_much {
        String::new()
    } else {
        let mut messages = Vec::new();
        collect_files(&message, 0, &mut files, &mut messages);
        files.append(&mut messages);
        quotes::own_words(&text_of(&message), &subject)
    };
    files.push(original(raw, &subject));
    Ok(Mail {
        id,
        from: sole_from(&message),
        recipients: recipients(&message),
        answers: answers(&message),
        subject,
        text,
        files,
        nature,
        authentication: raw_headers(&message, "Authentication-Results"),
    })
}

/// Whether a message has so much structure that only its header is parsed. It is counted without the parser, which
/// holds every header and part in memory, and drops nested messages by recursion.
fn is_too_much(raw: &[u8]) -> bool {
    let (mut header_bytes, mut structure) = (0, 0);
    let (mut in_headers, mut in_message) = (true, true);
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"--") {
            (in_headers, in_message) = (true, true);
        } else if line.is_empty() {
            // After the header of a part that is a message comes that message's own header.
            in_headers = std::mem::take(&mut in_message);
        } else if in_headers {
            let lower = line.to_ascii_lowercase();
            let is_message = has(&lower, b"rfc822") || has(&lower, b"/global");
            in_message = is_message || in_message && !lower.starts_with(b"content-");
            structure += usize::from(is_message || has(&lower, b"multipart"));
        }
        if in_headers {
            header_bytes += line.len() + 1;
        }
        if header_bytes > MAX_HEADER_BYTES || structure > MAX_STRUCTURE {
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
            PartType::Text(text) => Some(text.to_string()),
            PartType::Html(html) => Some(text_of_html(html)),
            _ => None,
        })
        .collect();
    let text = texts.join("\n");
    if !text.trim().is_empty() {
        return text;
    }
    let html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html),
        _ => None,
    });
    html.map(|html| text_of_html(html)).unwrap_or_default()
}

fn text_of_html(html: &str) -> String {
    let mut end = html.len().min(MAX_HTML);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    html2text::config::plain_no_decorate()
        .link_footnotes(false)
        .raw_mode(true)
        .allow_width_overflow()
        .empty_img_mode(html2text::config::ImageRenderMode::IgnoreEmpty)
        .string_from_read(&html.as_bytes()[..end], HTML_WIDTH)
        .unwrap_or_default()
}

/// Collects the files of a message and of the messages nested in it, and those messages themselves.
fn collect_files(message: &Message, depth: usize, files: &mut Vec<File>, messages: &mut Vec<File>) {
    for part in message.attachments().take(MAX_PARTS) {
        if files.len() + messages.len() >= MAX_FILES {
            return;
        }
        if let PartType::Message(inner) = &part.body {
            let raw = Bytes::copy_from_slice(part.contents());
            messages.push(original(&raw, inner.subject().unwrap_or_default()));
            if depth < MAX_DEPTH {
                collect_files(inner, depth + 1, files, messages);
            }
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
    let content = if crate::document::MediaType::sniff(raw).is_ok_and(|kind| kind == crate::document::MediaType::Email)
    {
        raw.clone()
    } else {
        [b"X-Guichet: kept as it came\r\n", raw.as_ref()].concat().into()
    };
    File { name: format!("{subject}.eml"), content: Content::Bytes(content) }
}

/// The address in From, where there is exactly one: with two, mail programs may show another than the one that was
/// checked.
fn sole_from(message: &Message) -> Option<String> {
    let mut all = message.header_values(HeaderName::From).filter_map(HeaderValue::as_address).flat_map(Address::iter);
    let (first, second) = (all.next()?, all.next());
    if second.is_some() { None } else { normalise(first.address()?) }
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
