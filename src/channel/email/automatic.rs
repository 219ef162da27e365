//! What no person wrote to us: reports on our own mail, auto-replies, lists, and our own mail come back.
//!
//! A report is handed on, so that a handler learns that a message did not arrive. Everything else automatic is never
//! answered: two machines that answer each other do not stop.

use mail_parser::{Message, MimeHeaders as _, PartType};

use super::parse::{normalise, raw_headers};
use crate::channel::{DeliveryStatus, Reason};

/// Beyond so many stations a message goes round in circles (RFC 5321, 6.3, wants at least 100 to be let through; a
/// person's takes fewer than ten).
const MAX_STATIONS: usize = 50;

/// What kind of message this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    Person,
    /// Written by a machine, with the sign by which that was told.
    Automatic(Sign),
    /// What became of messages of ours.
    Report(Vec<Told>),
}

/// By what an automatic message is known.
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
    /// Too many stations on its way.
    Loop,
}

/// What a report tells of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The Message-ID of the message that it is about, without the angle brackets.
    pub(super) message: String,
    pub(super) status: DeliveryStatus,
}

/// Subjects of auto-replies begin so.
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

/// Senders that nobody reads, up to the `@` or a mark.
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

/// Tells what kind of message this is.
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

/// A delivery report (RFC 3464) or a read receipt (RFC 8098), where this is one.
fn report(message: &Message) -> Option<Vec<Told>> {
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
                original.clone().zip(delivery_status(fields)).map(|(message, status)| Told { message, status }),
            );
        } else if part.is_content_type("message", "disposition-notification") {
            let original =
                field(fields, "original-message-id").map(|id| bare(id).to_owned()).or_else(|| original.clone());
            let was_read = field(fields, "disposition").is_some_and(|value| value.to_lowercase().contains("displayed"));
            told.extend(original.filter(|_| was_read).map(|message| Told { message, status: DeliveryStatus::Read }));
        }
    }
    Some(told)
}

/// The Message-ID of the message that a report gives back, whole or its headers only.
fn original_id(message: &Message) -> Option<String> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => inner.message_id().map(str::to_owned),
        _ if part.is_content_type("text", "rfc822-headers") => {
            field(part.text_contents()?, "message-id").map(|id| bare(id).to_owned())
        }
        _ => None,
    })
}

/// What a delivery-status says; the worst where it speaks of several recipients.
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
    // "delayed" is no status yet; "relayed" says that nothing more will be known.
    actions.iter().any(|action| action.starts_with("delivered")).then_some(DeliveryStatus::Delivered)
}

/// What a handler is told of an enhanced status code (RFC 3463).
pub(super) fn reason_of(status: &str) -> Reason {
    let mut parts = status.split('.').skip(1);
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        // The address; the mailbox disabled. Its eighth is about the sender's.
        ("1", "7" | "8") => Reason::Account,
        ("1", _) | ("2", "1") => Reason::NoSuchAddress,
        ("6", _) | ("3", "4") => Reason::Content,
        ("7", _) => Reason::Refused,
        _ => Reason::Undelivered,
    }
}

/// A field of a report's part, which may be folded.
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
