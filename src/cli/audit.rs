//! `guichet audit verify`: checks that nobody changed an entry of a log after it was written.

use clap::Subcommand;

use super::{CliError, open_store, say};
use crate::{config::Config, store::BrokenLog};

/// Subcommands of `guichet audit`.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Verify the hash chain of every conversation's log (messages, timeline, decisions), or of one dossier's.
    Verify {
        /// The dossier's reference, such as K7QF-93MX. All dossiers when it is left out.
        reference: Option<String>,
    },
}

impl Audit {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let Self::Verify { reference } = self;
        let store = open_store(config).await?;
        let mut broken = 0_u64;
        let mut tell = |found: Option<BrokenLog>| {
            if let Some(log) = found {
                broken += 1;
                say(log);
            }
        };
        let verified = if let Some(reference) = reference {
            let dossier = store.dossier_by_reference(&reference.to_uppercase()).await?;
            let conversation = match dossier {
                Some(dossier) => store.conversation(dossier.conversation).await?,
                None => None,
            };
            if let Some((_, fence)) = conversation {
                tell(store.broken_log(&fence).await?);
                1
            } else {
                say(format_args!("There is no dossier {reference}."));
                0
            }
        } else {
            store.verify_logs(|_, found| tell(found)).await?
        };
        store.close().await;
        say(format_args!("{verified} logs verified, {broken} not intact."));
        if broken > 0 || verified == 0 { Err(CliError::Findings) } else { Ok(()) }
    }
}
