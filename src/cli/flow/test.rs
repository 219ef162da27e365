//! `guichet flow test`: plays the transcripts beside the flows and prints where the answers differ.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use super::{super::CliError, configured, say};
use crate::{
    config::Config,
    contract::{Policy, read_policies},
    flow::{Coverage, Library, transcripts},
    replay::{self, Transcript},
};

/// The demonstration's register of policies, below the flows' folder.
const REGISTER: &str = "demo/policies.csv";

/// Arguments of `guichet flow test`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Test {
    /// The flows' folder; the configured one, or `flows`, when it is left out.
    folder: Option<PathBuf>,
    /// Write what is now answered into the transcripts. Read the difference before you keep it.
    #[arg(long)]
    update: bool,
    /// Name the steps that no transcript reaches.
    #[arg(long)]
    missed: bool,
}

/// Prints how many of each flow's steps the transcripts reached.
fn report(coverage: &Coverage, library: &Library, name_missed: bool) {
    let (mut reached, mut steps) = (0, 0);
    for covered in coverage.of(library) {
        reached += covered.reached;
        steps += covered.steps;
        let share = format!("{:>24}  {:>3} of {:>3} steps", covered.flow, covered.reached, covered.steps);
        if name_missed && !covered.missed.is_empty() {
            say(format_args!("{share}, not: {}", covered.missed.join(", ")));
        } else {
            say(share);
        }
    }
    say(format_args!("{:>24}  {reached:>3} of {steps:>3} steps reached", "all flows"));
}

impl Test {
    pub(in crate::cli) fn run(self, config: &Config) -> Result<(), CliError> {
        let folder = self.folder.or_else(|| configured(config)).unwrap_or_else(|| PathBuf::from("flows"));
        let library = Arc::new(Library::load(&folder)?);
        let register = register(&folder)?;
        let (mut played, mut failed) = (0, 0);
        let mut coverage = Coverage::default();
        for path in transcripts(&folder)? {
            let shown = path.display().to_string();
            let unreadable = |error| CliError::File { path: shown.clone(), error };
            let source = std::fs::read_to_string(&path).map_err(unreadable)?;
            played += 1;
            let told = match Transcript::parse(&shown, &source, &library) {
                Ok(told) => told,
                Err(problems) => {
                    failed += 1;
                    problems.iter().for_each(say);
                    continue;
                }
            };
            let differences = if self.update {
                match replay::update(&told, &source, &library, &register) {
                    Ok(updated) => std::fs::write(&path, updated).map_err(unreadable).map(|()| Ok(Vec::new()))?,
                    Err(error) => Err(error),
                }
            } else {
                replay::run(&told, &library, &register, &mut coverage)
            };
            let lines: Vec<String> = match differences {
                Ok(differences) => differences.iter().map(ToString::to_string).collect(),
                Err(error) => vec![error.to_string()],
            };
            if !lines.is_empty() {
                failed += 1;
                say(format_args!("{shown}: {}", told.name));
                lines.iter().for_each(say);
            }
        }
        if failed > 0 {
            say(format_args!(
                "{failed} of {played} transcripts went otherwise; `--update` writes what is now answered."
            ));
            return Err(CliError::Findings);
        }
        if self.update {
            say(format_args!("{played} transcripts were written."));
            return Ok(());
        }
        report(&coverage, &library, self.missed);
        say(format_args!("{played} transcripts went as expected."));
        Ok(())
    }
}

/// The policies that every transcript sees: the demonstration's, where the folder has them.
pub(super) fn register(folder: &Path) -> Result<Vec<Policy>, CliError> {
    let path = folder.join(REGISTER);
    match std::fs::File::open(&path) {
        Ok(file) => Ok(read_policies(file)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(CliError::File { path: path.display().to_string(), error }),
    }
}
