//! What a message is about: a small linear classifier over words, stems and pieces of words, and rules before it for
//! what must never be missed.
//!
//! The examples, the rules and the lexicon are in `flows/intents.yaml`. The model is trained from them alone, always to
//! the same weights, the first time that it is asked; nothing that people write is kept here. It refuses to decide what
//! to do: it gives probabilities, and the flow knows under which it must ask.

mod features;
mod model;

use std::sync::OnceLock;

pub use features::Lexicon;
pub(super) use features::Reader;
use model::Model;
use regex::Regex;

use super::text::Text;

/// The probability of what a rule says; what the words say shares the rest.
const SURE: f32 = 0.97;
/// A sentence is looked at by itself when it has as many words.
const LEAST_WORDS: usize = 2;

/// An intent with what it is learnt from.
#[derive(Clone, Debug, Default)]
pub struct IntentSource {
    pub name: String,
    /// Sentences that people write for it, in any language.
    pub examples: Vec<String>,
    /// One of these found in the spelled-out text ([`Intents::spell`]) says the intent by itself.
    pub rules: Vec<Regex>,
    /// Unless one of these is found too.
    pub unless: Vec<Regex>,
}

/// An intent and how probable it is, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntentScore<'a> {
    pub intent: &'a str,
    pub score: f32,
    /// A rule said it.
    pub by_rule: bool,
}

/// All intents, in the order in which rules are tried: emergencies come first.
#[derive(Debug, Default)]
pub struct Intents {
    sources: Vec<IntentSource>,
    reader: Reader,
    model: OnceLock<Model>,
}

impl Intents {
    pub fn new(sources: Vec<IntentSource>, lexicon: &Lexicon) -> Self {
        Self { sources, reader: Reader::new(lexicon), model: OnceLock::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The names, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.name.as_str())
    }

    /// How many examples the model is trained from.
    pub fn examples(&self) -> usize {
        self.sources.iter().map(|source| source.examples.len()).sum()
    }

    /// The same intents, learning from more examples; those of an intent that does not exist are left out.
    pub fn with_examples<'a>(&self, more: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = self.sources.clone();
        for (text, intent) in more {
            if let Some(source) = sources.iter_mut().find(|source| source.name == intent) {
                source.examples.push(text.to_owned());
            }
        }
        Self { sources, reader: self.reader.clone(), model: OnceLock::new() }
    }

    /// Trains the model now, so that no message waits for it.
    pub fn train(&self) {
        self.model();
    }

    /// What the message is about, the most probable first; all probabilities add up to one. Nothing for an empty text.
    pub fn classify(&self, text: &str) -> Vec<IntentScore<'_>> {
        let text = Text::new(text);
        if text.len() == 0 || self.sources.is_empty() {
            return Vec::new();
        }
        let words = self.reader.words(&text);
        let scores = self.model().scores(&self.reader.features(&text, &words));
        let spelled = words.join(" ");
        let ruled = self.sources.iter().position(|source| source.says(&spelled));
        let scaled = |index: usize, score: f32| match ruled {
            None => score,
            Some(rule) if rule == index => SURE + (1.0 - SURE) * score,
            Some(_) => (1.0 - SURE) * score,
        };
        let mut found: Vec<IntentScore> = (self.sources.iter().zip(&scores).enumerate())
            .map(|(index, (source, score))| IntentScore {
                intent: &source.name,
                score: scaled(index, *score),
                by_rule: ruled == Some(index),
            })
            .collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found
    }

    /// The text in the words that rules are written for: no capitals, no accents, short forms spelled out ("ds la sdb"
    /// is "dans la salle de bain"), one blank between words, marks left out but "?" and "!".
    pub fn spell(&self, text: &str) -> String {
        self.reader.words(&Text::new(text)).join(" ")
    }

    fn model(&self) -> &Model {
        self.model.get_or_init(|| {
            let examples = self.sources.iter().enumerate().flat_map(|(class, source)| {
                source.examples.iter().map(move |example| {
                    let text = Text::new(example);
                    (self.reader.features(&text, &self.reader.words(&text)), class)
                })
            });
            Model::train(&examples.collect::<Vec<_>>(), self.sources.len())
        })
    }
}

impl IntentSource {
    fn says(&self, spelled: &str) -> bool {
        self.rules.iter().any(|rule| rule.is_match(spelled)) && !self.unless.iter().any(|rule| rule.is_match(spelled))
    }
}

/// The sentences of a message, each with the mark that ends it. A line is a sentence too.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        // "14.30", "M. Martin" and "..." end nothing; a run of marks ends once.
        let ends = match char {
            '?' | '!' | '\n' | '…' => next != Some('?') && next != Some('!'),
            '.' | ';' => {
                let word = text[start..at].split_whitespace().next_back().unwrap_or_default();
                next.is_none_or(char::is_whitespace) && word.chars().count() > 1
            }
            _ => false,
        };
        if ends {
            let end = at + char.len_utf8();
            found.push(text[start..end].trim());
            start = end;
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

/// Whether a sentence is long enough to be looked at by itself.
pub fn stands_alone(sentence: &str) -> bool {
    sentence.split_whitespace().count() >= LEAST_WORDS
}

#[cfg(test)]
mod tests;
