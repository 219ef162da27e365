//! Which question was put, by what the person sees: the words of the flows' questions, and the answers that are shown.

use std::collections::{BTreeMap, BTreeSet};

use guichet::{
    domain::language::Language,
    flow::{Library, StepKind, read_sources},
};
use serde_json::Value as Json;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::doors::Shown;

/// What waits for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// The question of a fact.
    Question(String),
    /// The town of an address whose street was told.
    Town,
    /// Whether something was understood rightly.
    Confirmation,
    /// Which of several things was meant.
    Which,
    Documents,
    Summary,
    /// Whether to go on while a person is awaited.
    Waiting,
    /// Whether the person is safe.
    Safety,
    /// Whether to declare a claim.
    Offer,
    /// Nothing that is known here.
    Nothing,
}

/// The words of every question.
pub(super) struct Questions {
    library: Library,
    asked: Vec<Asked>,
    collects: Vec<Vec<String>>,
    /// The words in the files by which the answers of a fact are heard.
    heard: BTreeMap<String, BTreeSet<String>>,
}

struct Asked {
    fact: String,
    /// The text in the ways in which it is said, each by its parts between placeholders.
    texts: Vec<Vec<String>>,
    /// The label of the first answer, which tells apart questions of the same words.
    label: Option<String>,
}

impl Questions {
    pub(super) fn read() -> Self {
        let sources = read_sources(&super::flows()).unwrap();
        let heard = heard_words(&sources);
        let library = Library::from_sources(sources).unwrap();
        let mut asked = Vec::new();
        let mut collects = Vec::new();
        for step in library.flows().flat_map(|flow| &flow.steps) {
            match &step.kind {
                StepKind::Ask(question) => asked.push(Asked {
                    fact: question.fact.to_string(),
                    texts: std::iter::once(&question.text)
                        .chain(&question.rephrase)
                        .chain(&question.sms)
                        .map(|saying| parts(saying.source.get(Language::Fr)))
                        .collect(),
                    label: question.choices.first().map(|(_, label)| bare(label.get(Language::Fr))),
                }),
                StepKind::Collect(collect) => collects.push(parts(collect.text.source.get(Language::Fr))),
                _ => {}
            }
        }
        Self { library, asked, collects, heard }
    }

    /// The claim families, by their folders.
    pub(super) fn families(&self) -> BTreeSet<&str> {
        let folders = self.library.sources().keys().filter_map(|file| file.strip_prefix("claims/")?.split('/').next());
        folders.filter(|folder| *folder != "shared").collect()
    }

    /// Whether an answer is, as a whole, a phrase by which the files hear this fact.
    pub(super) fn has_words(&self, fact: &str, words: &str) -> bool {
        self.heard.get(fact).is_some_and(|heard| heard.contains(&bare(words)))
    }

    /// Whether a sentence of the engine's own stands in a text.
    pub(super) fn says(&self, shown: &Shown, sentence: &str) -> bool {
        let written = self.library.sentence(sentence, Language::Fr).unwrap_or_default();
        position(&bare(&shown.text), &parts(written)).is_some()
    }

    /// What waits for the person after these messages.
    pub(super) fn put(&self, shown: &[Shown]) -> Put {
        let Some(last) = shown.last() else { return Put::Nothing };
        let payload = |name: &str| last.buttons.iter().any(|(payload, _)| payload == name);
        let label = |sentence: &str| {
            let written = self.library.sentence(sentence, Language::Fr).unwrap_or_default();
            last.text
                .lines()
                .any(|line| line.starts_with(|c: char| c.is_ascii_digit()) && bare(line).ends_with(&bare(written)))
        };
        if payload("cmd=send") || label("button_send") || self.says(last, "summary_sms") {
            return Put::Summary;
        }
        if payload("cmd=safe") || label("button_safe") {
            return Put::Safety;
        }
        if payload("cmd=resume") || label("button_resume") {
            return Put::Waiting;
        }
        if payload("cmd=declare") || label("button_declare") {
            return Put::Offer;
        }
        if self.says(last, "confirm_value") {
            return Put::Confirmation;
        }
        if self.says(last, "which_of_two") {
            return Put::Which;
        }
        if self.says(last, "address_town") {
            return Put::Town;
        }
        let text = bare(&last.text);
        if payload("cmd=done") || self.collects.iter().any(|parts| position(&text, parts).is_some()) {
            return Put::Documents;
        }
        let pressed = last.buttons.iter().find_map(|(payload, _)| payload.split_once('=')).map(|(fact, _)| fact);
        if let Some(fact) = pressed.filter(|fact| *fact != "cmd") {
            return Put::Question(fact.to_owned());
        }
        let fits = self.asked.iter().filter_map(|asked| {
            let labelled = asked.label.as_ref().is_some_and(|label| text.contains(label));
            let at = asked.texts.iter().filter_map(|parts| position(&text, parts)).max()?;
            Some(((labelled, at), asked))
        });
        fits.max_by_key(|(rank, _)| *rank).map_or(Put::Nothing, |(_, asked)| Put::Question(asked.fact.clone()))
    }
}

/// The end of the last of these parts in a text, where they stand in this order; of two questions the one that ends later was
/// put last.
fn position(text: &str, parts: &[String]) -> Option<usize> {
    let mut at = text.rfind(parts.first()?.as_str())?;
    for part in parts {
        at += text[at..].find(part.as_str())? + part.len();
    }
    Some(at)
}

/// A text's parts between placeholders, without what text messages spell otherwise.
fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        parts.push(bare(before));
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    parts.push(bare(rest));
    parts.retain(|part| !part.is_empty());
    parts
}

/// The letters and digits of a text, in lower case and without accents.
pub(super) fn bare(text: &str) -> String {
    let letters = text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    letters.filter(|letter| letter.is_alphanumeric()).collect()
}

/// The labels and words of each fact's answers, as the files have them.
fn heard_words(sources: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut heard: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, source) in sources.iter().filter(|(file, _)| file.starts_with("claims/")) {
        let file: Json = serde_saphyr::from_str(source).unwrap();
        for step in file["steps"].as_array().into_iter().flatten() {
            let Some(fact) = step["ask"].as_str() else { continue };
            let words = heard.entry(fact.to_owned()).or_default();
            let choices = step["choices"].as_array().into_iter().flatten();
            // "Oui" and "non" are everybody's: the words of such a question are what says them otherwise.
            let of_yes_no = ["yes", "no"].map(|answer| &step["words"][answer]["fr"]);
            let of_choices = choices.map(|choice| &choice["words"]["fr"]);
            for list in of_yes_no.into_iter().chain(of_choices) {
                words.extend(list.as_array().into_iter().flatten().filter_map(Json::as_str).map(bare));
            }
        }
    }
    heard
}
