//! `guichet flow explain`: plays a transcript and says of each question why it was put or passed over.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{super::CliError, configured, say, test::register};
use crate::{
    config::Config,
    flow::{Coverage, Library},
    replay::{self, Transcript},
};

/// Arguments of `guichet flow explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// The transcript: a file of flows/claims/<family>/transcripts.
    transcript: PathBuf,
    /// The flows' folder; the configured one, or `flows`, when it is left out.
    #[arg(long)]
    folder: Option<PathBuf>,
}

impl Explain {
    pub(in crate::cli) fn run(self, config: &Config) -> Result<(), CliError> {
        let folder = self.folder.or_else(|| configured(config)).unwrap_or_else(|| PathBuf::from("flows"));
        let library = Arc::new(Library::load(&folder)?);
        let shown = self.transcript.display().to_string();
        let source =
            std::fs::read_to_string(&self.transcript).map_err(|error| CliError::File { path: shown.clone(), error })?;
        let told = match Transcript::parse(&shown, &source, &library) {
            Ok(told) => told,
            Err(problems) => {
                problems.iter().for_each(say);
                return Err(CliError::Findings);
            }
        };
        let mut coverage = Coverage::default();
        let register = register(&folder)?;
        if let Err(error) = replay::run(&told, &library, &register, &mut coverage) {
            say(error);
            return Err(CliError::Findings);
        }
        coverage.verdicts().iter().for_each(say);
        let asked = coverage.verdicts().iter().filter(|verdict| verdict.asked).count();
        let passed_over = coverage.verdicts().len() - asked;
        say(format_args!("{asked} questions were put, {passed_over} were passed over."));
        Ok(())
    }
}
