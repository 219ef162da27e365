//! Decodes updates into events.
//!
//! Only private chats are served: in a group others would read a claim, so the bot ignores groups.

use serde::{Deserialize, Serialize};
use teloxide_core::types::InlineKeyboardMarkup;

use super::{
    buttons::{Press, press},
    update::{CallbackQuery, Contact, Location, Media, Message, Update, User},
    words::Words,
};
use crate::{
    channel::{Content, Event, File, Received},
    config::Bot,
    domain::{
        language::Language,
        message::{Body, Channel, Endpoint, Shared},
    },
    intake::{Inbound, InboundKind},
};

/// The length of a telephone number with its plus sign and country code (E.164).
const E164: std::ops::RangeInclusive<usize> = 9..=16;
/// The stickers that are an answer by their emoji alone.
const ANSWERS: [&str; 5] = ["👍", "👌", "✅", "🆗", "👎"];
/// The longest payload of a deep link, by Telegram's limit.
const MAX_TOKEN: usize = 64;

/// What is done on Telegram once a press is stored: the button's spinner stops, and the answer replaces the buttons. If
/// it is lost, only the display is out of date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AfterCommit {
    /// The callback query to answer.
    pub(super) query: String,
    /// A text that the person sees for a moment.
    pub(super) notice: Option<String>,
    pub(super) edit: Option<Edit>,
}

/// An edit of one of our messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Edit {
    pub(super) chat: i64,
    pub(super) message: i64,
    /// None where only the buttons change.
    pub(super) text: Option<String>,
    /// None where the buttons disappear.
    pub(super) buttons: Option<InlineKeyboardMarkup>,
}

/// The events of `update`; none where it is no message to us.
pub(super) fn events(bot: &Bot, words: &Words, update: Update) -> Vec<Event> {
    if let Some(query) = update.callback_query {
        return pressed(bot, words, query);
    }
    if let Some(change) = update.my_chat_member {
        // Nothing is stored when a person blocks the bot: the next delivery fails and says so.
        if change.chat.is_private() {
            tracing::info!(
                account = bot.account,
                status = change.new_chat_member.status,
                "a person started or left the bot"
            );
        }
        return Vec::new();
    }
    let (message, edited) = match (update.message, update.edited_message) {
        (Some(message), _) => (message, false),
        (None, Some(message)) => (message, true),
        (None, None) => return Vec::new(),
    };
    let is_person = message.from.as_ref().is_some_and(|from| !from.is_bot);
    if !message.chat.is_private() || !is_person {
        return Vec::new();
    }
    written(bot, words, &message, edited).map(|received| Event::Message(Box::new(received))).into_iter().collect()
}

/// The message that a person wrote. None for service messages (a pinned message, a changed setting) and for the updates
/// of a live location.
fn written(bot: &Bot, words: &Words, message: &Message, edited: bool) -> Option<Received> {
    let language = language_of(message.from.as_ref());
    let (text, token) = match &message.text {
        Some(text) => command(text),
        None => (message.caption.clone().unwrap_or_default(), None),
    };
    let text = if text.is_empty() { other_text(message, words, language) } else { text };
    let files = files(message);
    if text.is_empty() && files.is_empty() {
        return None;
    }
    // A live location is sent as edits of its message while it moves.
    if edited && message.location.is_some() {
        return None;
    }
    let (provider_id, text) = if edited {
        let version = message.edit_date.unwrap_or_default();
        (format!("{}.{version}", message.id), format!("{}{text}", words.edited.get(language)))
    } else {
        (message.id.to_string(), text)
    };
    let more_may_follow = message.media_group_id.is_some();
    let body = Body { text, shared: shared(message), ..Body::default() };
    let kind = InboundKind::Message(body);
    let mut inbound = inbound(bot, message.chat.id, provider_id, language, kind);
    inbound.token = token;
    inbound.settle = more_may_follow;
    Some(Received { inbound, files, more_may_follow, is_sender_proven: true })
}

/// Splits a command: `/start TOKEN` is the deep link of a channel switch, whose token is no part of the text;
/// `/aide@our_bot` is `/aide`.
fn command(text: &str) -> (String, Option<String>) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if !first.starts_with('/') {
        return (text.to_owned(), None);
    }
    let name = first.split('@').next().unwrap_or(first);
    let rest = rest.trim();
    if name == "/start" {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let token = !rest.is_empty() && rest.len() <= MAX_TOKEN && rest.chars().all(known);
        return (name.to_owned(), token.then(|| rest.to_owned()));
    }
    (format!("{name} {rest}").trim_end().to_owned(), None)
}

/// The text for something that was shared instead of written.
fn other_text(message: &Message, words: &Words, language: Language) -> String {
    if let Some(contact) = &message.contact {
        let name = format!("{} {}", contact.first_name, contact.last_name);
        // Only the sender's own contact is taken as their number.
        return if is_own(contact, message) {
            number(contact)
        } else {
            format!("{}, {}", name.trim(), number(contact))
        };
    }
    if let Some(venue) = &message.venue {
        return format!("{}, {}", venue.title, venue.address);
    }
    if let Some(place) = &message.location {
        return format!("{:.5}, {:.5}", place.latitude, place.longitude);
    }
    if let Some(sticker) = &message.sticker {
        return sticker.emoji.clone();
    }
    if message.poll.is_some() || message.dice.is_some() || message.story.is_some() {
        return words.unreadable.get(language).to_owned();
    }
    String::new()
}

/// What came instead of words: their own number or another's, a place, a sticker that answers nothing.
fn shared(message: &Message) -> Option<Shared> {
    if let Some(contact) = &message.contact {
        let number = number(contact);
        return match (is_own(contact, message), E164.contains(&number.len())) {
            (true, true) => Some(Shared::Number(number)),
            (true, false) => None,
            (false, _) => Some(Shared::Contact),
        };
    }
    if let Some(sticker) = &message.sticker {
        return (!ANSWERS.contains(&sticker.emoji.trim_end_matches('\u{fe0f}'))).then_some(Shared::Sticker);
    }
    if message.poll.is_some() || message.dice.is_some() || message.story.is_some() {
        return Some(Shared::Unreadable);
    }
    let Location { latitude, longitude } = *message.location.as_ref()?;
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then_some(Shared::Place { latitude, longitude })
}

/// Whether a contact is the sender's own: Telegram gives the user of a contact, which proves the number.
/// What is stored in place of a message that the store refuses for its content: the person is told that it cannot be read, and a
/// handler sees that something was said.
pub(super) fn unreadable(received: &Received, words: &Words) -> Event {
    let mut inbound = received.inbound.clone();
    let text = words.unreadable.get(inbound.language).to_owned();
    inbound.kind = InboundKind::Message(Body { text, shared: Some(Shared::Unreadable), ..Body::default() });
    Event::Message(Box::new(Received { inbound, files: Vec::new(), ..received.clone() }))
}

fn is_own(contact: &Contact, message: &Message) -> bool {
    contact.user_id.is_some() && contact.user_id == message.from.as_ref().map(|from| from.id)
}

/// A contact's number in E.164: Telegram's numbers have their country code, and not always the plus sign.
fn number(contact: &Contact) -> String {
    let digits: String = contact.phone_number.chars().filter(char::is_ascii_digit).collect();
    format!("+{digits}")
}

/// The files of a message: one, or none.
fn files(message: &Message) -> Vec<File> {
    // Telegram offers several sizes of a photo; the largest is nearest to the original.
    let largest = message.photo.iter().flatten().max_by_key(|size| size.width * size.height);
    if let Some(photo) = largest {
        return vec![File { name: String::new(), content: Content::Media(photo.file_id.clone()) }];
    }
    let media = [&message.document, &message.video, &message.video_note, &message.voice, &message.audio];
    let file = |media: &Media| File {
        name: media.file_name.clone().unwrap_or_default(),
        content: Content::Media(media.file_id.clone()),
    };
    media.into_iter().flatten().take(1).map(file).collect()
}

/// The events of a pressed button: the answer, where it is one, and then what is shown.
fn pressed(bot: &Bot, words: &Words, query: CallbackQuery) -> Vec<Event> {
    let language = language_of(Some(&query.from));
    let mut after_commit = AfterCommit { query: query.id, notice: None, edit: None };
    let mut events = Vec::new();
    // A press without its message comes from a deleted chat; it is answered all the same, so that the spinner stops.
    if let Some(message) = query.message.filter(|message| message.chat.is_private()) {
        let (chat, id) = (message.chat.id, message.id);
        match press(&query.data, message.reply_markup.as_ref()) {
            Press::Answer { label, choice } => {
                // The identifier is made of the message and the button, so that repeated presses are one answer.
                let provider_id = format!("{id}.{}", query.data);
                let shown = message.text.filter(|_| !label.is_empty()).map(|text| format!("{text}\n\n✓ {label}"));
                let body = Body { text: label, choice, ..Body::default() };
                let inbound = inbound(bot, chat, provider_id, language, InboundKind::Message(body));
                events.push(Event::Message(Box::new(Received {
                    inbound,
                    files: Vec::new(),
                    more_may_follow: false,
                    is_sender_proven: true,
                })));
                after_commit.edit = Some(Edit { chat, message: id, text: shown, buttons: None });
            }
            Press::Tick(buttons) => {
                after_commit.edit = Some(Edit { chat, message: id, text: None, buttons: Some(buttons) });
            }
            Press::NoneTicked => after_commit.notice = Some(words.none_chosen.get(language).to_owned()),
            Press::Unknown => {}
        }
    }
    events.extend(serde_json::to_value(after_commit).map(Event::AfterCommit));
    events
}

fn inbound(bot: &Bot, chat: i64, provider_id: String, language: Language, kind: InboundKind) -> Inbound {
    Inbound {
        endpoint: Endpoint { channel: Channel::Telegram, account: bot.account.clone(), address: chat.to_string() },
        provider_id,
        insurer: bot.insurer.clone(),
        language,
        token: None,
        cites: Vec::new(),
        settle: false,
        kind,
    }
}

fn language_of(user: Option<&User>) -> Language {
    Language::from_tag(user.and_then(|user| user.language_code.as_deref()).unwrap_or_default())
}
