//! Octopush: messages leave by its REST API with an idempotency key; messages, reports and requests to stop come as unsigned
//! JSON to an address that holds a secret.
//!
//! # What is documented
//!
//! On dev.octopush.com: the address and fields of `sms-campaign/send`, with `request_id`, which is valid for 24 hours
//! (the outbox tries for twelve); the fields of the three callbacks (*Webhook SMS Inbounds*, *Acknowledge receipt*,
//! *Callback Stop SMS*), all the statuses of a report, and that a callback is to be answered within a second and
//! without a body. On octopush.com, *Return codes*: the codes of a refusal. In its PHP examples: `sms_ticket` in the
//! answer.
//!
//! # What is not documented, and what is done here
//!
//! Where a refusal's code stands in the answer: it is looked for in `code`, and without it the HTTP status decides.
//! Whether a report's status that no list names is final: it is taken as not final. How two replies to one message are
//! told apart: by number, time and text.

use futures_util::future::BoxFuture;
use http::Method;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{
    account::{MAX_IDENTIFIER, SmsAccount, admit, ends_with_secret, report},
    answer::{ProviderResponse, checked},
};
use crate::{
    channel::{
        Admission, Checked, DeliveryStatus, Event, Head, Outbound, Pace, Post, Provider, Reason, Refusal, Retry,
        SendError, Sent,
    },
    config::{self, Hidden, SecretError},
    domain::message::Channel,
};

/// The return code of a request whose `request_id` was accepted before: the message was sent then.
const SENT_BEFORE: u64 = 120;

#[derive(Debug)]
pub(super) struct Octopush {
    account: SmsAccount,
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
            account: SmsAccount::new(&account.account, &account.insurer, account.messages_per_second),
            login: account.login.clone(),
            api_key: account.api_key.reveal()?,
            sender: account.sender.clone(),
            callback_secret: account.callback_secret.reveal()?,
            api: account.api.trim_end_matches('/').to_owned(),
            http: http.clone(),
        })
    }

    async fn send(&self, to: &str, text: &str, request_id: &str) -> Result<Sent, SendError> {
        let mut campaign = json!({
            "recipients": [{ "phone_number": to }],
            "text": text,
            "type": "sms_premium",
            "purpose": "alert",
            // In mainland France a short number that can be replied to replaces the sender.
            "with_replies": true,
            // Octopush must not change the text, whose parts were counted.
            "auto_optimize_text": false,
            // A request with the same identifier is refused and not sent again.
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
        let answer = ProviderResponse::to(request).await?;
        let json = answer.json();
        if answer.status.is_success() {
            return Ok(Sent { provider_id: json["sms_ticket"].as_str().unwrap_or_default().to_owned() });
        }
        let code = json["code"].as_u64().or_else(|| json["code"].as_str()?.parse().ok());
        if code == Some(SENT_BEFORE) {
            // The ticket stood in the first answer, which was lost.
            return Ok(Sent::default());
        }
        let mut error = answer.failure(&code.map(|code| format!("code {code}")).unwrap_or_default());
        if let Some((retry, reason)) = code.and_then(refusal) {
            (error.retry, error.reason) = (retry, reason);
        }
        Err(error)
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
            let (mut texts, mut sent) = (self.account.texts(outbound)?, Sent::default());
            while let Some((key, text)) = texts.next() {
                sent = self.send(&outbound.to.address, text, key).await?;
                texts.went();
            }
            Ok(sent)
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        let request = self.http.get(format!("{}/wallet/check-credits", self.api));
        let request = request.header("api-login", &self.login).header("api-key", &*self.api_key);
        Box::pin(async { checked(ProviderResponse::to(request).await.and_then(ProviderResponse::accepted)) })
    }

    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        admit(head, &self.callback_secret)
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
            Some(text) if !text.is_empty() && text.chars().count() <= MAX_IDENTIFIER => Ok(text),
            _ => Err(Refusal::Malformed(format!("the field `{name}` is missing, too long, or no text"))),
        };
        if fields.get("text").is_none() {
            let id = field("message_id")?;
            return Ok(delivery_status(field("status")?).map(|status| report(id, status)).into_iter().collect());
        }
        let Some(text) = fields["text"].as_str() else {
            return Err(Refusal::Malformed("the field `text` must be text".into()));
        };
        let from = field("number")?;
        // This identifier is our message's that was replied to, where Octopush found it: it does not tell two replies
        // apart.
        let answered = if fields["message_id"].is_null() { "" } else { field("message_id")? };
        let received_at = ["reception_date", "stop_date"].into_iter().find_map(|name| fields[name].as_str());
        let digest = Sha256::digest(format!("{from}|{}|{text}", received_at.unwrap_or_default()));
        let id = format!("{answered}|{}", hex::encode(&digest[..8]));
        Ok(vec![self.account.message(&id, from, text.to_owned(), Vec::new())])
    }
}

/// What a return code means, where it says more than the HTTP status.
fn refusal(code: u64) -> Option<(Retry, Reason)> {
    Some(match code {
        // The credentials, the credit, the sender, an account that is not validated or is under investigation.
        101 | 104..=106 | 108 | 109 | 113 | 114 => (Retry::Later, Reason::Account),
        // No recipient, or none that is a number.
        103 | 110 | 117 => (Retry::Never, Reason::NoSuchAddress),
        _ => return None,
    })
}

/// The delivery status of a report; none for one that is not final: `ACK`, `UNKNOWN_DELIVERY`, `UNDEFINED`.
fn delivery_status(status: &str) -> Option<DeliveryStatus> {
    match status {
        "DELIVERED" => Some(DeliveryStatus::Delivered),
        "BLACKLISTED_NUMBER" => Some(DeliveryStatus::Failed(Reason::Refused)),
        "BAD_DESTINATION" => Some(DeliveryStatus::Failed(Reason::NoSuchAddress)),
        "NOT_DELIVERED" | "NOT_ALLOWED" => Some(DeliveryStatus::Failed(Reason::Undelivered)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
