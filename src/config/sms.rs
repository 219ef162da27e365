//! `[[sms.*]]`: the accounts through which people send text messages, one list a kind of provider.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::Secret;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sms {
    /// The countries that are written to, by their two letters; the first is the service's own.
    pub countries: Vec<String>,
    pub texts_per_number_a_day: u32,
    /// For each country but the first.
    pub texts_per_country_a_day: u32,
    pub texts_per_account_a_day: u32,
    pub webhooks: Vec<Webhook>,
    pub twilio: Vec<Twilio>,
    pub ovh: Vec<Ovh>,
    pub octopush: Vec<Octopush>,
    pub smpp: Vec<Smpp>,
}

impl Sms {
    /// The webhooks to which nothing is pushed: the answer to a post holds the replies.
    pub fn answered(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.iter().filter(|webhook| webhook.send.is_none())
    }
}

/// An account through which any sender posts messages.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    pub account: String,
    pub insurer: String,
    /// Asked for as `Authorization: Bearer SECRET`, or as the last part of the address.
    pub secret: Secret,
    #[serde(default)]
    pub fields: WebhookFields,
    /// How messages are sent. Without it they stand in the answer to the post, and nothing else reaches the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<WebhookSend>,
}

/// Where in the post things are: the name of a field, or a path of names and numbers such as `results.0.text`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookFields {
    pub id: String,
    pub from: String,
    pub text: String,
}

impl Default for WebhookFields {
    fn default() -> Self {
        Self { id: "id".into(), from: "from".into(), text: "text".into() }
    }
}

/// The request that sends a message. In the URL, the headers and the body, `{to}`, `{text}`, `{id}` (the same for every
/// try) and the names of `secrets` in braces are replaced.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSend {
    pub url: String,
    #[serde(default = "post")]
    pub method: String,
    #[serde(default)]
    pub format: WebhookFormat,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: toml::Table,
    #[serde(default)]
    pub secrets: BTreeMap<String, Secret>,
    /// The path of the message's identifier in the JSON that is answered; empty where there is none.
    #[serde(default)]
    pub id: String,
    #[serde(default = "messages_per_second")]
    pub messages_per_second: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<WebhookReport>,
}

/// How the body of a request is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFormat {
    #[default]
    Json,
    Form,
}

/// How a delivery report, posted to the same address, is known and read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookReport {
    /// The path of the identifier that sending gave.
    pub id: String,
    /// The path of the status: a post that has it is a report.
    pub status: String,
    pub delivered: Vec<String>,
    pub failed: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    pub account: String,
    pub insurer: String,
    pub account_sid: String,
    pub auth_token: Secret,
    /// A number of ours, or a messaging service (`MG…`).
    pub from: String,
    #[serde(default = "messages_per_second")]
    pub messages_per_second: u32,
    #[serde(default = "twilio_api")]
    pub api: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ovh {
    pub account: String,
    pub insurer: String,
    pub application_key: Secret,
    pub application_secret: Secret,
    pub consumer_key: Secret,
    /// Such as `sms-ab12345-1`.
    pub service: String,
    /// The service's user who sends and whose received messages are read. Empty: the service itself.
    #[serde(default)]
    pub user: String,
    /// Empty: a number that can be answered.
    #[serde(default)]
    pub sender: String,
    /// The last part of the address to which reports are sent: OVHcloud signs nothing.
    pub callback_secret: Secret,
    #[serde(default = "poll_seconds")]
    pub poll_seconds: u64,
    #[serde(default = "messages_per_second")]
    pub messages_per_second: u32,
    #[serde(default = "ovh_api")]
    pub api: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Octopush {
    pub account: String,
    pub insurer: String,
    pub login: String,
    pub api_key: Secret,
    /// Empty: a number that can be answered.
    #[serde(default)]
    pub sender: String,
    /// The last part of the address to which messages and reports are posted: Octopush signs nothing.
    pub callback_secret: Secret,
    #[serde(default = "messages_per_second")]
    pub messages_per_second: u32,
    #[serde(default = "octopush_api")]
    pub api: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Smpp {
    pub account: String,
    pub insurer: String,
    /// `smpp://host:port`, or `smpps://` for TLS.
    pub url: String,
    pub system_id: String,
    pub password: Secret,
    #[serde(default)]
    pub system_type: String,
    /// Our short code or number, which people answer.
    pub source: String,
    /// How the carrier writes a message's number in its answer and in its delivery report.
    #[serde(default)]
    pub ids: SmppIds,
    /// The certificate, in PEM, of the authority that is believed beside the system's: a carrier's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PathBuf>,
    #[serde(default = "messages_per_second")]
    pub messages_per_second: u32,
    #[serde(default = "enquire_link_seconds")]
    pub enquire_link_seconds: u64,
}

/// How a carrier writes the number that it gives a message: SMPP 3.4 does not say, and some write it in hexadecimal in
/// `submit_sm_resp` and in decimal in the delivery report, or the other way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmppIds {
    /// The same text in both.
    #[default]
    Same,
    /// Hexadecimal in the answer, decimal in the report.
    HexDecimal,
    /// Decimal in the answer, hexadecimal in the report.
    DecimalHex,
}

fn post() -> String {
    "POST".into()
}

fn messages_per_second() -> u32 {
    10
}

fn poll_seconds() -> u64 {
    10
}

fn enquire_link_seconds() -> u64 {
    30
}

fn twilio_api() -> String {
    "https://api.twilio.com".into()
}

fn ovh_api() -> String {
    "https://eu.api.ovh.com/1.0".into()
}

fn octopush_api() -> String {
    "https://api.octopush.com/v1/public".into()
}
