//! `guichet backup` and `guichet restore`: the database and the documents into a folder, and back.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};

use super::{CliError, say};
use crate::{
    config::Config,
    domain::clock::Clock,
    store::backup::{self, Live, Manifest, Progress},
};

const MIB: u64 = 1024 * 1024;
/// How often it is said how far a command is.
const SAID: Duration = Duration::from_secs(2);

/// Arguments of `guichet backup`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "The database must be SQLite; docs/backup.md is the guide for PostgreSQL.\n\
                  The exit code is 0 when the backup is whole, 1 when it is not or was not made.\n\n\
                  Example, each night:\n  \
                  guichet --config guichet.toml backup /mnt/backup/guichet-$(date +%F) && \\\n  \
                  guichet backup verify /mnt/backup/guichet-$(date +%F)"
)]
pub(super) struct Backup {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    /// The folder to make. It must not be there yet, and its parent must. While it is written it is called DIR.partial;
    /// after an interruption run the same command again.
    #[arg(value_name = "DIR", required = true)]
    folder: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// Read a backup again: every digest, the database's structure, each document's file, every log's chain.
    Verify {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Arguments of `guichet restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is overwritten: store.url must name a file that is not there, documents.folder an empty \
                        folder.\nThe exit code is 0 when everything is restored, 1 when nothing was.\n\n\
                        Example:\n  \
                        guichet --config guichet.toml restore /mnt/backup/guichet-2026-11-30"
)]
pub(super) struct Restore {
    /// The folder that `guichet backup` made. It is verified first.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, config: impl FnOnce() -> Result<Config, CliError>) -> Result<(), CliError> {
        match (self.command, self.folder) {
            (Some(BackupCommand::Verify { folder }), _) => verify(&folder).await,
            (None, Some(folder)) => create(&config()?, &folder).await,
            // The parser asks for one of them.
            (None, None) => Ok(()),
        }
    }
}

impl Restore {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let live = live(config);
        let mut teller = Teller::default();
        let manifest = backup::restore(live, &self.folder, |progress| teller.tell(progress), say).await?;
        say(format_args!("Restored to {} and {}: {}.", live.url, live.documents.display(), contents(&manifest)));
        Ok(())
    }
}

async fn create(config: &Config, folder: &Path) -> Result<(), CliError> {
    let mut teller = Teller::default();
    say(format_args!("Backing up to {} ...", folder.display()));
    let manifest =
        backup::create(live(config), folder, Clock::system().now(), |progress| teller.tell(progress)).await?;
    say(format_args!("{} holds what was received before {}: {}.", folder.display(), manifest.at, contents(&manifest)));
    if manifest.absent.is_empty() {
        return Ok(());
    }
    for sha256 in &manifest.absent {
        say(format_args!("the document {sha256} is not whole in {}", config.documents.folder));
    }
    Err(CliError::Findings)
}

async fn verify(folder: &Path) -> Result<(), CliError> {
    let mut teller = Teller::default();
    let (manifest, damage) = backup::verify(folder, |progress| teller.tell(progress), say).await?;
    if damage > 0 {
        say(format_args!("{} is damaged: {damage} findings.", folder.display()));
        return Err(CliError::Findings);
    }
    say(format_args!("{} of {} is whole: {}.", folder.display(), manifest.at, contents(&manifest)));
    Ok(())
}

fn live(config: &Config) -> Live<'_> {
    Live {
        url: &config.store.url,
        documents: Path::new(&config.documents.folder),
        keep_free: config.store.min_free_mib * MIB,
    }
}

fn contents(manifest: &Manifest) -> String {
    let Manifest { rows, files, database_bytes, schema, program, .. } = manifest;
    format!(
        "{} conversations, {} dossiers, {} documents in {files} files, {} MiB of database (schema {schema}, Guichet {program})",
        rows.conversations,
        rows.dossiers,
        rows.documents,
        database_bytes.div_ceil(MIB)
    )
}

/// Says now and then how far a command is.
#[derive(Default)]
struct Teller {
    last: Option<(Instant, std::mem::Discriminant<Progress>)>,
}

impl Teller {
    fn tell(&mut self, progress: Progress) {
        let kind = std::mem::discriminant(&progress);
        let is_over =
            matches!(progress, Progress::Database { done, of } | Progress::Documents { done, of } if done == of);
        if !is_over && self.last.is_some_and(|(at, last)| last == kind && at.elapsed() < SAID) {
            return;
        }
        self.last = Some((Instant::now(), kind));
        match progress {
            Progress::Database { done, of } => say(format_args!("  database: {} of {} MiB", done / MIB, of / MIB)),
            Progress::Documents { done, of } => say(format_args!("  documents: {done} of {of}")),
            Progress::Logs { done } => say(format_args!("  logs: {done}")),
        }
    }
}
