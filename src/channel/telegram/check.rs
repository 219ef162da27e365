//! `guichet doctor`'s check of a bot: whether its token is accepted, and whether Telegram delivers messages to this
//! service.

use serde::Deserialize;
use teloxide_core::payloads::{GetMe, GetWebhookInfo};

use super::{Telegram, client::CallError};
use crate::{channel::Checked, config::Receive};

/// The part of `getMe`'s answer that is shown.
#[derive(Deserialize)]
struct Me {
    username: String,
}

/// The part of `getWebhookInfo`'s answer that is checked.
#[derive(Deserialize)]
struct Webhook {
    /// Empty where no webhook is set.
    #[serde(default)]
    url: String,
    #[serde(default)]
    pending_update_count: u64,
    /// The error of Telegram's last failed post.
    last_error_message: Option<String>,
}

/// Asks Telegram, and changes nothing.
pub(super) async fn check(bot: &Telegram) -> Vec<Checked> {
    let me = match bot.client.call::<_, Me>(&GetMe::new()).await {
        Ok(me) => Ok(format!("is @{}", me.username)),
        Err(CallError::Refused { code: 401 | 404, .. }) => {
            Err("Telegram does not know this token: ask @BotFather for it \
             (/mybots, API Token) and set `token`"
                .to_owned())
        }
        Err(error) => Err(format!("{error}; this machine must reach {}", bot.settings.api_url)),
    };
    if me.is_err() {
        return vec![Checked { what: "token", outcome: me }];
    }
    let updates = match bot.client.call::<_, Webhook>(&GetWebhookInfo::new()).await {
        Ok(webhook) => judge(&webhook, bot),
        Err(error) => Err(error.to_string()),
    };
    vec![Checked { what: "token", outcome: me }, Checked { what: "updates", outcome: updates }]
}

/// Whether Telegram delivers messages in the configured way.
fn judge(webhook: &Webhook, bot: &Telegram) -> Result<String, String> {
    let waiting = webhook.pending_update_count;
    match bot.settings.receive {
        Receive::Polling if webhook.url.is_empty() => Ok(format!("asked for by polling, {waiting} wait at Telegram's")),
        Receive::Polling => Err(format!(
            "Telegram posts them to {}, though `receive` is \"polling\": `guichet serve` takes that webhook away; if it comes \
             back, another program uses this bot",
            webhook.url
        )),
        Receive::Webhook if bot.webhook.scheme() != "https" => {
            Err("Telegram posts only to https: set `server.public_url` to it, or `receive` to \"polling\"".to_owned())
        }
        Receive::Webhook if webhook.url.is_empty() => {
            Err(format!("no webhook is set: `guichet serve` sets {}; {waiting} wait at Telegram's", bot.webhook))
        }
        Receive::Webhook if webhook.url != bot.webhook.as_str() => Err(format!(
            "Telegram posts them to {} and not to {}: start `guichet serve`, which sets it; if it changes back, another \
             program uses this bot",
            webhook.url, bot.webhook
        )),
        Receive::Webhook => match &webhook.last_error_message {
            Some(error) if waiting > 0 => Err(format!(
                "{waiting} wait at Telegram's, which last could not post them: {error}. Look at the proxy before \
                 {} and its certificate",
                bot.webhook
            )),
            _ => Ok(format!("posted to {}, {waiting} wait at Telegram's", bot.webhook)),
        },
    }
}

#[cfg(test)]
mod tests;
