//! The buttons below our messages: how they are made, and what pressing one means.
//!
//! Everything that a press needs is in the message, which Telegram sends back with it. Nothing is kept here, so a
//! button works after any restart and for as long as its message exists.

use teloxide_core::types::{InlineKeyboardButton, InlineKeyboardButtonKind, InlineKeyboardMarkup};

use super::{
    update::{Button, Keyboard},
    words::Words,
};
use crate::domain::{
    language::Language,
    message::{Input, QuickReply},
};

/// The most bytes of a button's data (Bot API, `callback_data`).
const MAX_DATA: usize = 64;
/// The longest labels, in characters, of two buttons side by side: on a narrow phone they are not cut.
const MAX_SHORT: usize = 14;
/// The most buttons below one message, by Telegram's limit.
const MAX_BUTTONS: usize = 100;

// A button's data is its payload, or begins with one of these marks. Payloads begin with a letter.
const EMPTY_BOX: char = '+';
const TICKED_BOX: char = '-';
const CONFIRM: &str = "!";
/// The mark before the button's number, where the payload is too long: its label is then sent as the answer.
const NUMBER: char = '#';

const EMPTY_MARK: &str = "☐ ";
const TICKED_MARK: &str = "☑ ";

/// What a press means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Press {
    /// An answer: the button's label, and its payload where the data holds one.
    Answer { label: String, choice: Option<String> },
    /// A box was ticked or unticked; the message's buttons as they are to be shown now.
    Tick(InlineKeyboardMarkup),
    /// The choice was confirmed with no box ticked.
    NoneTicked,
    /// A button that is not ours, or whose message Telegram no longer sends.
    Unknown,
}

/// The buttons for these replies. Where several may be chosen, they are boxes to tick, with a button to confirm.
pub(super) fn keyboard(
    replies: &[QuickReply],
    input: Option<Input>,
    words: &Words,
    language: Language,
) -> InlineKeyboardMarkup {
    let fits = |reply: &&QuickReply| reply.payload.len() < MAX_DATA;
    // "Je ne sais pas" and "Passer" exclude the other choices, so they are no boxes.
    let alone = |reply: &QuickReply| reply.payload.starts_with("cmd=") || reply.payload.ends_with("=unknown");
    let several =
        input == Some(Input::Choices) && replies.iter().filter(|reply| !alone(reply)).all(|reply| fits(&reply));
    let mut rows: Vec<Vec<InlineKeyboardButton>> = Vec::new();
    let mut confirmed = false;
    for (number, reply) in (1..MAX_BUTTONS).zip(replies) {
        if several && !alone(reply) {
            rows.push(vec![button(&format!("{EMPTY_MARK}{}", reply.label), format!("{EMPTY_BOX}{}", reply.payload))]);
            continue;
        }
        if several && !std::mem::replace(&mut confirmed, true) {
            rows.push(vec![confirm(words, language)]);
        }
        let data = if fits(&reply) { reply.payload.clone() } else { format!("{NUMBER}{number}") };
        let new = button(&reply.label, data);
        let short = |button: &InlineKeyboardButton| button.text.chars().count() <= MAX_SHORT;
        match rows.last_mut() {
            Some(row) if row.len() == 1 && !several && short(&row[0]) && short(&new) => row.push(new),
            _ => rows.push(vec![new]),
        }
    }
    if several && !confirmed {
        rows.push(vec![confirm(words, language)]);
    }
    InlineKeyboardMarkup::new(rows)
}

/// What pressing the button with `data` means; `keyboard` are the buttons of its message.
pub(super) fn press(data: &str, keyboard: Option<&Keyboard>) -> Press {
    let buttons = || keyboard.into_iter().flat_map(|keyboard| keyboard.inline_keyboard.iter().flatten());
    let pressed = buttons().find(|button| button.callback_data == data);
    if data == CONFIRM {
        let ticked: Vec<&Button> = buttons().filter(|button| button.callback_data.starts_with(TICKED_BOX)).collect();
        if keyboard.is_none() {
            return Press::Unknown;
        }
        if ticked.is_empty() {
            return Press::NoneTicked;
        }
        // `rooms=kitchen` and `rooms=hall` are one choice: `rooms=kitchen,hall`.
        let mut choice = String::new();
        for payload in ticked.iter().map(|button| &button.callback_data[TICKED_BOX.len_utf8()..]) {
            if choice.is_empty() {
                choice.push_str(payload);
            } else {
                choice.push(',');
                choice.push_str(payload.split_once('=').map_or(payload, |(_, value)| value));
            }
        }
        let labels: Vec<&str> = ticked.iter().map(|button| without_mark(&button.text)).collect();
        return Press::Answer { label: labels.join(", "), choice: Some(choice) };
    }
    if data.starts_with([EMPTY_BOX, TICKED_BOX]) {
        return match (keyboard, pressed) {
            (Some(keyboard), Some(_)) => Press::Tick(ticked(keyboard, data)),
            _ => Press::Unknown,
        };
    }
    if let Some(number) = data.strip_prefix(NUMBER) {
        // Without its label, the number is the answer: choices can be answered by number.
        let label = pressed.map_or_else(|| number.to_owned(), |button| button.text.clone());
        return Press::Answer { label, choice: None };
    }
    if data.is_empty() {
        return Press::Unknown;
    }
    let label = pressed.map(|button| button.text.clone()).unwrap_or_default();
    Press::Answer { label, choice: Some(data.to_owned()) }
}

/// The same buttons, with the box of `data` ticked or unticked.
fn ticked(keyboard: &Keyboard, data: &str) -> InlineKeyboardMarkup {
    let turned = |old: &Button| {
        if old.callback_data != data {
            return button(&old.text, old.callback_data.clone());
        }
        let (mark, sign) =
            if data.starts_with(EMPTY_BOX) { (TICKED_MARK, TICKED_BOX) } else { (EMPTY_MARK, EMPTY_BOX) };
        button(&format!("{mark}{}", without_mark(&old.text)), format!("{sign}{}", &data[1..]))
    };
    InlineKeyboardMarkup::new(keyboard.inline_keyboard.iter().map(|row| row.iter().map(turned)))
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(EMPTY_MARK).or_else(|| text.strip_prefix(TICKED_MARK)).unwrap_or(text)
}

fn confirm(words: &Words, language: Language) -> InlineKeyboardButton {
    button(words.confirm.get(language), CONFIRM.to_owned())
}

fn button(label: &str, data: String) -> InlineKeyboardButton {
    InlineKeyboardButton::new(label, InlineKeyboardButtonKind::CallbackData(data))
}

#[cfg(test)]
mod tests;
