//! `guichet migrate`: brings the database to this version's schema, and stops.

use super::{CliError, open_store, say};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let store = open_store(config).await?;
    say(format_args!("The {} database has schema version {}.", store.name(), store.schema_version().await?));
    store.close().await;
    Ok(())
}
