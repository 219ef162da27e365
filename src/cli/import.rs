//! `guichet import policies FILE.csv`: fills the policy register.

use std::{fs::File, path::PathBuf};

use clap::Subcommand;

use super::{CliError, open_store, say};
use crate::{
    config::Config,
    contract::{COLUMNS, Policy, name_key, number_key, read_policies},
    domain::clock::Clock,
    store::PolicyRow,
};

/// Subcommands of `guichet import`.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Import policies from a CSV file: all of them, or none and every error with its line and column.
    #[command(after_help = COLUMNS)]
    Policies { file: PathBuf },
}

impl Import {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let Self::Policies { file } = self;
        let opened = File::open(&file).map_err(|error| CliError::File { path: file.display().to_string(), error })?;
        let policies = read_policies(opened)?;
        let store = open_store(config).await?;
        store.put_policies(&rows(&policies), Clock::system().now()).await?;
        store.close().await;
        say(format_args!("{} policies imported.", policies.len()));
        Ok(())
    }
}

/// Rows of policies, with the keys by which they are searched.
pub(super) fn rows(policies: &[Policy]) -> Vec<PolicyRow> {
    policies
        .iter()
        .map(|policy| PolicyRow {
            insurer: policy.insurer.clone(),
            number_key: number_key(&policy.number),
            name_key: name_key(&policy.last_name),
            birth_date: policy.birth_date.map(|date| date.to_string()),
            postcode: policy.postcode.clone(),
            policy: serde_json::to_value(policy).unwrap_or_default(),
        })
        .collect()
}
