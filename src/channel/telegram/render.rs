//! Renders a message for Telegram: plain text, with buttons for the answers that fit.

use teloxide_core::{
    payloads::{SendMessage, SendMessageSetters as _},
    types::{ButtonRequest, ChatId, KeyboardButton, KeyboardMarkup, LinkPreviewOptions, ReplyMarkup},
};

use super::{buttons, words::Words};
use crate::{
    channel::Outbound,
    domain::{
        link::LinkPurpose,
        message::{Author, Body, Input},
    },
};

/// The longest message, in UTF-16 code units, as the Bot API counts.
const MAX_UNITS: usize = 4096;
/// The mark before urgent advice.
const URGENT: &str = "⚠️ ";

/// The messages of `outbound` for `chat`, in order; the last has the buttons.
pub(super) fn messages(outbound: &Outbound, chat: ChatId, words: &Words) -> Vec<SendMessage> {
    let pieces = split(&text(outbound, words));
    let last = pieces.len() - 1;
    let preview = LinkPreviewOptions {
        // For a preview Telegram would open the link, which is meant for one person.
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    };
    let message = |(at, piece): (usize, String)| {
        let message = SendMessage::new(chat, piece).link_preview_options(preview.clone());
        if at == last { message.reply_markup(markup(outbound, words)) } else { message }
    };
    pieces.into_iter().enumerate().map(message).collect()
}

fn text(outbound: &Outbound, words: &Words) -> String {
    let Body { text, summary, input, urgent, .. } = &outbound.body;
    let language = outbound.language;
    let mut lines = Vec::new();
    if let Author::Handler { name, .. } = &outbound.author {
        lines.push(format!("{name}{}", words.colon.get(language).trim_end()));
    }
    lines.push(format!("{}{text}", if *urgent { URGENT } else { "" }));
    lines.extend(summary.iter().map(|line| format!("• {}{}{}", line.label, words.colon.get(language), line.value)));
    if *input == Some(Input::Document) {
        lines.push(words.as_file.get(language).to_owned());
    }
    lines.extend(outbound.link.as_ref().map(|link| match outbound.body.leads_to() {
        Some(LinkPurpose::Status) => format!("{} {link}", outbound.lead_in),
        _ => format!("{}{link}", words.large.get(language)),
    }));
    lines.join("\n")
}

/// Buttons that send an answer; or, where the phone can share the answer (a number, a place), a keyboard that does.
fn markup(outbound: &Outbound, words: &Words) -> ReplyMarkup {
    let Body { quick_replies, input, .. } = &outbound.body;
    let language = outbound.language;
    let share = match input {
        Some(Input::Phone) => Some((&words.share_phone, ButtonRequest::Contact)),
        Some(Input::Address | Input::Location) => Some((&words.share_location, ButtonRequest::Location)),
        _ => None,
    };
    if let Some((label, request)) = share {
        // A message has one kind of buttons, so the other answers stand on the same keyboard and are sent as text.
        let mut keyboard = KeyboardMarkup::new([[KeyboardButton::new(label.get(language)).request(request)]]);
        for reply in quick_replies {
            keyboard = keyboard.append_row([KeyboardButton::new(&reply.label)]);
        }
        return ReplyMarkup::Keyboard(keyboard.one_time_keyboard().resize_keyboard());
    }
    if quick_replies.is_empty() {
        return ReplyMarkup::kb_remove();
    }
    ReplyMarkup::InlineKeyboard(buttons::keyboard(quick_replies, *input, words, language))
}

/// Splits a text into pieces of one message each: between lines where possible, else between words, never within a
/// character.
fn split(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(most) = end_of_piece(rest) {
        let head = &rest[..most];
        let cut = head.rfind('\n').or_else(|| head.rfind(char::is_whitespace)).filter(|at| *at > 0).unwrap_or(most);
        pieces.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest.to_owned());
    }
    pieces.retain(|piece| !piece.is_empty() || text.is_empty());
    pieces
}

/// Whether `text` is short enough for one message.
pub(super) fn fits(text: &str) -> bool {
    end_of_piece(text).is_none()
}

/// The byte offset at which one message ends in `text`; none where all of it fits.
fn end_of_piece(text: &str) -> Option<usize> {
    let mut units = 0;
    for (at, char) in text.char_indices() {
        units += char.len_utf16();
        if units > MAX_UNITS {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests;
