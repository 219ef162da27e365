//! Twilio and compatible providers: messages and reports come as signed forms, messages leave by its REST API.
//!
//! Source: Twilio's documents "TwiML for messaging", "Webhooks security", "Message resource" and its list of error codes.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, StatusCode, header};
use serde_json::Value as Json;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::{
    account::{MAX_IDENTIFIER, SmsAccount, address, report},
    answer::{ProviderResponse, checked},
};
use crate::{
    channel::{
        Acknowledgement, Admission, Checked, Content, DeliveryStatus, Event, FetchError, File, Head, Outbound, Pace,
        Post, Provider, Reason, Refusal, Retry, SendError, Sent,
    },
    config::{self, Hidden, SecretError},
    domain::message::Channel,
};

/// The most media of one message, by Twilio's own limit.
const MAX_MEDIA: usize = 10;
/// The time-out of fetching one file: Twilio waits 15 s for the answer to its post.
const FETCH: Duration = Duration::from_secs(10);
/// The most redirects that are followed from a file's link to Twilio's storage.
const MAX_REDIRECTS: usize = 3;
const SIGNATURE: &str = "x-twilio-signature";
/// The hosts of Twilio's file storage.
const STORAGE: [&str; 3] = [".twilio.com", ".twiliocdn.com", ".amazonaws.com"];

#[derive(Debug)]
pub(super) struct Twilio {
    account: SmsAccount,
    sid: String,
    token: Hidden<String>,
    from: String,
    api: String,
    /// The address to which Twilio posts reports.
    callback: String,
    max_file_bytes: usize,
    http: reqwest::Client,
}

impl Twilio {
    pub(super) fn open(
        account: &config::Twilio,
        public_url: &str,
        max_file_bytes: usize,
        http: &reqwest::Client,
    ) -> Result<Self, SecretError> {
        Ok(Self {
            account: SmsAccount::new(&account.account, &account.insurer, account.messages_per_second),
            sid: account.account_sid.clone(),
            token: account.auth_token.reveal()?,
            from: account.from.clone(),
            api: account.api.trim_end_matches('/').to_owned(),
            callback: address(public_url, &account.account),
            max_file_bytes,
            http: http.clone(),
        })
    }

    async fn send(&self, to: &str, text: &str) -> Result<Sent, SendError> {
        let sender = if self.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let form = [("To", to), (sender, &self.from), ("Body", text), ("StatusCallback", &self.callback)];
        let url = format!("{}/2010-04-01/Accounts/{}/Messages.json", self.api, self.sid);
        let answer =
            ProviderResponse::to(self.http.post(url).basic_auth(&self.sid, Some(&*self.token)).form(&form)).await?;
        let json = answer.json();
        if answer.status.is_success() {
            let provider_id = json["sid"].as_str().unwrap_or_default().to_owned();
            return Ok(Sent { provider_id });
        }
        let code = json["code"].as_u64();
        let mut error = answer.failure(&code.map(|code| format!("code {code}")).unwrap_or_default());
        if let Some(reason) = code.and_then(refusal) {
            error.reason = reason;
            error.retry = if reason == Reason::Account { Retry::Later } else { Retry::Never };
        }
        Err(error)
    }

    /// The fields of a post, once its signature is verified.
    fn verified(&self, post: &Post<'_>) -> Result<Fields, Refusal> {
        let signature = post.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let signature = STANDARD.decode(signature.ok_or(Refusal::Unauthorized)?).map_err(|_| Refusal::Unauthorized)?;
        let content_type = post.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let body_hash = Url::parse(post.url).ok().and_then(|url| {
            let (_, hash) = url.query_pairs().find(|(name, _)| name == "bodySHA256")?;
            Some(hash.into_owned())
        });
        let fields = if is_form { Fields::of_form(post.body) } else { Fields::default() };
        let signed = if body_hash.is_some() { &Fields::default() } else { &fields };
        // Twilio signs the address with or without its port, however it was configured.
        let holds = addresses(post.url).iter().any(|url| signed_by(&self.token, url, signed, &signature));
        let whole = body_hash.is_none_or(|hash| {
            let actual = hex::encode(Sha256::digest(post.body));
            bool::from(actual.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()))
        });
        if holds && whole {
            Ok(if is_form { fields } else { Fields::of_json(post.body) })
        } else {
            Err(Refusal::Unauthorized)
        }
    }

    async fn bring(&self, media: &str) -> Result<Bytes, FetchError> {
        let own = Url::parse(&self.api).map_err(|_| FetchError::Gone)?;
        let mut url = Url::parse(media).map_err(|_| FetchError::Gone)?;
        for _ in 0..=MAX_REDIRECTS {
            let at_home = url.origin() == own.origin();
            let host = url.host_str().unwrap_or_default();
            let in_storage = url.scheme() == "https" && STORAGE.iter().any(|known| host.ends_with(known));
            if !at_home && !in_storage {
                return Err(FetchError::Gone);
            }
            let request = self.http.get(url.clone()).timeout(FETCH);
            // The credentials are sent to Twilio's API only, and not to its file storage.
            let request = if at_home { request.basic_auth(&self.sid, Some(&*self.token)) } else { request };
            let response = request.send().await.map_err(|_| FetchError::Unavailable)?;
            match response.status() {
                status if status.is_success() => return self.read(response).await,
                status if status.is_redirection() => {
                    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                    url = location.and_then(|to| url.join(to).ok()).ok_or(FetchError::Gone)?;
                }
                StatusCode::NOT_FOUND | StatusCode::GONE => return Err(FetchError::Gone),
                _ => return Err(FetchError::Unavailable),
            }
        }
        Err(FetchError::Gone)
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, FetchError> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Unavailable)? {
            if bytes.len() + chunk.len() > self.max_file_bytes {
                return Err(FetchError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}

impl Provider for Twilio {
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

    fn fetch<'a>(&'a self, media: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        Box::pin(self.bring(media))
    }

    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        let url = format!("{}/2010-04-01/Accounts/{}.json", self.api, self.sid);
        let request = self.http.get(url).basic_auth(&self.sid, Some(&*self.token));
        Box::pin(async { checked(ProviderResponse::to(request).await.and_then(ProviderResponse::accepted)) })
    }

    /// The signature is in the head, and over the body.
    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        if head.headers.contains_key(SIGNATURE) { Ok(Admission::Unproven) } else { Err(Refusal::Unauthorized) }
    }

    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        if post.method != Method::POST {
            return Err(Refusal::Malformed("set the webhook's method to POST".into()));
        }
        let fields = self.verified(post)?;
        let id = fields.identifier("MessageSid")?;
        if fields.get("Body").is_none()
            && let Some(word) = fields.get("MessageStatus")
        {
            let code = fields.get("ErrorCode").and_then(|code| code.parse().ok());
            return Ok(delivery_status(word, code).map(|status| report(id, status)).into_iter().collect());
        }
        let text = fields.get("Body").ok_or_else(|| Refusal::Malformed("the field `Body` is missing".into()))?;
        let media = (0..MAX_MEDIA).map_while(|number| fields.get(&format!("MediaUrl{number}")));
        let files = media.map(|url| File { name: String::new(), content: Content::Media(url.to_owned()) }).collect();
        Ok(vec![self.account.message(id, fields.identifier("From")?, text.to_owned(), files)])
    }

    /// An empty TwiML response: replies are sent by the outbox.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { content_type: "text/xml", body: "<Response/>", ..Acknowledgement::default() }
    }
}

/// The fields of a form; a name may stand several times.
#[derive(Debug, Default)]
struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    fn of_form(body: &[u8]) -> Self {
        let mut fields = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            fields.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(fields)
    }

    fn of_json(body: &[u8]) -> Self {
        let Ok(Json::Object(fields)) = serde_json::from_slice(body) else { return Self::default() };
        let text = |value: Json| if let Json::String(text) = value { Some(vec![text]) } else { None };
        Self(fields.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    fn identifier(&self, name: &str) -> Result<&str, Refusal> {
        let value = self.get(name).filter(|value| !value.is_empty() && value.chars().count() <= MAX_IDENTIFIER);
        value.ok_or_else(|| Refusal::Malformed(format!("the field `{name}` is missing or too long")))
    }
}

/// The URL unchanged, with its port, and without it.
fn addresses(url: &str) -> Vec<String> {
    let mut all = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return all };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // An IPv6 address without a port ends with a bracket.
    let without = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let port = if scheme == "http" { 80 } else { 443 };
    all.push(format!("{scheme}://{without}{path}"));
    all.push(format!("{scheme}://{without}:{port}{path}"));
    all
}

/// Whether `signature` is the HMAC-SHA1 of the URL and each field's name and value, sorted by name; a name's values are
/// sorted, each once (Twilio, "Webhooks security").
fn signed_by(token: &str, url: &str, fields: &Fields, signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else { return false };
    mac.update(url.as_bytes());
    for (name, values) in &fields.0 {
        let mut values: Vec<&String> = values.iter().collect();
        values.sort();
        values.dedup();
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
    mac.verify_slice(signature).is_ok()
}

/// What an error code of the REST API means, where it says more than the HTTP status.
fn refusal(code: u64) -> Option<Reason> {
    Some(match code {
        // Not a number, not one of this region, not a mobile.
        21211 | 21214 | 21217 | 21265 | 21612 | 21614 => Reason::NoSuchAddress,
        21610 => Reason::Refused,
        // The credentials, the sender, the region that the account may not write to, an account that is suspended.
        20003 | 20005 | 21212 | 21408 | 21603 | 21606 | 21659 | 21660 | 21703 | 21705 | 30002 => Reason::Account,
        21602 | 21605 | 21617 | 30007 => Reason::Content,
        _ => return None,
    })
}

/// The delivery status of a report; none for a message that is still on its way.
fn delivery_status(status: &str, code: Option<u64>) -> Option<DeliveryStatus> {
    match status {
        "delivered" => Some(DeliveryStatus::Delivered),
        "read" => Some(DeliveryStatus::Read),
        "undelivered" | "failed" => Some(DeliveryStatus::Failed(match code {
            Some(30004 | 21610) => Reason::Refused,
            Some(30005 | 30006 | 21211 | 21614) => Reason::NoSuchAddress,
            Some(30007) => Reason::Content,
            Some(30002) => Reason::Account,
            _ => Reason::Undelivered,
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
