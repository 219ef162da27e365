//! Telegram's updates, as far as they concern us.
//!
//! These types are our own and lenient: the Bot API grows every month, and the library's types fail on a whole message
//! for one part that they do not know. Here a part that cannot be read counts as absent, so that the person's words are
//! never lost with it.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value as Json;

/// An update. At most one of the parts is set; kinds that do not concern us leave all of them empty.
#[derive(Debug, Deserialize)]
pub(super) struct Update {
    #[serde(rename = "update_id")]
    pub(super) id: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) message: Option<Message>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) edited_message: Option<Message>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) callback_query: Option<CallbackQuery>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) my_chat_member: Option<ChatMemberUpdated>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    /// Unique in its chat.
    #[serde(rename = "message_id")]
    pub(super) id: i64,
    pub(super) chat: Chat,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) from: Option<User>,
    /// When it was last edited, in Unix seconds.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) edit_date: Option<i64>,
    /// The same for all messages of an album.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) media_group_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) caption: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) photo: Option<Vec<PhotoSize>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) document: Option<Media>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) video: Option<Media>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) video_note: Option<Media>,
    /// Comes with `document`, which then is the same file.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) voice: Option<Media>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) audio: Option<Media>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) contact: Option<Contact>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) location: Option<Location>,
    /// Comes with `location`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) venue: Option<Venue>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) sticker: Option<Sticker>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) poll: Option<Json>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) dice: Option<Json>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) story: Option<Json>,
    /// The buttons below our message.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reply_markup: Option<Keyboard>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}

impl Chat {
    /// Whether one person writes to the bot here, and nobody else reads.
    pub(super) fn is_private(&self) -> bool {
        self.kind == "private"
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) is_bot: bool,
    /// The IETF language tag of their Telegram.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) language_code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PhotoSize {
    pub(super) file_id: String,
    #[serde(default)]
    pub(super) width: u64,
    #[serde(default)]
    pub(super) height: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub(super) file_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) file_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Contact {
    pub(super) phone_number: String,
    #[serde(default)]
    pub(super) first_name: String,
    #[serde(default)]
    pub(super) last_name: String,
    /// The contact's user, where they use Telegram. Only the sender's own contact proves a number.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) user_id: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Location {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Venue {
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) address: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sticker {
    #[serde(default)]
    pub(super) emoji: String,
}

/// A button was pressed.
#[derive(Debug, Deserialize)]
pub(super) struct CallbackQuery {
    pub(super) id: String,
    pub(super) from: User,
    /// Our message with the button. After some weeks Telegram leaves out its text and buttons.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) message: Option<Message>,
    #[serde(default)]
    pub(super) data: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Keyboard {
    #[serde(default)]
    pub(super) inline_keyboard: Vec<Vec<Button>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Button {
    pub(super) text: String,
    #[serde(default)]
    pub(super) callback_data: String,
}

/// The person started the bot, or blocked it.
#[derive(Debug, Deserialize)]
pub(super) struct ChatMemberUpdated {
    pub(super) chat: Chat,
    pub(super) new_chat_member: ChatMember,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChatMember {
    /// `kicked` when the person blocked the bot.
    pub(super) status: String,
}

/// Deserialises a part; none where it has an unknown form.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    Ok(serde_json::from_value(json).ok())
}
