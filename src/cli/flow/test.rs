//! `guichet flow test`: plays the transcripts beside the flows and says where the answers differ.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{super::CliError, configured, say};
use crate::{
    config::Config,
    domain::fact::Facts,
    flow::{Coverage, Insurer, Library, Scope, transcript, transcripts},
    orientation::decide,
};

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

/// Says how many of each flow's steps the transcripts reached.
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
        let library = Library::load(&folder)?;
        let (mut played, mut failed) = (0, 0);
        let mut coverage = Coverage::default();
        for path in transcripts(&folder)? {
            let shown = path.display().to_string();
            let unreadable = |error| CliError::File { path: shown.clone(), error };
            let source = std::fs::read_to_string(&path).map_err(unreadable)?;
            played += 1;
            let told = match transcript::Transcript::parse(&shown, &source, &library) {
                Ok(told) => told,
                Err(problems) => {
                    failed += 1;
                    problems.iter().for_each(say);
                    continue;
                }
            };
            if self.update {
                let updated = transcript::update(&told, &source, &library, &orient);
                std::fs::write(&path, updated).map_err(unreadable)?;
                continue;
            }
            let differences = transcript::run(&told, &library, &orient, &mut coverage);
            if !differences.is_empty() {
                failed += 1;
                say(format_args!("{shown}: {}", told.name));
                differences.iter().for_each(say);
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

/// What the library's own table decides.
fn orient(library: &Library, insurer: &str, table: &str, facts: &Facts, today: Date) -> (Option<String>, Vec<String>) {
    let nobody = Insurer::default();
    let insurer = library.insurer(insurer).unwrap_or(&nobody);
    let Some(table) = library.table(table) else { return (None, Vec::new()) };
    let decision = decide(table, library.revision(), &Scope { facts, insurer, today });
    (decision.mode().map(str::to_owned), decision.missing().to_vec())
}
