//! `guichet flow`: the tools with which a claims manager works on the flows.

mod chat;
mod explain;
mod intents;
mod test;

use std::path::PathBuf;

use clap::Subcommand;

use super::{CliError, say};
use crate::{
    config::Config,
    domain::language::Language,
    flow::{Library, Severity, Strictness, mermaid, read_sources},
};

/// Subcommands of `guichet flow`.
#[derive(Debug, Subcommand)]
pub(super) enum Flow {
    /// List every mistake and every warning of the flows, with its file, line and column.
    Check {
        /// The flows' folder; the configured one, or the built-in flows, when it is left out.
        folder: Option<PathBuf>,
    },
    /// Talk to a flow in the terminal.
    Chat(chat::Chat),
    /// Measure how well intents are recognised.
    Intents(intents::Measure),
    /// Play the transcripts beside the flows.
    Test(test::Test),
    /// Play one transcript and say of each question why it was put or passed over.
    Explain(explain::Explain),
    /// Draw a flow as a Mermaid flowchart.
    Graph {
        flow: String,
        #[arg(long, default_value = "fr")]
        lang: String,
        /// The flows' folder.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
}

impl Flow {
    pub(super) fn run(self, config: &Config) -> Result<(), CliError> {
        match self {
            Self::Check { folder } => check(config, folder),
            Self::Chat(chat) => chat.run(config),
            Self::Intents(measure) => measure.run(config),
            Self::Test(test) => test.run(config),
            Self::Explain(explain) => explain.run(config),
            Self::Graph { flow, lang, folder } => {
                let library = library(config, folder)?;
                let flow = library.flow(&flow).ok_or_else(|| unknown_flow(&library, &flow))?;
                say(mermaid(flow, Language::from_tag(&lang)).trim_end());
                Ok(())
            }
        }
    }
}

fn check(config: &Config, folder: Option<PathBuf>) -> Result<(), CliError> {
    let sources = match folder.or_else(|| configured(config)) {
        Some(folder) => read_sources(&folder)?,
        None => crate::flow::built_in(),
    };
    let (library, problems) = Library::compile(sources, Strictness::Files);
    for problem in &problems {
        say(problem);
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    if let Ok(library) = library {
        let (flows, tables) = (library.flows().count(), library.tables().count());
        say(format_args!("{flows} flows and {tables} tables are sound, {warnings} warnings."));
        Ok(())
    } else {
        say(format_args!("{errors} errors, {warnings} warnings."));
        Err(CliError::Findings)
    }
}

fn configured(config: &Config) -> Option<PathBuf> {
    (!config.flows.folder.is_empty()).then(|| PathBuf::from(&config.flows.folder))
}

/// The library of `folder`, or else of the configuration.
fn library(config: &Config, folder: Option<PathBuf>) -> Result<Library, CliError> {
    match folder {
        Some(folder) => Ok(Library::load(&folder)?),
        None => super::load_flows(config),
    }
}

fn unknown_flow(library: &Library, name: &str) -> CliError {
    let names: Vec<_> = library.flows().map(|flow| flow.name.as_str()).collect();
    CliError::UnknownFlow { name: name.to_owned(), names: names.join(", ") }
}
