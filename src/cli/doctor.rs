//! `guichet doctor`: checks everything that the service needs, and says what to do about what is missing.

use std::path::Path;

use super::{CliError, load_flows, open_documents, open_store, say, scanner};
use crate::{
    channel::{AccountError, Checked, Providers, http},
    config::{Config, ConfigError},
    document::{cage_status, tool_status},
    store::Engine,
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
    let folder = &config.documents.folder;
    match open_store(&config).await {
        Ok(store) => {
            report("database", database(&store).await.map_err(|error| error.to_string()));
            let documents = open_documents(&config, &store).await;
            report("documents", documents.map(|_| folder.clone()).map_err(|error| error.to_string()));
            store.close().await;
        }
        Err(error) => report("database", Err(error.to_string())),
    }
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
    let malware = match scanner(&config) {
        Ok(None) => Ok("files are not scanned (documents.clamd)".to_owned()),
        Ok(Some(scanner)) => scanner.version().await.map_err(|error| format!("clamd: {error}")),
        Err(error) => Err(error.to_string()),
    };
    report("malware", malware);
    report("converters", cage_status());
    for tool in tool_status() {
        let missing = || format!("{} is missing ({}): apt install {}", tool.name, tool.purpose, tool.package);
        report("previews", tool.path.as_ref().map(|path| path.display().to_string()).ok_or_else(missing));
    }
    if findings > 0 { Err(CliError::Findings) } else { Ok(()) }
}

/// Whether it takes what is written and, where it is a file, is whole.
async fn database(store: &Engine) -> Result<String, CliError> {
    store.check_writable().await?;
    let damage = store.find_damage().await?;
    if !damage.is_empty() {
        return Err(CliError::Damaged(damage.join("; ")));
    }
    Ok(format!("{}, schema version {}, writable", store.name(), store.schema_version().await?))
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
