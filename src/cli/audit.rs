//! `guichet audit verify`: checks that nobody changed a line of a timeline after it was written.

use clap::Subcommand;

use super::{CliError, open_store, say};
use crate::{
    config::Config,
    domain::id::DossierId,
    dossier::{Dossier, Verdict, verify},
    store::{Engine, StoreError},
};

/// Subcommands of `guichet audit`.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Verify the hash chain of every timeline, or of one dossier's.
    Verify {
        /// The dossier's reference, such as K7QF-93MX. All dossiers when it is left out.
        reference: Option<String>,
    },
}

const PAGE: i64 = 500;

impl Audit {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let Self::Verify { reference } = self;
        let store = open_store(config).await?;
        let (mut verified, mut broken) = (0_u64, 0_u64);
        if let Some(reference) = reference {
            match store.dossier_by_reference(&reference.to_uppercase()).await? {
                Some(dossier) => {
                    verified += 1;
                    broken += u64::from(!is_intact(&store, &dossier).await?);
                }
                None => say(format_args!("There is no dossier {reference}.")),
            }
        } else {
            let mut after: Option<DossierId> = None;
            loop {
                let page = store.dossier_ids(after, PAGE).await?;
                let Some(last) = page.last().copied() else { break };
                for id in page {
                    if let Some(dossier) = store.dossier(id).await? {
                        verified += 1;
                        broken += u64::from(!is_intact(&store, &dossier).await?);
                    }
                }
                after = Some(last);
            }
        }
        store.close().await;
        say(format_args!("{verified} timelines verified, {broken} not intact."));
        if broken > 0 || verified == 0 { Err(CliError::Findings) } else { Ok(()) }
    }
}

async fn is_intact(store: &Engine, dossier: &Dossier) -> Result<bool, StoreError> {
    let entries = store.timeline(dossier.id).await?;
    match verify(dossier.id, &entries, &dossier.tip) {
        Verdict::Intact => return Ok(true),
        Verdict::BrokenAt(seq) => say(format_args!("{}: line {seq} is not as it was written", dossier.reference)),
        Verdict::Truncated { found, expected } => {
            say(format_args!("{}: ends at line {found}, but {expected} were written", dossier.reference));
        }
    }
    Ok(false)
}
