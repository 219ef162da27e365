//! `guichet audit verify`: checks that nobody changed an entry of a log after it was written.

use clap::Subcommand;

use super::{CliError, open_store, say};
use crate::{
    config::Config,
    domain::{id::ConversationId, log::Verdict},
    dossier::reference_of,
    store::{Engine, Fence, StoreError},
};

/// Subcommands of `guichet audit`.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Verify the hash chain of every conversation's log (messages, timeline, decisions), or of one dossier's.
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
            let dossier = store.dossier_by_reference(&reference.to_uppercase()).await?;
            let conversation = match dossier {
                Some(dossier) => store.conversation(dossier.conversation).await?,
                None => None,
            };
            match conversation {
                Some((_, fence)) => {
                    verified += 1;
                    broken += u64::from(!is_intact(&store, &fence, &reference).await?);
                }
                None => say(format_args!("There is no dossier {reference}.")),
            }
        } else {
            let mut after: Option<ConversationId> = None;
            loop {
                let page = store.fences(after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.conversation);
                for fence in &page {
                    verified += 1;
                    broken += u64::from(!is_intact(&store, fence, &reference_of(fence.conversation)).await?);
                }
            }
        }
        store.close().await;
        say(format_args!("{verified} logs verified, {broken} not intact."));
        if broken > 0 || verified == 0 { Err(CliError::Findings) } else { Ok(()) }
    }
}

async fn is_intact(store: &Engine, fence: &Fence, reference: &str) -> Result<bool, StoreError> {
    match store.verify_log(fence).await? {
        Verdict::Intact => return Ok(true),
        Verdict::BrokenAt(number) => say(format_args!("{reference}: entry {number} is not as it was written")),
        Verdict::Truncated { found, expected } => {
            say(format_args!("{reference}: ends at entry {found}, but {expected} were written"));
        }
    }
    Ok(false)
}
