//! The long poll, and what Telegram is told when a bot starts.
//!
//! An update is confirmed by the next call, whose offset is beyond it, so the offset need not be stored. It advances
//! only when every update before it is on disk; an update that comes again after a restart is recognised by its key.
//!
//! Telegram serves one poller at a time. Among several nodes a lease in the store decides which one polls; a poller
//! with another store or of another program is reported in the log.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt as _, stream};
use jiff::ToSpan as _;
use serde_json::Value as Json;
use teloxide_core::{
    payloads::{
        DeleteWebhook, GetUpdates, GetUpdatesSetters as _, SetMyCommands, SetMyCommandsSetters as _, SetWebhook,
        SetWebhookSetters as _,
    },
    types::{AllowedUpdate, BotCommand},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Telegram, client::CallError, decode, update::Update};
use crate::{
    channel::{Event, Receiver, ReceiverError},
    config::Receive,
    domain::{id::NodeId, language::Language, message::Channel},
    store::StoreError,
};

/// For how many seconds a call waits for updates.
const WAIT: u32 = 25;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The code of Telegram's answer when somebody else polls, or a webhook is set.
const CONFLICT: u16 = 409;
/// After this many seconds the lease of a node that died goes to another node.
const LEASE_SECONDS: i64 = 15;
const RENEW: Duration = Duration::from_secs(5);
/// The messages of how many people of a batch are stored at once.
const AT_ONCE: usize = 16;
/// How often an update that the store refuses for its content is tried before it is passed over: those behind it wait.
const TRIES: u32 = 4;

/// The kinds of updates that we ask for; Telegram does not send others.
const WANTED: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember];

/// A wait that grows with each failure.
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

pub(super) async fn listen(bot: &Telegram, receiver: &Receiver, stop: &CancellationToken) {
    let mut pause = Pause(FIRST_PAUSE);
    while let Err(error) = introduce(bot).await {
        tracing::warn!(account = bot.settings.account, %error, "the bot cannot be set up; trying again");
        pause.wait(stop).await;
        if stop.is_cancelled() {
            return;
        }
    }
    if bot.settings.receive == Receive::Polling {
        poll(bot, receiver, stop).await;
    }
}

/// Tells Telegram whether updates come by webhook or by poll, and sets the bot's menu.
async fn introduce(bot: &Telegram) -> Result<(), CallError> {
    for language in Language::ALL {
        let command = |command: &super::words::Command| BotCommand::new(&command.name, command.does.get(language));
        let commands = SetMyCommands::new(bot.words.commands.iter().map(command));
        // The menu without a language code, for everyone whose language is none of ours, is the French one.
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

async fn poll(bot: &Telegram, receiver: &Receiver, stop: &CancellationToken) {
    let lease = PollLease::new(bot, receiver);
    while !stop.is_cancelled() {
        match lease.acquire().await {
            Ok(true) => ask(bot, receiver, &lease, stop).await,
            Ok(false) => tracing::debug!(account = bot.settings.account, "another node asks for this bot's updates"),
            Err(error) => tracing::warn!(account = bot.settings.account, %error, "updates wait for the store"),
        }
        Pause(RENEW).wait(stop).await;
    }
    lease.release().await;
}

/// Polls for updates as long as this node holds the lease.
async fn ask(bot: &Telegram, receiver: &Receiver, lease: &PollLease, stop: &CancellationToken) {
    let mut offset: Option<i64> = None;
    let mut pause = Pause(FIRST_PAUSE);
    let mut refused = Refused::default();
    // In a task of its own: a busy bot has no pause in which the lease could be renewed. It ends with this function.
    let (mut keeper, lost) = (JoinSet::new(), CancellationToken::new());
    keeper.spawn({
        let (lease, lost) = (lease.clone(), lost.clone());
        async move {
            lease.keep().await;
            lost.cancel();
        }
    });
    while !stop.is_cancelled() {
        let mut ask = GetUpdates::new().timeout(WAIT).allowed_updates(WANTED);
        ask.offset = offset.and_then(|offset| offset.try_into().ok());
        let asked = tokio::select! {
            asked = bot.client.call::<_, Vec<Json>>(&ask) => asked,
            () = lost.cancelled() => {
                tracing::warn!(account = bot.settings.account, "the lease is lost: another node asks for this bot's updates");
                return;
            }
            () = stop.cancelled() => return,
        };
        let failed = match asked {
            Ok(updates) => {
                let Batch { next, failed } = take(bot, receiver, updates, &mut refused).await;
                offset = next.or(offset);
                failed
            }
            Err(CallError::Refused { code: CONFLICT, description, .. }) => {
                if !end_conflict(bot, &description).await {
                    pause = Pause(LONGEST_PAUSE / 2);
                }
                true
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

/// Somebody else serves this bot: removes the webhook where that is the conflict, and logs other conflicts. True when
/// it is resolved.
async fn end_conflict(bot: &Telegram, description: &str) -> bool {
    let account = &bot.settings.account;
    if !description.contains("webhook") {
        tracing::error!(
            account,
            "another program asks for this bot's updates: stop it, or give it a bot of its own; trying again"
        );
        return false;
    }
    tracing::error!(account, "somebody gave this bot a webhook, though it is polled: it is taken away");
    introduce(bot)
        .await
        .inspect_err(|error| tracing::warn!(account, %error, "the webhook is still there; trying again"))
        .is_ok()
}

/// The lease for polling a bot's updates, which one node holds at a time.
#[derive(Clone)]
struct PollLease {
    receiver: Receiver,
    name: String,
    node: String,
}

impl PollLease {
    fn new(bot: &Telegram, receiver: &Receiver) -> Self {
        let name = format!("telegram|{}", bot.settings.account);
        Self { receiver: receiver.clone(), name, node: NodeId::new(receiver.clock().now()).to_string() }
    }

    async fn acquire(&self) -> Result<bool, StoreError> {
        let now = self.receiver.clock().now();
        let until = now + LEASE_SECONDS.seconds();
        // Two nodes' clocks may differ a little.
        let furthest = until + LEASE_SECONDS.seconds();
        self.receiver.store().acquire_lease(&self.name, &self.node, now, until, furthest).await
    }

    /// Renews the lease every [`RENEW`]; returns when it is lost or cannot be renewed.
    async fn keep(&self) {
        loop {
            tokio::time::sleep(RENEW).await;
            if !self.acquire().await.unwrap_or(false) {
                return;
            }
        }
    }

    async fn release(&self) {
        if let Err(error) = self.receiver.store().release(&self.name, &self.node).await {
            tracing::warn!(%error, "the lease is not given back: the other nodes wait until it runs out");
        }
    }
}

/// Goes on behind an update that the store refuses for its content. The person is told that it could not be read, so that they
/// write it otherwise, and the handler sees that there was something.
async fn pass_over(bot: &Telegram, receiver: &Receiver, id: i64, error: &ReceiverError, in_its_place: Option<Event>) {
    let account = &bot.settings.account;
    tracing::error!(account, update = id, %error, "an update is passed over: the store refuses it again and again");
    receiver.count_passed_over(Channel::Telegram, account);
    let Some(event) = in_its_place else { return };
    if let Err(error) = receiver.take(bot, event).await {
        tracing::error!(account, update = id, %error, "nobody is told of the update that was passed over");
    }
}

/// How far a batch was stored.
struct Batch {
    /// The identifier of the first update that was not stored, or one beyond the last.
    next: Option<i64>,
    failed: bool,
}

/// How often the store refused each update for its content.
type Refused = HashMap<i64, u32>;

/// Stores updates: each person's in order, those of several people concurrently.
async fn take(bot: &Telegram, receiver: &Receiver, updates: Vec<Json>, refused: &mut Refused) -> Batch {
    let mut next = None;
    let mut people: HashMap<Option<String>, Vec<(i64, Event)>> = HashMap::new();
    for json in updates {
        // The types are lenient, so an update that cannot be read at all has no identifier and nothing for us.
        let Ok(update) = serde_json::from_value::<Update>(json) else { continue };
        let id = update.id;
        next = next.max(Some(id + 1));
        let events = decode::events(&bot.settings, &bot.words, update);
        let person = events.iter().find_map(|event| match event {
            Event::Message(received) => Some(received.inbound.endpoint.address.clone()),
            Event::Report(_) | Event::Proof(_) | Event::AfterCommit(_) => None,
        });
        people.entry(person).or_default().extend(events.into_iter().map(|event| (id, event)));
    }
    let before = &*refused;
    let stored = stream::iter(people.into_values()).map(|events| async move {
        let account = &bot.settings.account;
        for (id, event) in events {
            let is_last_try = before.get(&id).is_some_and(|tries| tries + 1 >= TRIES);
            let in_its_place = match &event {
                Event::Message(received) if is_last_try => Some(decode::unreadable(received, &bot.words)),
                _ => None,
            };
            let Err(error) = receiver.take(bot, event).await else { continue };
            let is_its_own = error.is_about_the_message();
            if is_its_own && is_last_try {
                pass_over(bot, receiver, id, &error, in_its_place).await;
                continue;
            }
            tracing::warn!(account, update = id, %error, "an update is not stored; trying again");
            return Some((id, is_its_own));
        }
        None
    });
    let unstored = stored.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect::<Vec<(i64, bool)>>().await;
    let first = unstored.iter().map(|(id, _)| *id).min();
    // What comes again is remembered, also what was passed over.
    refused.retain(|id, _| first.is_some_and(|first| *id >= first));
    for (id, _) in unstored.iter().filter(|(_, is_its_own)| *is_its_own) {
        *refused.entry(*id).or_default() += 1;
    }
    Batch { next: first.or(next), failed: first.is_some() }
}
