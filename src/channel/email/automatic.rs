//! Recognises mail that no person wrote: delivery reports, auto-replies, lists, and our own mail that comes back.
//!
//! A delivery report is passed on, so that a handler learns that a message did not arrive. All other automatic mail is
//! never answered: two machines that answer each other do not stop.

use mail_parser::{Message, MimeHeaders as _, PartType};

use super::parse::{normalise, raw_headers};
use crate::channel::{DeliveryStatus, Reason};

/// A message with more `Received` fields than this goes round in circles. A person's has fewer than ten. (A relay lets
/// at least 100 through, RFC 5321, 6.3; we answer instead of relaying.)
const MAX_STATIONS: usize = 50;

/// What kind of message this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    Person,
    /// Written by a machine, with the sign by which it was recognised.
    Automatic(Sign),
    /// The delivery status of messages of ours.
    Report(Vec<MessageStatus>),
}

/// The sign by which an automatic message is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A null Return-Path: nobody is to answer.
    NoReturn,
    /// Auto-Submitted (RFC 3834) and its forerunners.
    Header,
    /// A mailing list, or mail in bulk.
    List,
    /// "Absence du bureau" and the like.
    Subject,
    /// An address that nobody reads.
    Sender,
    /// Too many `Received` fields.
    Loop,
}

/// What a report says about one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageStatus {
    /// The Message-ID of that message, without the angle brackets.
    pub(super) message: String,
    pub(super) status: DeliveryStatus,
}

/// The beginnings of auto-replies' subjects.
const SUBJECTS: &[&str] = &[
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "réponse automatique",
    "reponse automatique",
    "réponse d'absence",
    "notification d'absence",
    "automatic reply",
    "out of office",
    "autoreply",
    "auto-reply",
    "auto:",
];

/// Local parts of addresses that nobody reads, up to the `@` or a separator.
const SENDERS: &[&str] = &[
    "mailer-daemon",
    "postmaster",
    "no-reply",
    "noreply",
    "no_reply",
    "do-not-reply",
    "donotreply",
    "ne-pas-repondre",
    "nepasrepondre",
    "ne_pas_repondre",
    "bounce",
    "bounces",
];

/// Tells whether a person or a machine wrote the message.
pub(super) fn nature(message: &Message) -> Nature {
    if let Some(told) = report(message) {
        return Nature::Report(told);
    }
    sign(message).map_or(Nature::Person, Nature::Automatic)
}

fn sign(message: &Message) -> Option<Sign> {
    let value = |name: &str| raw_headers(message, name).into_iter().next().map(|value| value.to_lowercase());
    if value("Auto-Submitted").is_some_and(|value| !value.starts_with("no"))
        || ["X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Auto-Reply", "Autosubmitted"]
            .iter()
            .any(|name| value(name).is_some())
    {
        return Some(Sign::Header);
    }
    let precedence = value("Precedence");
    if precedence.as_deref().is_some_and(|kind| ["bulk", "list", "junk", "auto_reply"].contains(&kind))
        || ["List-Id", "List-Unsubscribe", "List-Post"].iter().any(|name| value(name).is_some())
    {
        return Some(Sign::List);
    }
    if value("Return-Path").is_some_and(|path| path == "<>") {
        return Some(Sign::NoReturn);
    }
    let subject = message.subject().unwrap_or_default().trim().replace('’', "'").to_lowercase();
    if SUBJECTS.iter().any(|start| subject.starts_with(start)) {
        return Some(Sign::Subject);
    }
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address()).and_then(normalise);
    let local = from.as_deref().and_then(|from| from.split(['@', '+', '=']).next()).unwrap_or_default();
    if SENDERS.contains(&local) {
        return Some(Sign::Sender);
    }
    (raw_headers(message, "Received").len() > MAX_STATIONS).then_some(Sign::Loop)
}

/// Reads a delivery report (RFC 3464) or a read receipt (RFC 8098); none where the message is neither.
fn report(message: &Message) -> Option<Vec<MessageStatus>> {
    let kind = message.root_part().content_type()?;
    if !kind.ctype().eq_ignore_ascii_case("multipart") || !kind.subtype()?.eq_ignore_ascii_case("report") {
        return None;
    }
    let original = original_id(message);
    let mut told = Vec::new();
    for part in &message.parts {
        let Some(fields) = part.text_contents().filter(|_| !part.is_message()) else { continue };
        if part.is_content_type("message", "delivery-status") {
            told.extend(
                original
                    .clone()
                    .zip(delivery_status(fields))
                    .map(|(message, status)| MessageStatus { message, status }),
            );
        } else if part.is_content_type("message", "disposition-notification") {
            let original =
                field(fields, "original-message-id").map(|id| bare(id).to_owned()).or_else(|| original.clone());
            let was_read = field(fields, "disposition").is_some_and(|value| value.to_lowercase().contains("displayed"));
            told.extend(
                original.filter(|_| was_read).map(|message| MessageStatus { message, status: DeliveryStatus::Read }),
            );
        }
    }
    Some(told)
}

/// The Message-ID of the message that a report returns, as a whole or as its headers only.
fn original_id(message: &Message) -> Option<String> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => inner.message_id().map(str::to_owned),
        _ if part.is_content_type("text", "rfc822-headers") => {
            field(part.text_contents()?, "message-id").map(|id| bare(id).to_owned())
        }
        _ => None,
    })
}

/// The status in a delivery-status part; the worst one where it has several recipients.
fn delivery_status(fields: &str) -> Option<DeliveryStatus> {
    let all = |name: &str| {
        let found: Vec<String> = fields
            .lines()
            .filter_map(|line| line.split_once(':').filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)))
            .map(|(_, value)| value.trim().to_lowercase())
            .collect();
        found
    };
    let actions = all("action");
    if actions.iter().any(|action| action.starts_with("failed")) {
        let status = all("status").into_iter().find(|status| status.starts_with('5')).unwrap_or_default();
        return Some(DeliveryStatus::Failed(reason_of(&status)));
    }
    // "delayed" is not final, and after "relayed" no more reports come.
    actions.iter().any(|action| action.starts_with("delivered")).then_some(DeliveryStatus::Delivered)
}

/// The reason for the handler that an enhanced status code means (RFC 3463).
pub(super) fn reason_of(status: &str) -> Reason {
    let mut parts = status.split('.').skip(1);
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        // Address status: 1.7 and 1.8 are about the sender's address, the others about the recipient's; 2.1: mailbox
        // disabled.
        ("1", "7" | "8") => Reason::Account,
        ("1", _) | ("2", "1") => Reason::NoSuchAddress,
        ("6", _) | ("3", "4") => Reason::Content,
        ("7", _) => Reason::Refused,
        _ => Reason::Undelivered,
    }
}

/// The value of a field, which may be folded, in a report's part.
fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = fields.lines();
    let (_, value) = lines
        .by_ref()
        .find_map(|line| line.split_once(':').filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)))?;
    let value = value.trim();
    if value.is_empty() { lines.next().map(str::trim) } else { Some(value) }
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests;
