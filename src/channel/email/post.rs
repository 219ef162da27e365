//! Raw messages that a provider posts: in Mailgun's field `body-mime`, in SendGrid's `email`, or as the body itself.
//!
//! A post is accepted when it holds the account's secret, as `Authorization: Bearer` or as the password in the URL that
//! the provider was given, or Mailgun's signature by that secret, which is valid for [`SIGNED_FOR`]. The signature does not
//! cover the message: whoever saw one could sign another by it, so it holds for the message that it came with first
//! ([`OneTimeProof`]). Replaying a post changes nothing, because the message's own identifier is remembered for longer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::channel::{Admission, OneTimeProof, Post, Refusal};

/// How far a signature's time may be from ours: Mailgun retries a post for eight hours.
const SIGNED_FOR: SignedDuration = SignedDuration::from_hours(12);
/// The most fields of a form: Mailgun sends some twenty.
const MAX_FIELDS: usize = 200;
/// The fields that hold the raw message.
const FIELDS: [&str; 2] = ["body-mime", "email"];

/// The raw message in a post.
///
/// # Errors
///
/// When the post does not come from the provider, or holds no message.
pub(super) fn raw_message(
    post: &Post<'_>,
    secret: &str,
    now: Timestamp,
) -> Result<(Bytes, Option<OneTimeProof>), Refusal> {
    let kind = header_of(post.headers, &header::CONTENT_TYPE);
    let form = if kind.starts_with("multipart/form-data") {
        Some(multipart(kind, post.body))
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        let fields = url::form_urlencoded::parse(post.body);
        Some(fields.map(|(name, value)| (name.into_owned(), Bytes::from(value.into_owned()))).collect())
    } else {
        None
    };
    let signed = if has_secret(post.headers, secret) {
        None
    } else {
        Some(form.as_deref().and_then(|form| signature(form, secret, now)).ok_or(Refusal::Unauthorized)?)
    };
    let is_message = ["", "message/rfc822", "application/octet-stream", "text/plain"]
        .contains(&kind.split(';').next().unwrap_or_default().trim());
    let raw = match &form {
        None => is_message.then(|| post.body.clone()),
        Some(form) => FIELDS.iter().find_map(|field| value(form, field)).cloned(),
    };
    let raw = raw.filter(|raw| !raw.is_empty()).ok_or_else(|| {
        Refusal::Malformed("the raw message is missing: have the provider post the full MIME message".into())
    })?;
    let proof = signed.map(|token| OneTimeProof {
        token,
        of: hex::encode(Sha256::digest(&raw)),
        // A signature may be of a time that is still to come.
        until: now + SIGNED_FOR + SIGNED_FOR,
    });
    Ok((raw, proof))
}

/// What the head tells: the secret is there, or a form may hold Mailgun's signature.
pub(super) fn admit(headers: &HeaderMap, secret: &str) -> Result<Admission, Refusal> {
    let is_form = ["multipart/form-data", "application/x-www-form-urlencoded"]
        .iter()
        .any(|form| header_of(headers, &header::CONTENT_TYPE).starts_with(form));
    if has_secret(headers, secret) {
        Ok(Admission::Known)
    } else if is_form && !headers.contains_key(header::AUTHORIZATION) {
        Ok(Admission::Unproven)
    } else {
        Err(Refusal::Unauthorized)
    }
}

type Form = [(String, Bytes)];

fn value<'a>(form: &'a Form, name: &str) -> Option<&'a Bytes> {
    form.iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

/// The fields of a multipart form (RFC 7578); their bytes are not decoded. A form is flat, and whoever posts one is not known
/// yet: it is split at its boundary, by one walk over its lines.
fn multipart(kind: &str, body: &Bytes) -> Vec<(String, Bytes)> {
    let Some(boundary) = parameter(kind, "boundary") else { return Vec::new() };
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let (mut fields, mut begin, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let next = at + line.len();
        if line.starts_with(&delimiter) && is_end_of_delimiter(&line[delimiter.len()..]) {
            if let Some(begin) = begin
                && let Some(field) = field(&body.slice(begin..at))
            {
                fields.push(field);
            }
            if fields.len() > MAX_FIELDS {
                return Vec::new();
            }
            begin = Some(next);
        }
        at = next;
    }
    fields
}

fn is_end_of_delimiter(rest: &[u8]) -> bool {
    rest.strip_prefix(b"--").unwrap_or(rest).trim_ascii().is_empty()
}

/// A field's name and its bytes, without the line's end before the next boundary.
fn field(part: &Bytes) -> Option<(String, Bytes)> {
    let mut at = 0;
    let mut name = None;
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let text = line.trim_ascii();
        if text.is_empty() {
            let value = part.slice(at..);
            let end =
                value.strip_suffix(b"\n").map_or(value.len(), |value| value.strip_suffix(b"\r").unwrap_or(value).len());
            return name.map(|name| (name, value.slice(..end)));
        }
        let text = String::from_utf8_lossy(text);
        if let Some((header, value)) = text.split_once(':')
            && header.eq_ignore_ascii_case("content-disposition")
        {
            name = parameter(value, "name");
        }
    }
    None
}

/// A parameter of a header's value, without its quotation marks.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (found, value) = parameter.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn has_secret(headers: &HeaderMap, secret: &str) -> bool {
    let authorization = header_of(headers, &header::AUTHORIZATION);
    let given = if let Some(token) = authorization.strip_prefix("Bearer ") {
        token.to_owned()
    } else if let Some(basic) = authorization.strip_prefix("Basic ") {
        let pair = STANDARD.decode(basic).ok().and_then(|pair| String::from_utf8(pair).ok()).unwrap_or_default();
        pair.split_once(':').map(|(_, password)| password.to_owned()).unwrap_or_default()
    } else {
        return false;
    };
    given.as_bytes().ct_eq(secret.as_bytes()).into()
}

/// A digest of Mailgun's signature where it is valid: the hexadecimal HMAC-SHA256 of timestamp and token by the webhook signing
/// key.
fn signature(form: &Form, secret: &str, now: Timestamp) -> Option<String> {
    let (timestamp, token) = value(form, "timestamp").zip(value(form, "token"))?;
    let signature = hex::decode(value(form, "signature")?).ok()?;
    let at = std::str::from_utf8(timestamp).ok().and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok());
    if at.is_none_or(|at| now.duration_since(at).abs() > SIGNED_FOR) {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(timestamp);
    mac.update(token);
    mac.verify_slice(&signature).ok()?;
    Some(hex::encode(Sha256::digest(&signature)))
}

fn header_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
