//! `guichet config`: the settings, documented, or as they are in force.

use clap::Args;

use super::{CliError, say};
use crate::config::{Config, ConfigError, DEFAULT};

/// Arguments of `guichet config`.
#[derive(Debug, Args)]
pub(super) struct ConfigCommand {
    /// Print what is in force (the file and the environment applied), secrets hidden, instead of the documented default.
    #[arg(long)]
    effective: bool,
}

impl ConfigCommand {
    pub(super) fn run(&self, config: impl FnOnce() -> Result<Config, ConfigError>) -> Result<(), CliError> {
        if self.effective {
            say(toml::to_string_pretty(&config()?.without_secrets()).unwrap_or_default());
        } else {
            say(DEFAULT.trim_end());
        }
        Ok(())
    }
}
