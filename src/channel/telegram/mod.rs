//! Telegram: bots to which people write in a private chat.
//!
//! [`Telegram`] is one bot. Updates come by webhook or by long poll; [`update`] deserialises and [`decode`] interprets
//! them. Messages are made by [`render`] and [`buttons`] and sent by [`client`]. The library's dispatcher is not used:
//! it keeps updates in memory and acknowledges those that it could not read.
//!
//! What this room refuses to do: it keeps nothing in memory that a pressed button or a restart would need, serves no
//! group, and trusts no contact but the sender's own.

mod buttons;
mod check;
mod client;
mod decode;
mod poll;
mod render;
#[cfg(test)]
mod tests;
mod update;
mod words;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use teloxide_core::{
    payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters as _, EditMessageReplyMarkup, EditMessageText},
    types::{CallbackQueryId, ChatId, MessageId},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    AccountError, Admission, Checked, Event, FetchError, Head, Outbound, Pace, Post, Provider, Reason, Receiver,
    Refusal, Retry, SendError, Sent, Thread,
};
use crate::{
    config::{Bot, Config, Hidden, Receive, SecretError},
    domain::message::Channel,
};
use client::{CallError, Client};
use decode::{AfterCommit, Edit};
use update::Update;
use words::Words;

/// The header in which Telegram sends the secret that we gave it with the webhook.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// How many messages may be in flight: as many as may go in a second, those that wait for the pace of their chat
/// included.
const AT_ONCE: usize = 30;
/// How many after-commit edits may run at once; more are skipped.
const MAX_AFTER_COMMIT: usize = 32;

/// One bot.
#[derive(Debug)]
pub struct Telegram {
    settings: Bot,
    client: Client,
    words: Words,
    webhook: Url,
    /// The webhook's secret. It is derived from the bot's token, so that every node knows it and none need be
    /// configured.
    secret: Hidden<String>,
    after_commits: Arc<Semaphore>,
}

/// Why a bot of the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    #[error("its token: {0}")]
    Token(#[from] SecretError),
    #[error("`api_url` is no address")]
    ApiUrl,
    #[error("server.public_url is no address that Telegram could post to")]
    PublicUrl,
    #[error("the words of the Telegram channel cannot be read: {0}")]
    Words(String),
}

/// The part of the answer to a sent message that is needed.
#[derive(Deserialize)]
struct MessageSent {
    message_id: i64,
}

/// Opens the bots that `config` names.
pub(super) fn open(config: &Config, http: &reqwest::Client) -> Result<Vec<Arc<dyn Provider>>, AccountError> {
    let bot = |bot: &Bot| match Telegram::new(bot.clone(), &config.server.public_url, http.clone()) {
        Ok(telegram) => Ok(Arc::new(telegram) as Arc<dyn Provider>),
        Err(error) => Err(AccountError::Unusable {
            channel: Channel::Telegram.name(),
            account: bot.account.clone(),
            problem: error.to_string(),
        }),
    };
    config.telegram.bots.iter().map(bot).collect()
}

impl Telegram {
    /// The bot of `settings`; its webhook is below `public_url`.
    ///
    /// # Errors
    ///
    /// When its token cannot be read, or a URL or a text of the channel is wrong.
    pub fn new(settings: Bot, public_url: &str, http: reqwest::Client) -> Result<Self, TelegramError> {
        let token = settings.token.reveal()?;
        let secret = hex::encode(Sha256::digest(format!("guichet telegram webhook {}", *token)));
        let mut webhook = Url::parse(public_url).map_err(|_| TelegramError::PublicUrl)?;
        webhook.path_segments_mut().map_err(|()| TelegramError::PublicUrl)?.pop_if_empty().extend([
            "channels",
            Channel::Telegram.name(),
            &settings.account,
        ]);
        Ok(Self {
            client: Client::new(&settings.api_url, token, http)?,
            words: Words::built_in().map_err(TelegramError::Words)?,
            webhook,
            secret: Hidden::new(secret),
            after_commits: Arc::new(Semaphore::new(MAX_AFTER_COMMIT)),
            settings,
        })
    }

    async fn send(&self, outbound: &Outbound) -> Result<Sent, SendError> {
        let nobody = |_| SendError {
            retry: Retry::Never,
            reason: Reason::NoSuchAddress,
            detail: "the address is no chat of Telegram".into(),
        };
        let chat = ChatId(outbound.to.address.parse().map_err(nobody)?);
        let mut sent = Sent { provider_id: String::new() };
        for message in render::messages(outbound, chat, &self.words) {
            let answer: MessageSent = self.client.call(&message).await?;
            sent.provider_id = answer.message_id.to_string();
        }
        if let Some(question) = answered_in_words(&outbound.thread) {
            self.put_away_buttons(chat, question);
        }
        Ok(sent)
    }

    /// Takes the buttons from below a question that was answered otherwise. What cannot be taken away stays, and answers as
    /// an earlier question.
    fn put_away_buttons(&self, chat: ChatId, question: MessageId) {
        let Ok(place) = Arc::clone(&self.after_commits).try_acquire_owned() else { return };
        let client = self.client.clone();
        tokio::spawn(async move {
            // Telegram refuses it for a message without buttons.
            let edited: Result<Json, _> = client.call(&EditMessageReplyMarkup::new(chat, question)).await;
            if let Err(error) = edited {
                tracing::debug!(%error, "an answered question keeps its buttons, or had none");
            }
            drop(place);
        });
    }

    fn is_from_telegram(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(SECRET_HEADER).map(http::HeaderValue::as_bytes).unwrap_or_default();
        given.ct_eq(self.secret.as_bytes()).into()
    }
}

impl Provider for Telegram {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn account(&self) -> &str {
        &self.settings.account
    }

    fn pace(&self) -> Pace {
        Pace {
            messages: self.settings.messages_per_second,
            per: Duration::from_secs(1),
            at_once: AT_ONCE,
            apart: Duration::from_millis(self.settings.chat_pause_ms),
        }
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(self.send(outbound))
    }

    fn fetch<'a>(&'a self, media: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        Box::pin(self.client.file(media))
    }

    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        if self.settings.receive != Receive::Webhook {
            return Err(Refusal::NotServed);
        }
        if self.is_from_telegram(head.headers) { Ok(Admission::Known) } else { Err(Refusal::Unauthorized) }
    }

    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        self.admit(&post.head())?;
        let update: Update = serde_json::from_slice(post.body)
            .map_err(|_| Refusal::Malformed("the body must be an update of the Bot API".into()))?;
        Ok(decode::events(&self.settings, &self.words, update))
    }

    fn after_commit(&self, what: &Json) {
        let Ok(after_commit) = serde_json::from_value::<AfterCommit>(what.clone()) else { return };
        let Ok(place) = Arc::clone(&self.after_commits).try_acquire_owned() else { return };
        let client = self.client.clone();
        tokio::spawn(async move {
            if let Err(error) = show(&client, after_commit).await {
                tracing::debug!(%error, "a press of a button is stored, but not shown");
            }
            drop(place);
        });
    }

    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        Box::pin(check::check(self))
    }

    fn listen(self: Arc<Self>, receiver: Receiver, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move { poll::listen(&self, &receiver, &stop).await })
    }
}

/// Our last message before this one, if the person wrote after it: what they pressed is shown there already, and is named by
/// more than a number.
fn answered_in_words(thread: &Thread) -> Option<MessageId> {
    let number = |ids: &[String]| ids.last()?.parse::<i32>().ok();
    let (ours, theirs) = (number(&thread.sent)?, number(&thread.received)?);
    (theirs > ours).then_some(MessageId(ours))
}

/// Answers the callback query, which stops the button's spinner, and edits the message.
async fn show(client: &Client, after_commit: AfterCommit) -> Result<(), CallError> {
    let mut answer = AnswerCallbackQuery::new(CallbackQueryId(after_commit.query));
    if let Some(notice) = after_commit.notice {
        answer = answer.text(notice);
    }
    // Telegram refuses an answer to an old query; the message is edited all the same.
    let answered: Result<Json, _> = client.call(&answer).await;
    if let Some(Edit { chat, message, text, buttons }) = after_commit.edit
        && let Ok(message) = message.try_into().map(MessageId)
    {
        let chat = ChatId(chat);
        let _: Json = if let Some(text) = text.filter(|text| render::fits(text)) {
            let mut edit = EditMessageText::new(chat, message, text);
            edit.reply_markup = buttons;
            client.call(&edit).await?
        } else {
            let mut edit = EditMessageReplyMarkup::new(chat, message);
            edit.reply_markup = buttons;
            client.call(&edit).await?
        };
    }
    answered.map(drop)
}
