//! Octopush: messages leave by its REST API with an idempotency key; messages and reports come as unsigned JSON to an
//! address that holds a secret.
//!
//! Source: Octopush's "SMS API documentation" (v2). It wants an answer within a second and without a body.

use futures_util::future::BoxFuture;
use http::Method;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{
    account::{Account, MOST_IDENTIFIER, ends_with_secret, report},
    answer::Answer,
    texts,
};
use crate::{
    channel::{Event, Fate, Outbound, Pace, Post, Provider, Reason, Refusal, SendError, Sent},
    config::{self, Hidden, SecretError},
    domain::message::Channel,
};

#[derive(Debug)]
pub(super) struct Octopush {
    account: Account,
    login: String,
    api_key: Hidden<String>,
    sender: String,
    callback_secret: Hidden<String>,
    api: String,
    http: reqwest::Client,
}

impl Octopush {
    pub(super) fn open(account: &config::Octopush, http: &reqwest::Client) -> Result<Self, SecretError> {
        Ok(Self {
            account: Account::new(&account.account, &account.insurer, account.messages_per_second),
            login: account.login.clone(),
            api_key: account.api_key.reveal()?,
            sender: account.sender.clone(),
            callback_secret: account.callback_secret.reveal()?,
            api: account.api.trim_end_matches('/').to_owned(),
            http: http.clone(),
        })
    }

    async fn send(&self, to: &str, text: &str, request_id: String) -> Result<Sent, SendError> {
        let mut campaign = json!({
            "recipients": [{ "phone_number": to }],
            "text": text,
            "type": "sms_premium",
            "purpose": "alert",
            "with_replies": true,
            // The same request again is answered and not sent.
            "request_id": request_id,
        });
        if !self.sender.is_empty() {
            campaign["sender"] = self.sender.as_str().into();
        }
        let request = self
            .http
            .post(format!("{}/sms-campaign/send", self.api))
            .header("api-login", &self.login)
            .header("api-key", &*self.api_key)
            .json(&campaign);
        let answer = Answer::to(request).await?;
        let json = answer.json();
        if answer.status.is_success() {
            return Ok(Sent { provider_id: json["sms_ticket"].as_str().unwrap_or_default().to_owned() });
        }
        Err(answer.failure(&json["code"].as_u64().map(|code| format!("code {code}")).unwrap_or_default()))
    }
}

impl Provider for Octopush {
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
            let mut sent = Sent::default();
            for (key, text) in texts(outbound)? {
                sent = self.send(&outbound.to.address, &text, key).await?;
            }
            Ok(sent)
        })
    }

    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        if !ends_with_secret(post.url, &self.callback_secret) {
            return Err(Refusal::Unauthorized);
        }
        if post.method != Method::POST {
            return Err(Refusal::Malformed("messages and reports are posted".into()));
        }
        let fields: Json = serde_json::from_slice(post.body)
            .map_err(|_| Refusal::Malformed("the body must be a JSON object".into()))?;
        let field = |name: &str| match fields[name].as_str() {
            Some(text) if !text.is_empty() && text.chars().count() <= MOST_IDENTIFIER => Ok(text),
            _ => Err(Refusal::Malformed(format!("the field `{name}` is missing, too long, or no text"))),
        };
        let id = field("message_id")?;
        if fields.get("text").is_none() {
            return Ok(fate(field("status")?).map(|fate| report(id, fate)).into_iter().collect());
        }
        let Some(text) = fields["text"].as_str() else {
            return Err(Refusal::Malformed("the field `text` must be text".into()));
        };
        let from = field("number")?;
        // The identifier may be that of our message which was answered: two answers to it are two messages.
        let received_at = fields["reception_date"].as_str().unwrap_or_default();
        let digest = Sha256::digest(format!("{received_at}|{text}"));
        let id = format!("{id}|{}", hex::encode(&digest[..8]));
        Ok(vec![self.account.message(&id, from, text.to_owned(), Vec::new())])
    }
}

/// What a report tells. Nothing for a status that is on its way.
fn fate(status: &str) -> Option<Fate> {
    match status {
        "DELIVERED" => Some(Fate::Delivered),
        "BLACKLISTED_NUMBER" => Some(Fate::Failed(Reason::Refused)),
        "INVALID_DESTINATION_ADDRESS" | "BAD_DESTINATION" => Some(Fate::Failed(Reason::NoSuchAddress)),
        "NOT_DELIVERED" | "NOT_ALLOWED" | "OUT_OF_DATE" | "EXPIRED" | "UNDELIVERABLE" | "REFUSED" => {
            Some(Fate::Failed(Reason::Undelivered))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "octopush_tests.rs"]
mod tests;
