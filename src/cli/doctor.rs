//! `guichet doctor`: checks everything that the service needs, and says what to do about what is missing.

use std::path::Path;

use super::{CliError, load_flows, open_documents, open_store, say};
use crate::{
    channel::{AccountError, Checked, Providers, http},
    config::{Config, ConfigError},
    document::{cage_status, tool_status},
    web::health::free_mib,
};

pub(super) async fn run(config: Result<Config, ConfigError>) -> Result<(), CliError> {
    let mut findings = 0;
    let mut report = |what: &str, outcome: Result<String, String>| match outcome {
        Ok(detail) => say(format_args!("ok       {what}: {detail}")),
        Err(problem) => {
            findings += 1;
            say(format_args!("PROBLEM  {what}: {problem}"));
        }
    };
    let config = match config {
        Ok(config) => {
            report("configuration", Ok("read".into()));
            config
        }
        Err(error) => {
            report("configuration", Err(error.to_string()));
            return Err(CliError::Findings);
        }
    };
    let database = async {
        let store = open_store(&config).await?;
        store.check_writable().await?;
        let detail = format!("{}, schema version {}, writable", store.name(), store.schema_version().await?);
        store.close().await;
        Ok::<_, CliError>(detail)
    };
    report("database", database.await.map_err(|error| error.to_string()));
    let folder = &config.documents.folder;
    report("documents", open_documents(&config).map(|_| folder.clone()).map_err(|error| error.to_string()));
    let least = config.store.min_free_mib;
    if let Some(free) = free_mib(Path::new(folder)) {
        let outcome = if free < least {
            Err(format!("{free} MiB are free, {least} are wanted: make room"))
        } else {
            Ok(format!("{free} MiB are free"))
        };
        report("disk", outcome);
    }
    let flows = load_flows(&config).map(|library| format!("revision {}", library.revision()));
    report("flows", flows.map_err(|error| error.to_string()));
    match channels(&config).await {
        Err(error) => report("channels", Err(error.to_string())),
        Ok(accounts) if accounts.is_empty() => {
            report("channels", Ok("only the chat and the webhooks that are answered".into()));
        }
        Ok(accounts) => {
            for AccountReport { name, waiting, checked } in accounts {
                report(&name, Ok(format!("{waiting} to send")));
                for Checked { what, outcome } in checked {
                    report(&format!("{name} {what}"), outcome);
                }
            }
        }
    }
    report("converters", cage_status());
    for tool in tool_status() {
        let missing = || format!("{} is missing ({}): apt install {}", tool.name, tool.purpose, tool.package);
        report("previews", tool.path.as_ref().map(|path| path.display().to_string()).ok_or_else(missing));
    }
    if findings > 0 { Err(CliError::Findings) } else { Ok(()) }
}

/// The state of an account through which messages are sent.
struct AccountReport {
    /// `channel/account`.
    name: String,
    /// How many messages wait: many of them mean that the provider fails.
    waiting: i64,
    checked: Vec<Checked>,
}

async fn channels(config: &Config) -> Result<Vec<AccountReport>, CliError> {
    let store = open_store(config).await?;
    let key = store.secret("key").await?;
    let providers = Providers::open(config, &http::client().map_err(AccountError::from)?, &key)?;
    let mut accounts = Vec::new();
    for provider in providers.iter() {
        let (channel, account) = (provider.channel(), provider.account());
        let waiting = store.outbox_waiting(channel, account).await?;
        let checked = provider.check().await;
        accounts.push(AccountReport { name: format!("{}/{account}", channel.name()), waiting, checked });
    }
    store.close().await;
    Ok(accounts)
}
