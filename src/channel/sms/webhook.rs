//! An account to which any sender posts messages as JSON or as a form, with a secret.
//!
//! Without a `send` section the replies stand in the answer to the post, and nothing is pushed to the sender: see
//! `web/channels/mod.rs`. With it, [`Sender`] is a provider like the others: the configuration maps what it posts and
//! what it reads in the answer.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;
use subtle::ConstantTimeEq;

use super::{
    account::{MAX_IDENTIFIER, SmsAccount, ends_with_secret, report},
    answer::ProviderResponse,
    numbers,
};
use crate::{
    channel::{
        AccountError, Admission, DeliveryStatus, Event, Head, Outbound, Pace, Post, Provider, Reason, Refusal, Retry,
        SendError, Sent,
    },
    config::{Hidden, SecretError, Webhook, WebhookFields, WebhookFormat, WebhookSend},
    domain::{
        language::Language,
        message::{Body, Channel, Endpoint},
    },
    intake::{Inbound, InboundKind},
};

/// Why a post is not a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("send the account's secret as `Authorization: Bearer SECRET`")]
    Unauthorized,
    #[error("the body must be a JSON object or a form (application/x-www-form-urlencoded)")]
    Malformed,
    #[error("the field `{0}` must be there, as text of at most {MAX_IDENTIFIER} characters")]
    Field(String),
    #[error("the field `{0}` must be text")]
    Text(String),
}

/// Checks in constant time that `authorization` holds the account's secret. A secret in a file is read each time, so
/// that it can be changed while the service runs.
///
/// # Errors
///
/// When it does not, or the secret cannot be read.
pub fn verify(account: &Webhook, authorization: Option<&str>) -> Result<(), WebhookError> {
    let given = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    let secret = account.secret.reveal().map_err(|error| {
        tracing::error!(%error, account = account.account, "a webhook's secret is not to be had");
        WebhookError::Unauthorized
    })?;
    if bool::from(given.as_bytes().ct_eq(secret.as_bytes())) { Ok(()) } else { Err(WebhookError::Unauthorized) }
}

/// Decodes a post. Fields that are not mapped are ignored, since senders add some.
///
/// # Errors
///
/// When the body cannot be parsed, or a mapped field is missing.
pub fn decode(account: &Webhook, content_type: &str, body: &[u8]) -> Result<Inbound, WebhookError> {
    message(account, &fields(content_type, body)?)
}

fn fields(content_type: &str, body: &[u8]) -> Result<Json, WebhookError> {
    let fields = if content_type.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(body);
        Json::Object(pairs.map(|(name, value)| (name.into_owned(), Json::String(value.into_owned()))).collect())
    } else {
        serde_json::from_slice(body).map_err(|_| WebhookError::Malformed)?
    };
    if fields.is_object() { Ok(fields) } else { Err(WebhookError::Malformed) }
}

fn message(account: &Webhook, fields: &Json) -> Result<Inbound, WebhookError> {
    let WebhookFields { id, from, text } = &account.fields;
    let text = match at(fields, text) {
        Some(Json::String(text)) => text.clone(),
        _ => return Err(WebhookError::Text(text.clone())),
    };
    Ok(Inbound {
        endpoint: Endpoint {
            channel: Channel::Sms,
            account: account.account.clone(),
            address: numbers::address(&identifier(fields, from)?),
        },
        provider_id: identifier(fields, id)?,
        insurer: account.insurer.clone(),
        language: Language::Fr,
        token: None,
        cites: Vec::new(),
        settle: false,
        kind: InboundKind::Message(Body { text, ..Body::default() }),
    })
}

/// The value at a path: the field of exactly this name, else one step into an object or an array for each part of the
/// path.
fn at<'j>(fields: &'j Json, path: &str) -> Option<&'j Json> {
    fields.get(path).or_else(|| {
        path.split('.').try_fold(fields, |below, part| match below {
            Json::Array(items) => items.get(part.parse::<usize>().ok()?),
            below => below.get(part),
        })
    })
}

fn identifier(fields: &Json, path: &str) -> Result<String, WebhookError> {
    match at(fields, path) {
        Some(Json::String(text)) if !text.trim().is_empty() && text.chars().count() <= MAX_IDENTIFIER => {
            Ok(text.trim().replace('\0', ""))
        }
        Some(Json::Number(number)) => Ok(number.to_string()),
        _ => Err(WebhookError::Field(path.to_owned())),
    }
}

/// A webhook that also sends.
#[derive(Debug)]
pub(super) struct Sender {
    account: SmsAccount,
    config: Webhook,
    send: WebhookSend,
    method: Method,
    /// The values of `{name}` placeholders, besides the message's own.
    secrets: Vec<(String, Hidden<String>)>,
    http: reqwest::Client,
}

impl Sender {
    pub(super) fn open(config: &Webhook, send: &WebhookSend, http: &reqwest::Client) -> Result<Self, AccountError> {
        let unusable = |problem: String| AccountError::Unusable {
            channel: Channel::Sms.name(),
            account: config.account.clone(),
            problem,
        };
        let method = send.method.parse().map_err(|_| unusable(format!("`{}` is no HTTP method", send.method)))?;
        let secrets = send
            .secrets
            .iter()
            .map(|(name, secret)| Ok((name.clone(), secret.reveal()?)))
            .collect::<Result<_, SecretError>>()
            .map_err(|error| unusable(error.to_string()))?;
        config.secret.reveal().map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            account: SmsAccount::new(&config.account, &config.insurer, send.messages_per_second),
            config: config.clone(),
            send: send.clone(),
            method,
            secrets,
            http: http.clone(),
        })
    }

    async fn send(&self, to: &str, text: &str, id: &str) -> Result<Sent, SendError> {
        let fill = Fill { own: [("to", to), ("text", text), ("id", id)], secrets: &self.secrets };
        // In a path or a query the message's values are percent-encoded; in a header or a body they stand unchanged.
        let url = fill.apply(&self.send.url, |value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string());
        let mut headers = HeaderMap::new();
        for (name, value) in &self.send.headers {
            let value = fill.apply(value, str::to_owned);
            let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
                let detail = "a configured header cannot be sent".to_owned();
                return Err(SendError { retry: Retry::Later, reason: Reason::Account, detail });
            };
            headers.insert(name, value);
        }
        let body = fill.table(&self.send.body);
        let request = self.http.request(self.method.clone(), url).headers(headers);
        let request = match self.send.format {
            WebhookFormat::Json => request.json(&body),
            WebhookFormat::Form => {
                let pairs = body.as_object().into_iter().flatten();
                request.form(&pairs.map(|(name, value)| (name, plain(value))).collect::<Vec<_>>())
            }
        };
        let answer = ProviderResponse::to(request).await?;
        if !answer.status.is_success() {
            return Err(answer.failure(""));
        }
        let provider_id = match at(&answer.json(), &self.send.id) {
            Some(value) if !self.send.id.is_empty() => plain(value),
            _ => String::new(),
        };
        Ok(Sent { provider_id })
    }
}

impl Provider for Sender {
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

    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        let authorization = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let in_path = self.config.secret.reveal().is_ok_and(|secret| ends_with_secret(head.url, &secret));
        let is_known = in_path || verify(&self.config, authorization).is_ok();
        if is_known { Ok(Admission::Known) } else { Err(Refusal::Unauthorized) }
    }

    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        self.admit(&post.head())?;
        let text_of = |name| post.headers.get(name).and_then(|value| value.to_str().ok());
        let malformed = |error: WebhookError| Refusal::Malformed(error.to_string());
        let fields = fields(text_of(header::CONTENT_TYPE).unwrap_or_default(), post.body).map_err(malformed)?;
        if let Some(reports) = &self.send.report
            && let Some(status) = at(&fields, &reports.status)
        {
            let (id, status) = (identifier(&fields, &reports.id).map_err(malformed)?, plain(status));
            let status = if reports.delivered.contains(&status) {
                DeliveryStatus::Delivered
            } else if reports.failed.contains(&status) {
                DeliveryStatus::Failed(Reason::Undelivered)
            } else {
                // The message is still on its way: there is nothing to report.
                return Ok(Vec::new());
            };
            return Ok(vec![report(&id, status)]);
        }
        let inbound = message(&self.config, &fields).map_err(malformed)?;
        let InboundKind::Message(body) = inbound.kind else { return Ok(Vec::new()) };
        Ok(vec![self.account.message(&inbound.provider_id, &inbound.endpoint.address, body.text, Vec::new())])
    }
}

/// A JSON value as plain text.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The values of the placeholders.
struct Fill<'a> {
    own: [(&'a str, &'a str); 3],
    secrets: &'a [(String, Hidden<String>)],
}

impl Fill<'_> {
    /// Fills a template in one pass, so that braces in a message's text are never taken for placeholders.
    fn apply(&self, template: &str, escape: fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let known = after.split_once('}').and_then(|(name, after)| Some((self.value(name)?, after)));
            let Some((value, after)) = known else {
                filled.push('{');
                rest = after;
                continue;
            };
            filled.push_str(&escape(value));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, name: &str) -> Option<&str> {
        let own = self.own.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        own.or_else(|| self.secrets.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()))
    }

    fn table(&self, table: &toml::Table) -> Json {
        Json::Object(table.iter().map(|(name, value)| (name.clone(), self.json(value))).collect())
    }

    fn json(&self, value: &toml::Value) -> Json {
        match value {
            toml::Value::String(text) => Json::String(self.apply(text, str::to_owned)),
            toml::Value::Array(items) => Json::Array(items.iter().map(|item| self.json(item)).collect()),
            toml::Value::Table(table) => self.table(table),
            toml::Value::Integer(number) => Json::from(*number),
            toml::Value::Float(number) => Json::from(*number),
            toml::Value::Boolean(truth) => Json::Bool(*truth),
            toml::Value::Datetime(moment) => Json::String(moment.to_string()),
        }
    }
}

/// Opens the webhooks that also send.
pub(super) fn senders(webhooks: &[Webhook], http: &reqwest::Client) -> Result<Vec<Arc<dyn Provider>>, AccountError> {
    let mut senders: Vec<Arc<dyn Provider>> = Vec::new();
    for webhook in webhooks {
        if let Some(send) = &webhook.send {
            senders.push(Arc::new(Sender::open(webhook, send, http)?));
        }
    }
    Ok(senders)
}

#[cfg(test)]
mod tests;
