//! `guichet flow intents`: measures how well intents are recognised, on sentences that are not in the flows.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use jiff::civil;

use super::{super::CliError, library, say};
use crate::{
    config::Config,
    domain::language::Language,
    flow::Library,
    understanding::{IntentScore, Intents, Listening},
};

/// Intents of which none may be missed.
const NEVER_MISSED: [&str; 3] = ["emergency", "request_human", "opt_out"];

/// Arguments of `guichet flow intents`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Measure {
    /// Sentences and their intents, as `text;intent` with a first line that names the columns.
    #[arg(long, value_name = "FILE")]
    cross_validate: PathBuf,
    /// Into how many parts the file is cut; each part is classified after training on the flows and the other parts.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=100))]
    folds: u16,
    /// The flows' folder; the configured one, or the built-in flows, when it is left out.
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// A sentence of the file.
struct Sentence {
    text: String,
    intent: String,
}

/// A sentence with the most probable intents that were recognised in it.
struct Read<'a> {
    sentence: &'a Sentence,
    best: Vec<(String, f32)>,
}

impl Measure {
    pub(super) fn run(self, config: &Config) -> Result<(), CliError> {
        let library = library(config, self.folder)?;
        let sentences = sentences(&self.cross_validate)?;
        let intents = library.intents().classifier();

        let alone: Vec<Read> = sentences.iter().map(|sentence| read(&library, intents, sentence)).collect();
        say(format_args!("Learnt from the flows alone ({} examples):", intents.examples()));
        report(&alone);

        let folds = usize::from(self.folds);
        let mut crossed = Vec::with_capacity(sentences.len());
        for fold in 0..folds {
            let others = sentences.iter().enumerate().filter(|(at, _)| at % folds != fold);
            let taught =
                intents.with_examples(others.map(|(_, sentence)| (sentence.text.as_str(), sentence.intent.as_str())));
            let own = sentences.iter().enumerate().filter(|(at, _)| at % folds == fold);
            crossed.extend(own.map(|(_, sentence)| read(&library, &taught, sentence)));
        }
        say(format_args!("\nCross-validation in {folds} parts (the flows and the other parts):"));
        let good = report(&crossed);
        if good { Ok(()) } else { Err(CliError::Findings) }
    }
}

fn read<'a>(library: &Library, intents: &Intents, sentence: &'a Sentence) -> Read<'a> {
    // Any day serves: a date such as "hier" must have one to be told from.
    let listening = Listening { now: civil::DateTime::constant(2026, 11, 20, 10, 0, 0, 0), language: Language::Fr };
    let parsed = library.vocabulary().read(&sentence.text, &listening);
    let best = library.recognise_with(intents, &parsed);
    let own = |score: &IntentScore| (score.intent.to_owned(), score.score);
    Read { sentence, best: best.iter().take(3).map(own).collect() }
}

/// Prints how many intents were right and each sentence that was wrong. True when enough were right: 85 % at once, 95 %
/// among the first two, and none of [`NEVER_MISSED`] missed.
fn report(read: &[Read]) -> bool {
    let place = |read: &Read| read.best.iter().position(|(intent, _)| *intent == read.sentence.intent);
    let within = |places: usize| read.iter().filter(|read| place(read).is_some_and(|at| at < places)).count();
    #[expect(clippy::cast_precision_loss, reason = "files of sentences are small")]
    let share = |count: usize| 100.0 * count as f64 / read.len().max(1) as f64;
    let (first, second) = (within(1), within(2));
    say(format_args!("  right at once      {first} of {} ({:.1} %)", read.len(), share(first)));
    say(format_args!("  within the two     {second} of {} ({:.1} %)", read.len(), share(second)));
    let mut missed = 0;
    for intent in NEVER_MISSED {
        let of = || read.iter().filter(|read| read.sentence.intent == intent);
        let lost = of().filter(|read| place(read) != Some(0)).count();
        missed += lost;
        say(format_args!("  {intent:<18} {lost} missed of {}", of().count()));
    }
    let wrong: Vec<&Read> = read.iter().filter(|read| place(read) != Some(0)).collect();
    let mut by_place: BTreeMap<bool, Vec<&Read>> = BTreeMap::new();
    for read in wrong {
        by_place.entry(place(read) != Some(1)).or_default().push(read);
    }
    for (far, wrong) in by_place {
        say(if far { "  wrong, and not the second either:" } else { "  wrong, but the second:" });
        for Read { sentence, best } in wrong {
            let best: Vec<String> = best.iter().map(|(intent, score)| format!("{intent} {score:.2}")).collect();
            say(format_args!("    {} [{}]: {}", sentence.text, sentence.intent, best.join(", ")));
        }
    }
    share(first) >= 85.0 && share(second) >= 95.0 && missed == 0
}

fn sentences(path: &PathBuf) -> Result<Vec<Sentence>, CliError> {
    let unreadable =
        |error: csv::Error| CliError::File { path: path.display().to_string(), error: std::io::Error::other(error) };
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(path).map_err(unreadable)?;
    let mut sentences = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if let (Some(text), Some(intent)) = (record.get(0), record.get(1)) {
            sentences.push(Sentence { text: text.to_owned(), intent: intent.trim().to_owned() });
        }
    }
    Ok(sentences)
}
