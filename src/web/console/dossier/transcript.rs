//! The conversation, as bubbles.

use crate::{
    domain::message::{Attachment, Author, Channel, SummaryLine},
    store::MessageRow,
    web::console::when::When,
};

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Bubble {
    pub seq: i64,
    pub who: Who,
    pub channel: Channel,
    pub text: String,
    pub urgent: bool,
    pub files: Vec<Attachment>,
    pub choices: Vec<String>,
    pub summary: Vec<SummaryLine>,
    pub at: When,
    /// The first message of a day is headed by it.
    pub starts_day: bool,
    /// The first message in a row by the same author names them.
    pub starts_turn: bool,
}

/// Who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Policyholder,
    Guichet,
    Handler(String),
}

pub(super) fn bubbles(rows: Vec<MessageRow>) -> Vec<Bubble> {
    let mut bubbles: Vec<Bubble> = Vec::with_capacity(rows.len());
    for row in rows {
        let who = match row.author {
            Author::Policyholder => Who::Policyholder,
            Author::Guichet => Who::Guichet,
            Author::Handler { name, .. } => Who::Handler(name),
        };
        let at = When(row.at);
        let last = bubbles.last();
        let starts_day = last.is_none_or(|last| last.at.day() != at.day());
        let starts_turn = starts_day || last.is_none_or(|last| last.who != who || last.channel != row.channel);
        let body = row.body;
        let text = if body.text.is_empty() { body.choice.unwrap_or_default() } else { body.text };
        bubbles.push(Bubble {
            seq: row.seq,
            who,
            channel: row.channel,
            text,
            urgent: body.urgent,
            files: body.attachments,
            choices: body.quick_replies.into_iter().map(|choice| choice.label).collect(),
            summary: body.summary,
            at,
            starts_day,
            starts_turn,
        });
    }
    bubbles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::ConversationId, message::Body};

    #[test]
    fn days_and_turns_are_headed_once() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let conversation = ConversationId::new(at("2026-11-20T09:00:00Z"));
        let row = |seq, author, time| MessageRow {
            conversation,
            seq,
            author,
            channel: Channel::Web,
            body: Body::default(),
            client_id: None,
            at: at(time),
        };
        let shown = bubbles(vec![
            row(1, Author::Guichet, "2026-11-20T09:00:00Z"),
            row(2, Author::Guichet, "2026-11-20T09:00:01Z"),
            row(3, Author::Policyholder, "2026-11-20T09:01:00Z"),
            row(4, Author::Policyholder, "2026-11-20T23:30:00Z"),
        ]);
        let heads: Vec<_> = shown.iter().map(|bubble| (bubble.starts_day, bubble.starts_turn)).collect();
        assert_eq!(heads, [(true, true), (false, false), (false, true), (true, true)]);
    }
}
