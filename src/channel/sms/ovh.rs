//! OVHcloud: messages leave by its signed API and are polled for; reports come unsigned to an address that holds a secret.
//!
//! A received message is deleted at OVHcloud only when it is on disk. Several nodes may poll the same account: a
//! message that two of them read is recognised by its number, and one that is gone was taken by another node.
//!
//! Source: OVHcloud's "First steps with the API" (signature, time) and its API console, section `/sms` (paths and
//! fields). Its error codes are in no document: those used here come from the issues of its libraries.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::{Method, StatusCode, header};
use serde_json::{Value as Json, json};
use sha1::{Digest as _, Sha1};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    account::{SmsAccount, admit, ends_with_secret, report},
    answer::{ProviderResponse, checked, unavailable},
};
use crate::{
    channel::{
        Admission, Checked, DeliveryStatus, Event, Head, Outbound, Pace, Post, Provider, Reason, Receiver,
        ReceiverError, Refusal, Retry, SendError, Sent,
    },
    config::{self, Hidden, SecretError},
    domain::{clock::Clock, message::Channel},
};

/// For how many minutes OVHcloud tries to deliver a message: two days.
const VALIDITY_MINUTES: u32 = 2880;

#[derive(Debug)]
pub(super) struct Ovh {
    account: SmsAccount,
    application_key: Hidden<String>,
    application_secret: Hidden<String>,
    consumer_key: Hidden<String>,
    /// The path of the service, or of one of its users: a reply is listed where its message was sent from.
    folder: String,
    sender: String,
    callback_secret: Hidden<String>,
    poll: Duration,
    api: String,
    clock: Clock,
    /// How many seconds OVHcloud's clock is ahead of ours; none before it was asked. A signature is valid at its own
    /// time only.
    ahead: Mutex<Option<i64>>,
    http: reqwest::Client,
}

/// Why a poll ended early. The next poll starts anew.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error(transparent)]
    Provider(#[from] SendError),
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
}

impl Ovh {
    pub(super) fn open(account: &config::Ovh, clock: Clock, http: &reqwest::Client) -> Result<Self, SecretError> {
        Ok(Self {
            account: SmsAccount::new(&account.account, &account.insurer, account.messages_per_second),
            application_key: account.application_key.reveal()?,
            application_secret: account.application_secret.reveal()?,
            consumer_key: account.consumer_key.reveal()?,
            folder: if account.user.is_empty() {
                format!("/sms/{}", account.service)
            } else {
                format!("/sms/{}/users/{}", account.service, account.user)
            },
            sender: account.sender.clone(),
            callback_secret: account.callback_secret.reveal()?,
            poll: Duration::from_secs(account.poll_seconds.max(1)),
            api: account.api.trim_end_matches('/').to_owned(),
            clock,
            ahead: Mutex::default(),
            http: http.clone(),
        })
    }

    /// Sends a signed request below the folder. An empty `body` means none.
    async fn call(&self, method: Method, path: &str, body: String) -> Result<ProviderResponse, SendError> {
        let url = format!("{}{}{path}", self.api, self.folder);
        let now = self.clock.now().as_second() + self.ahead().await?;
        let signature = self.signature(&method, &url, &body, now);
        let request = self
            .http
            .request(method, url)
            .header("X-Ovh-Application", &*self.application_key)
            .header("X-Ovh-Consumer", &*self.consumer_key)
            .header("X-Ovh-Timestamp", now)
            .header("X-Ovh-Signature", signature)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        ProviderResponse::to(request).await
    }

    /// As [`Self::call`], with every status but a success as an error.
    async fn ask(&self, method: Method, path: &str, body: String) -> Result<ProviderResponse, SendError> {
        let answer = self.call(method, path, body).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.failure(&answer)) }
    }

    fn failure(&self, answer: &ProviderResponse) -> SendError {
        let json = answer.json();
        let code = json["errorCode"].as_str().unwrap_or_default();
        let mut error = answer.failure(code);
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            // The signature's time may be what is refused, so OVHcloud's clock is asked again.
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        if matches!(code, "INVALID_SIGNATURE" | "QUERY_TIME_OUT") {
            // OVHcloud answers a wrong key or time with "bad request", although the message is not at fault.
            (error.retry, error.reason) = (Retry::Later, Reason::Account);
        }
        error
    }

    fn signature(&self, method: &Method, url: &str, body: &str, now: i64) -> String {
        let (secret, consumer) = (&*self.application_secret, &*self.consumer_key);
        let signed = format!("{secret}+{consumer}+{method}+{url}+{body}+{now}");
        format!("$1${}", hex::encode(Sha1::digest(signed)))
    }

    async fn ahead(&self) -> Result<i64, SendError> {
        let known = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ahead) = known {
            return Ok(ahead);
        }
        let answer = ProviderResponse::to(self.http.get(format!("{}/auth/time", self.api))).await?;
        let time = answer.json().as_i64().ok_or_else(|| unavailable("the API tells no time".into()))?;
        let ahead = time - self.clock.now().as_second();
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        Ok(ahead)
    }

    async fn send(&self, to: &str, text: &str) -> Result<Sent, SendError> {
        let mut job = json!({
            "message": text,
            "receivers": [to],
            // A message about a claim is no advertisement, so it needs no "STOP" clause.
            "noStopClause": true,
            "priority": "high",
            "coding": "8bit",
            "charset": "UTF-8",
            "validityPeriod": VALIDITY_MINUTES,
        });
        if crate::domain::sms::Alphabet::of(text) == crate::domain::sms::Alphabet::Gsm7 {
            job["coding"] = "7bit".into();
        }
        if self.sender.is_empty() {
            job["senderForResponse"] = true.into();
        } else {
            job["sender"] = self.sender.as_str().into();
        }
        let answer = self.ask(Method::POST, "/jobs", job.to_string()).await?.json();
        if answer["invalidReceivers"].as_array().is_some_and(|invalid| !invalid.is_empty()) {
            let detail = "an invalid receiver".to_owned();
            return Err(SendError { retry: Retry::Never, reason: Reason::NoSuchAddress, detail });
        }
        Ok(Sent { provider_id: answer["ids"][0].as_i64().map(|id| id.to_string()).unwrap_or_default() })
    }

    /// Receives the waiting messages, oldest first, and deletes each at OVHcloud once it is stored.
    async fn poll(&self, receiver: &Receiver) -> Result<(), PollError> {
        let listed = self.ask(Method::GET, "/incoming", String::new()).await?.json();
        let mut ids: Vec<i64> = listed.as_array().into_iter().flatten().filter_map(Json::as_i64).collect();
        ids.sort_unstable();
        for id in ids {
            let path = format!("/incoming/{id}");
            let item = self.call(Method::GET, &path, String::new()).await?;
            let item = match item.status {
                StatusCode::NOT_FOUND => continue,
                status if status.is_success() => item.json(),
                _ => return Err(self.failure(&item).into()),
            };
            let (Some(from), Some(text)) = (item["sender"].as_str(), item["message"].as_str()) else {
                tracing::error!(account = self.account.name, id, "a received message has no sender or no text");
                continue;
            };
            let event = self.account.message(&id.to_string(), from, text.to_owned(), Vec::new());
            receiver.take(self, event).await?;
            // If the deletion fails, the message is listed again and recognised by its identifier.
            let removed = self.call(Method::DELETE, &path, String::new()).await?;
            if !removed.status.is_success() && removed.status != StatusCode::NOT_FOUND {
                return Err(self.failure(&removed).into());
            }
        }
        Ok(())
    }
}

impl Provider for Ovh {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn pace(&self) -> Pace {
        self.account.pace()
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async move {
            let (mut texts, mut sent) = (self.account.texts(outbound)?, Sent::default());
            while let Some((_, text)) = texts.next() {
                sent = self.send(&outbound.to.address, text).await?;
                texts.went();
            }
            Ok(sent)
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        Box::pin(async { checked(self.ask(Method::GET, "/incoming", String::new()).await) })
    }

    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        admit(head, &self.callback_secret)
    }

    /// Decodes a report: `?id=…&ptt=…`. Messages are polled for instead.
    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        if !ends_with_secret(post.url, &self.callback_secret) {
            return Err(Refusal::Unauthorized);
        }
        let url = Url::parse(post.url).map_err(|_| Refusal::Malformed("the address does not read".into()))?;
        let field = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            found.filter(|value| !value.is_empty() && value.len() <= 20)
        };
        let id = field("id").ok_or_else(|| Refusal::Malformed("`id` is missing or too long".into()))?;
        let ptt = field("ptt").and_then(|ptt| ptt.parse().ok());
        let ptt: u32 = ptt.ok_or_else(|| Refusal::Malformed("`ptt` must be a number".into()))?;
        Ok(delivery_status(ptt).map(|status| report(&id, status)).into_iter().collect())
    }

    fn listen(self: Arc<Self>, receiver: Receiver, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            loop {
                let mut wait = self.poll;
                tokio::select! {
                    () = stop.cancelled() => return,
                    polled = self.poll(&receiver) => {
                        if let Err(error) = polled {
                            tracing::warn!(%error, account = self.account.name, "received messages wait at OVHcloud");
                            if let PollError::Provider(SendError { retry: Retry::After(after), .. }) = error {
                                wait = wait.max(after);
                            }
                        }
                    }
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(wait) => {}
                }
            }
        })
    }
}

/// The delivery status of a report's `ptt`; none while the network is still trying, or does not know.
fn delivery_status(ptt: u32) -> Option<DeliveryStatus> {
    match ptt {
        1..=3 | 6 => None,
        4 => Some(DeliveryStatus::Delivered),
        _ => Some(DeliveryStatus::Failed(Reason::Undelivered)),
    }
}

#[cfg(test)]
mod tests;
