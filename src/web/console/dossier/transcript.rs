//! The conversation's messages as bubbles.

use super::timeline::Note;
use crate::{
    domain::message::{Attachment, Author, Channel, Shared, SummaryLine},
    store::{Delivery, MessageRow, OutboxRow},
    web::console::{Names, when::When},
};

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Bubble {
    pub seq: i64,
    pub author: BubbleAuthor,
    pub channel: Channel,
    pub text: String,
    pub urgent: bool,
    pub files: Vec<Attachment>,
    /// The address of a map of a shared place.
    pub map_address: Option<String>,
    pub choices: Vec<String>,
    pub summary: Vec<SummaryLine>,
    /// Its delivery to each address that it was sent to, the latest last.
    pub deliveries: Vec<DeliveryView>,
    pub at: When,
    /// Whether it is the first message of a day, above which the date stands.
    pub starts_day: bool,
    /// Whether it is the first of consecutive messages by one author, above which the name stands.
    pub starts_turn: bool,
}

/// The delivery of a message to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeliveryView {
    pub channel: Channel,
    pub state: Delivery,
    /// Why the last try failed, as text.
    pub reason: Option<String>,
    /// The number of tries, where there was more than one.
    pub attempts: Option<i64>,
}

impl DeliveryView {
    fn of(row: &OutboxRow, names: &Names) -> Self {
        Self {
            channel: row.to.channel,
            state: row.delivery,
            reason: row.reason.as_deref().map(|reason| names.undelivered(reason).to_owned()),
            attempts: Some(row.attempts).filter(|attempts| *attempts > 1),
        }
    }
}

impl Bubble {
    /// Whether the last delivery failed, so that the handler must choose another address.
    pub(super) fn is_undelivered(&self) -> bool {
        self.deliveries.last().is_some_and(|last| last.state == Delivery::Failed)
    }
}

/// Who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BubbleAuthor {
    Policyholder,
    Guichet,
    Handler(String),
    /// A note for colleagues: it is no message.
    Note(String),
}

/// Puts notes where they were written.
pub(super) fn with_notes(bubbles: Vec<Bubble>, notes: Vec<Note>) -> Vec<Bubble> {
    let mut all = bubbles;
    for note in notes {
        let bubble = Bubble {
            seq: note.seq,
            author: BubbleAuthor::Note(note.by),
            channel: Channel::Web,
            text: note.text,
            urgent: false,
            files: Vec::new(),
            map_address: None,
            choices: Vec::new(),
            summary: Vec::new(),
            deliveries: Vec::new(),
            at: note.at,
            starts_day: false,
            starts_turn: true,
        };
        let place = all.partition_point(|known| known.at.0 <= bubble.at.0);
        all.insert(place, bubble);
    }
    let mut last: Option<String> = None;
    for at in 0..all.len() {
        let day = all[at].at.day();
        all[at].starts_day = last.as_ref() != Some(&day);
        let follows_note = at > 0 && matches!(all[at - 1].author, BubbleAuthor::Note(_));
        all[at].starts_turn |= all[at].starts_day || follows_note;
        last = Some(day);
    }
    all
}

/// The bubbles of messages with their deliveries; `sent` is sorted by the messages' numbers.
pub(super) fn bubbles(rows: Vec<MessageRow>, sent: &[OutboxRow], names: &Names) -> Vec<Bubble> {
    let mut bubbles: Vec<Bubble> = Vec::with_capacity(rows.len());
    for row in rows {
        let author = match row.author {
            Author::Policyholder => BubbleAuthor::Policyholder,
            Author::Guichet => BubbleAuthor::Guichet,
            Author::Handler { name, .. } => BubbleAuthor::Handler(name),
        };
        let at = When(row.at);
        let last = bubbles.last();
        let starts_day = last.is_none_or(|last| last.at.day() != at.day());
        let starts_turn = starts_day || last.is_none_or(|last| last.author != author || last.channel != row.channel);
        let deliveries =
            sent.iter().filter(|sent| sent.seq == row.seq).map(|sent| DeliveryView::of(sent, names)).collect();
        let body = row.body;
        let text = if body.text.is_empty() { body.choice.unwrap_or_default() } else { body.text };
        bubbles.push(Bubble {
            seq: row.seq,
            author,
            channel: row.channel,
            text,
            urgent: body.urgent,
            files: body.attachments,
            map_address: body.shared.as_ref().and_then(map_address),
            choices: body.quick_replies.into_iter().map(|choice| choice.label).collect(),
            summary: body.summary,
            deliveries,
            at,
            starts_day,
            starts_turn,
        });
    }
    bubbles
}

/// A note's text in parts, and which of them name somebody.
pub(super) fn mentioning(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let end = rest[at + 1..].find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
        let end = end.map_or(rest.len(), |end| at + 1 + end);
        parts.push((&rest[..at], false));
        parts.push((&rest[at..end], end > at + 1));
        rest = &rest[end..];
    }
    parts.push((rest, false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// OpenStreetMap's page of a place.
fn map_address(shared: &Shared) -> Option<String> {
    match shared {
        Shared::Place { latitude, longitude } => Some(format!(
            "https://www.openstreetmap.org/?mlat={latitude:.5}&mlon={longitude:.5}#map=18/{latitude:.5}/{longitude:.5}"
        )),
        Shared::Number(_) | Shared::Contact | Shared::Sticker | Shared::Unreadable => None,
    }
}

#[cfg(test)]
mod tests;
