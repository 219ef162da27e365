//! `[[telegram.bots]]`: the bots through which people write on Telegram.

use serde::{Deserialize, Serialize};

use super::Secret;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    #[serde(default)]
    pub bots: Vec<Bot>,
}

/// A bot of ours.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bot {
    pub account: String,
    pub insurer: String,
    /// What `BotFather` gave: `123456:ABCD-EFGH`.
    pub token: Secret,
    #[serde(default)]
    pub receive: Receive,
    /// Where the Bot API is: a server of your own takes files larger than 20 MB.
    #[serde(default = "public_api")]
    pub api_url: String,
    /// The most messages a second: what Telegram allows a bot in all.
    #[serde(default = "messages_per_second")]
    pub messages_per_second: u32,
    /// The least milliseconds between two messages in one chat: Telegram wants a second.
    #[serde(default = "chat_pause_ms")]
    pub chat_pause_ms: u64,
}

/// How messages come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Receive {
    /// Telegram posts them to `server.public_url`, which must be `https`.
    #[default]
    Webhook,
    /// We ask for them: nothing of ours need be reachable. Of several nodes one does it at a time.
    Polling,
}

fn messages_per_second() -> u32 {
    30
}

fn chat_pause_ms() -> u64 {
    1000
}

fn public_api() -> String {
    "https://api.telegram.org".to_owned()
}
