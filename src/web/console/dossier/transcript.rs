//! The conversation's messages as bubbles.

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
