//! The configuration: the documented default file, then a file, then the environment. What is unknown is an error.

mod email;
mod network;
mod secret;
mod sms;
mod telegram;

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use serde::{Deserialize, Serialize};
use url::Url;

pub use email::{Dkim, Email, EmailAccount, Lmtp, MailServer, Security};
pub use network::{Network, NotANetwork, is_in};
pub use secret::{Hidden, Secret, SecretError};
pub use sms::{
    Octopush, Ovh, Smpp, SmppIds, Sms, Twilio, Webhook, WebhookFields, WebhookFormat, WebhookReport, WebhookSend,
};
pub use telegram::{Bot, Receive, Telegram};

/// The default configuration, with its explanations: what `guichet config` prints and what is parsed first.
pub const DEFAULT: &str = include_str!("default.toml");

const ENVIRONMENT_PREFIX: &str = "GUICHET_";
/// What stands for a secret where one would be printed.
const HIDDEN: &str = "(hidden)";

/// The whole configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub store: Store,
    pub documents: Documents,
    pub flows: Flows,
    pub log: Log,
    pub chat: Chat,
    pub sms: Sms,
    #[serde(default)]
    pub email: Email,
    #[serde(default)]
    pub telegram: Telegram,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub public_url: String,
    pub max_in_flight: usize,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<Network>,
    pub max_connections: usize,
    /// Of an IPv6 address, its /64.
    pub max_connections_per_address: usize,
    pub header_timeout_seconds: u64,
    pub keep_alive_seconds: u64,
    pub body_timeout_seconds: u64,
    pub min_body_bytes_per_second: u64,
    /// Who may read `/ready` and `/metrics`.
    pub monitors: Vec<Network>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub url: String,
    pub min_free_mib: u64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    pub folder: String,
    pub max_file_mib: u64,
    /// Where a clamd listens; empty: nothing is scanned.
    pub clamd: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    pub folder: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// How many conversations one address may open in an hour.
    pub openings_per_hour: u32,
    #[serde(default)]
    pub sites: Vec<Site>,
}

/// A site that shows the web chat.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub key: String,
    pub insurer: String,
    /// The origins that may embed it, such as `https://www.example.org`.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {path} cannot be read: {error}")]
    Unreadable { path: String, error: std::io::Error },
    #[error("{path}: {error}")]
    Invalid { path: String, error: toml::de::Error },
    #[error("the environment variable {name}: {error}")]
    Environment { name: String, error: toml::de::Error },
    #[error("the environment variable {0} names no setting; `guichet config` lists them")]
    UnknownVariable(String),
}

impl Config {
    /// The default configuration, overridden by `file` where there is one, then by `environment`'s `GUICHET_*`.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = parse("the default configuration", DEFAULT)?;
        let mut origin = String::from("the default configuration");
        if let Some(path) = file {
            origin = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| ConfigError::Unreadable { path: origin.clone(), error })?;
            // Parsed alone first: only so do errors name the line of the person's own file.
            merge(&mut table, parse(&origin, &text)?);
        }
        for (name, value) in environment {
            override_by(&mut table, &name, &value)?;
        }
        table.try_into().map_err(|error| ConfigError::Invalid { path: origin, error })
    }

    /// The same without the password in the database's address; a [`Secret`] is never printed.
    pub fn without_secrets(mut self) -> Self {
        if let Ok(mut url) = Url::parse(&self.store.url) {
            let is_secret = |name: &str| name.contains("password");
            let named = url.query_pairs().any(|(name, _)| is_secret(&name));
            if url.password().is_some() && url.set_password(Some("hidden")).is_ok() || named {
                let pairs: Vec<(String, String)> = url
                    .query_pairs()
                    .map(|(name, value)| {
                        let value = if is_secret(&name) { "hidden".to_owned() } else { value.into_owned() };
                        (name.into_owned(), value)
                    })
                    .collect();
                url.set_query(None);
                if !pairs.is_empty() {
                    url.query_pairs_mut().extend_pairs(pairs);
                }
                self.store.url = url.into();
            }
        }
        self
    }

    /// The site with this key.
    pub fn site(&self, key: &str) -> Option<&Site> {
        self.chat.sites.iter().find(|site| site.key == key)
    }
}

fn parse(path: &str, text: &str) -> Result<toml::Table, ConfigError> {
    text.parse().map_err(|error| ConfigError::Invalid { path: path.to_owned(), error })
}

fn merge(table: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// Variables that are Guichet's but no settings.
const NOT_SETTINGS: &[&str] = &["GUICHET_CONFIG", "GUICHET_SCREENSHOTS"];
/// Where the tests' servers are.
const OF_TESTS: &str = "GUICHET_TEST_";

/// `GUICHET_STORE_URL=…` sets `url` in `[store]`.
fn override_by(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else { return Ok(()) };
    if NOT_SETTINGS.contains(&name) || name.starts_with(OF_TESTS) {
        return Ok(());
    }
    let path = path.to_ascii_lowercase();
    let unknown = || ConfigError::UnknownVariable(name.to_owned());
    let (section, key) = path.split_once('_').ok_or_else(unknown)?;
    let setting = table
        .get_mut(section)
        .and_then(toml::Value::as_table_mut)
        .and_then(|section| section.get_mut(key))
        .ok_or_else(unknown)?;
    if setting.is_str() {
        *setting = toml::Value::String(value.to_owned());
    } else {
        let parsed: BTreeMap<String, toml::Value> = toml::from_str(&format!("value = {value}"))
            .map_err(|error| ConfigError::Environment { name: name.to_owned(), error })?;
        *setting = parsed.into_values().next().ok_or_else(unknown)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
