//! The long poll, and what Telegram is told when a bot starts.
//!
//! An update is confirmed by the next call, whose offset stands behind it; so the offset needs no store. It moves on only
//! when all before it is on disk; what comes again after a restart is known by its key.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt as _, stream};
use serde_json::Value as Json;
use teloxide_core::{
    payloads::{
        DeleteWebhook, GetUpdates, GetUpdatesSetters as _, SetMyCommands, SetMyCommandsSetters as _, SetWebhook,
        SetWebhookSetters as _,
    },
    types::{AllowedUpdate, BotCommand},
};
use tokio_util::sync::CancellationToken;

use super::{Telegram, client::CallError, decode, update::Update};
use crate::{
    channel::{Desk, Event},
    config::Receive,
    domain::language::Language,
};

/// How long a call waits for something to come, in seconds.
const WAIT: u32 = 25;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How many people's messages of a batch are stored at once.
const AT_ONCE: usize = 16;

/// What we want to hear of; all else stays at Telegram's.
const WANTED: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember];

/// Waits that grow with each failure.
struct Pause(Duration);

impl Pause {
    async fn wait(&mut self, stop: &CancellationToken) {
        tokio::select! {
            () = tokio::time::sleep(self.0) => {}
            () = stop.cancelled() => {}
        }
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
    }
}

pub(super) async fn listen(bot: &Telegram, desk: &Desk, stop: &CancellationToken) {
    let mut pause = Pause(FIRST_PAUSE);
    while let Err(error) = introduce(bot).await {
        tracing::warn!(account = bot.settings.account, %error, "the bot cannot be set up; trying again");
        pause.wait(stop).await;
        if stop.is_cancelled() {
            return;
        }
    }
    if bot.settings.receive == Receive::Polling {
        poll(bot, desk, stop).await;
    }
}

/// Tells Telegram how messages are to come, and what stands in the menu.
async fn introduce(bot: &Telegram) -> Result<(), CallError> {
    for language in Language::ALL {
        let command = |command: &super::words::Command| BotCommand::new(&command.name, command.does.get(language));
        let commands = SetMyCommands::new(bot.words.commands.iter().map(command));
        // French is for everyone whose language is none of ours.
        let commands = if language == Language::Fr { commands } else { commands.language_code(language.code()) };
        let _: Json = bot.client.call(&commands).await?;
    }
    let _: Json = match bot.settings.receive {
        Receive::Webhook => {
            let webhook = SetWebhook::new(bot.webhook.clone()).secret_token(&*bot.secret).allowed_updates(WANTED);
            bot.client.call(&webhook).await?
        }
        Receive::Polling => bot.client.call(&DeleteWebhook::new()).await?,
    };
    Ok(())
}

async fn poll(bot: &Telegram, desk: &Desk, stop: &CancellationToken) {
    let mut offset: Option<i64> = None;
    let mut pause = Pause(FIRST_PAUSE);
    while !stop.is_cancelled() {
        let mut ask = GetUpdates::new().timeout(WAIT).allowed_updates(WANTED);
        ask.offset = offset.and_then(|offset| offset.try_into().ok());
        let asked = tokio::select! {
            asked = bot.client.call::<_, Vec<Json>>(&ask) => asked,
            () = stop.cancelled() => return,
        };
        let failed = match asked {
            Ok(updates) => {
                let Batch { next, failed } = take(bot, desk, updates).await;
                offset = next.or(offset);
                failed
            }
            Err(error) => {
                tracing::warn!(account = bot.settings.account, %error, "updates cannot be asked for; trying again");
                true
            }
        };
        if failed {
            pause.wait(stop).await;
        } else {
            pause = Pause(FIRST_PAUSE);
        }
    }
}

/// How far a batch was stored.
struct Batch {
    /// The first update that is not, or the one behind the last.
    next: Option<i64>,
    failed: bool,
}

/// Stores the updates: each person's in their order, several people's at once.
async fn take(bot: &Telegram, desk: &Desk, updates: Vec<Json>) -> Batch {
    let mut next = None;
    let mut people: HashMap<Option<String>, Vec<(i64, Event)>> = HashMap::new();
    for json in updates {
        // Its parts are lenient: what cannot be read at all has no number, and nothing for us.
        let Ok(update) = serde_json::from_value::<Update>(json) else { continue };
        let id = update.id;
        next = next.max(Some(id + 1));
        let events = decode::events(&bot.settings, &bot.words, update);
        let person = events.iter().find_map(|event| match event {
            Event::Message(received) => Some(received.inbound.endpoint.address.clone()),
            Event::Report(_) | Event::Courtesy(_) => None,
        });
        people.entry(person).or_default().extend(events.into_iter().map(|event| (id, event)));
    }
    let stored = stream::iter(people.into_values()).map(|events| async move {
        for (id, event) in events {
            if let Err(error) = desk.take(bot, event).await {
                tracing::warn!(account = bot.settings.account, update = id, %error, "an update is not stored; trying again");
                return Some(id);
            }
        }
        None
    });
    let unstored = stored.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect::<Vec<i64>>().await;
    let first = unstored.iter().min().copied();
    Batch { next: first.or(next), failed: first.is_some() }
}
