//! What a message is about: a small linear classifier over words, stems and pieces of words, and rules before it for
//! what must never be missed.
//!
//! The examples, the rules and the lexicon are in `flows/intents.yaml`. The model is trained from them alone, always to
//! the same weights, the first time that it is asked; with what handlers taught it is trained anew beside, and takes the
//! first one's place. It refuses to decide what to do: it gives probabilities, and the flow knows under which it must ask.

mod features;
mod model;

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

pub use features::Lexicon;
pub(super) use features::Reader;
use model::Model;

use super::{
    ParsedMessage,
    rules::{Rule, RuleIndex},
    text::Text,
};

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
    pub rules: Vec<Rule>,
    /// Unless one of these is found too: then neither the rules nor the examples say it.
    pub unless: Vec<Rule>,
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
    /// The rules of all sources, one behind the other.
    rules: RuleIndex,
    /// What says of each source that it is not meant, one behind the other.
    unless: RuleIndex,
    reader: Reader,
    model: OnceLock<Model>,
    /// Asked instead, once there is one: it learnt from what handlers taught, too.
    taught: RwLock<Option<Arc<Model>>>,
}

impl Intents {
    pub fn new(sources: Vec<IntentSource>, lexicon: &Lexicon) -> Self {
        Self::of(sources, Reader::new(lexicon))
    }

    fn of(sources: Vec<IntentSource>, reader: Reader) -> Self {
        let rules = RuleIndex::new(sources.iter().flat_map(|source| &source.rules));
        let unless = RuleIndex::new(sources.iter().flat_map(|source| &source.unless));
        Self { sources, rules, unless, reader, ..Self::default() }
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
        Self::of(sources, self.reader.clone())
    }

    /// Learns from these examples beside its own, instead of those that it was taught before. Takes a moment; until then
    /// messages are understood as before.
    pub fn teach<'a>(&self, more: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let more: Vec<(usize, &str)> = more
            .into_iter()
            .filter_map(|(text, intent)| Some((self.sources.iter().position(|source| source.name == intent)?, text)))
            .collect();
        let model = (!more.is_empty()).then(|| Arc::new(self.trained(&more)));
        *self.taught.write().unwrap_or_else(PoisonError::into_inner) = model;
    }

    /// Trains the model now, so that no message waits for it.
    pub fn train(&self) {
        if self.taught_model().is_none() {
            self.model();
        }
    }

    /// What the message is about, the most probable first; all probabilities add up to one. Nothing for an empty text.
    pub fn classify(&self, text: &str) -> Vec<IntentScore<'_>> {
        self.classify_text(&Text::new(text))
    }

    /// As [`Self::classify`], of a parsed message.
    pub fn classify_parsed(&self, parsed: &ParsedMessage) -> Vec<IntentScore<'_>> {
        self.classify_text(&parsed.text)
    }

    fn classify_text(&self, text: &Text) -> Vec<IntentScore<'_>> {
        if text.len() == 0 || self.sources.is_empty() {
            return Vec::new();
        }
        #[cfg(test)]
        CLASSIFIED.with(|count| count.set(count.get() + 1));
        let words = self.reader.words(text);
        let features = self.reader.features(text, &words);
        let scores = match self.taught_model() {
            Some(taught) => taught.scores(&features),
            None => self.model().scores(&features),
        };
        let spelled = words.join(" ");
        let vetoed = self.vetoed(&spelled);
        let ruled = self.rule_not_vetoed(&spelled, &vetoed);
        let scaled = |index: usize, score: f32| match ruled {
            None if vetoed[index] => (1.0 - SURE) * score,
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

    /// The first intent that a rule says of a text, which is spelled out ([`Self::spell`]).
    pub fn ruled(&self, spelled: &str) -> Option<&str> {
        self.rule_of(spelled).map(|at| self.sources[at].name.as_str())
    }

    fn rule_of(&self, spelled: &str) -> Option<usize> {
        self.rule_not_vetoed(spelled, &self.vetoed(spelled))
    }

    fn rule_not_vetoed(&self, spelled: &str, vetoed: &[bool]) -> Option<usize> {
        let said = matched(&self.rules, spelled, self.sources.iter().map(|source| source.rules.as_slice()));
        said.into_iter().zip(vetoed).position(|(said, vetoed)| said && !vetoed)
    }

    /// For each source, whether the text says that it is not meant.
    fn vetoed(&self, spelled: &str) -> Vec<bool> {
        matched(&self.unless, spelled, self.sources.iter().map(|source| source.unless.as_slice()))
    }

    /// The text in the words that rules are written for: no capitals, no accents, short forms spelled out ("ds la sdb"
    /// is "dans la salle de bain"), one blank between words, marks left out but "?" and "!".
    pub fn spell(&self, text: &str) -> String {
        self.reader.words(&Text::new(text)).join(" ")
    }

    /// As [`Self::spell`], of a parsed message.
    pub fn spell_parsed(&self, parsed: &ParsedMessage) -> String {
        self.reader.words(&parsed.text).join(" ")
    }

    fn taught_model(&self) -> Option<Arc<Model>> {
        self.taught.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn model(&self) -> &Model {
        self.model.get_or_init(|| self.trained(&[]))
    }

    /// A model of its own examples and of more, each with the place of its intent.
    fn trained(&self, more: &[(usize, &str)]) -> Model {
        let own = self.sources.iter().enumerate();
        let own = own.flat_map(|(class, source)| source.examples.iter().map(move |example| (class, example.as_str())));
        let examples = own.chain(more.iter().copied()).map(|(class, example)| {
            let text = Text::new(example);
            (self.reader.features(&text, &self.reader.words(&text)), class)
        });
        Model::train(examples, self.sources.len())
    }
}

/// For each list of rules, which stand one behind the other in the index, whether one of it matches.
fn matched<'a>(index: &RuleIndex, spelled: &str, lists: impl Iterator<Item = &'a [Rule]>) -> Vec<bool> {
    let candidates = index.candidates(spelled);
    let mut candidates = candidates.as_slice();
    lists
        .map(|rules| {
            let (own, others) = candidates.split_at(rules.len());
            candidates = others;
            rules.iter().zip(own).any(|(rule, candidate)| *candidate && rule.is_match(spelled))
        })
        .collect()
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
thread_local!(static CLASSIFIED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

/// How often a text was classified in this thread while `work` was done.
#[cfg(test)]
pub(crate) fn classified_in(work: impl FnOnce()) -> usize {
    let before = CLASSIFIED.get();
    work();
    CLASSIFIED.get() - before
}

#[cfg(test)]
mod tests;
