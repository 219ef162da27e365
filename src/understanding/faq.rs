//! Questions: where one begins in a message, and which known question it resembles.
//!
//! Questions are compared by the words that carry meaning: by stems, with synonyms as one word, rare words weighted
//! higher, and typing mistakes forgiven. The score tells how much of the weight of both is shared. This room gives no
//! answer: below the flow's threshold a person does.

use std::collections::{BTreeSet, HashMap};

use rust_stemmers::{Algorithm, Stemmer};

use super::{
    ParsedMessage,
    choice::mistakes_allowed,
    intent::{Lexicon, Reader},
    phrases::PhraseBook,
    text::{Text, TokenKind, words_of},
};

/// The weight of a weak word, relative to one that carries meaning.
const WEAK: f32 = 0.35;
/// The weight of a mistyped word, relative to the right one.
const MISTYPED: f32 = 0.85;
/// The weight of a word that no entry has, relative to the rarest known one: it says that something else is meant.
const UNKNOWN: f32 = 1.4;
/// The longest synonym, in words.
const MAX_PHRASE: usize = 5;
/// The shortest word in which a typing mistake is forgiven: a shorter one would become another word.
const SHORTEST_FORGIVEN: usize = 6;
/// How many words must stand before a question for it to be cut from them.
const WORDS_BEFORE: usize = 2;

/// The data of the search, as the business edits it.
#[derive(Clone, Debug, Default)]
pub struct FaqSource {
    /// How questions begin after punctuation or a conjunction: "…, combien de temps …".
    pub asking: Vec<String>,
    /// What begins like a question and answers one: "quand vous voulez".
    pub told: Vec<String>,
    /// How questions begin anywhere in a sentence: "une fuite chez moi est ce que …".
    pub cuts: Vec<String>,
    /// Words without meaning.
    pub stop: Vec<String>,
    /// Words that mean little.
    pub weak: Vec<String>,
    /// Lists of words and phrases that count as one word.
    pub synonyms: Vec<Vec<String>>,
    /// The phrasings of each entry.
    pub entries: Vec<Vec<String>>,
}

/// An entry that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaqHit {
    /// Its position among the entries.
    pub entry: usize,
    /// How much of the weight of both is shared, from 0 to 1.
    pub score: f32,
}

/// The questions, compiled once when the flows are loaded.
#[derive(Debug, Default)]
pub struct Faq {
    asking: PhraseBook<()>,
    told: PhraseBook<()>,
    cuts: PhraseBook<()>,
    reader: Reader,
    /// Stems without meaning, and those with little.
    idle: HashMap<String, Idle>,
    /// The number of a list of synonyms, by the stems of each of its phrases, joined by a blank.
    synonyms: HashMap<String, usize>,
    /// Terms by their key: a stem, or `=` and the number of a list of synonyms.
    terms: HashMap<String, usize>,
    /// By term.
    weights: Vec<f32>,
    phrasings: Vec<Phrasing>,
    /// The weight of a word that no entry has.
    unknown: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Idle {
    Stop,
    Weak,
}

#[derive(Debug)]
struct Phrasing {
    entry: usize,
    terms: Vec<usize>,
    weight: f32,
}

/// A word of a text that carries meaning.
#[derive(Debug)]
struct Term {
    key: String,
    weak: bool,
}

impl Faq {
    pub fn new(source: &FaqSource, lexicon: &Lexicon) -> Self {
        let mut faq = Self { reader: Reader::new(lexicon), ..Self::default() };
        for (book, phrases) in
            [(&mut faq.asking, &source.asking), (&mut faq.told, &source.told), (&mut faq.cuts, &source.cuts)]
        {
            for phrase in phrases {
                book.add(phrase, ());
            }
        }
        for (words, idle) in [(&source.stop, Idle::Stop), (&source.weak, Idle::Weak)] {
            for word in words {
                faq.idle.insert(words_of(word).join(" "), idle);
            }
        }
        for (list, phrases) in source.synonyms.iter().enumerate() {
            for phrase in phrases {
                let key = stems(words_of(phrase).iter().map(String::as_str)).join(" ");
                faq.synonyms.insert(key, list);
            }
        }
        faq.index(&source.entries);
        faq
    }

    fn index(&mut self, entries: &[Vec<String>]) {
        let mut read: Vec<(usize, Vec<Term>)> = Vec::new();
        for (entry, phrasings) in entries.iter().enumerate() {
            read.extend(phrasings.iter().map(|phrasing| (entry, self.read(phrasing))));
        }
        // The entries in which each term stands.
        let mut entries_of: HashMap<&str, Vec<usize>> = HashMap::new();
        for (entry, terms) in &read {
            for term in terms {
                let entries = entries_of.entry(&term.key).or_default();
                if entries.last() != Some(entry) {
                    entries.push(*entry);
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "there are some hundred entries")]
        let weight = |count: usize| ((1.0 + entries.len() as f32) / (0.5 + count as f32)).ln();
        let mut weights = Vec::new();
        let mut terms = HashMap::new();
        let mut phrasings = Vec::new();
        for (entry, read) in &read {
            let mut found: Vec<usize> = Vec::new();
            for term in read {
                let next = weights.len();
                let index = *terms.entry(term.key.clone()).or_insert(next);
                if index == next {
                    let count = entries_of.get(term.key.as_str()).map_or(1, Vec::len);
                    weights.push(weight(count) * if term.weak { WEAK } else { 1.0 });
                }
                if !found.contains(&index) {
                    found.push(index);
                }
            }
            let total = found.iter().map(|&term| weights[term]).sum();
            if total > 0.0 {
                phrasings.push(Phrasing { entry: *entry, terms: found, weight: total });
            }
        }
        self.unknown = UNKNOWN * weight(1);
        self.weights = weights;
        self.terms = terms;
        self.phrasings = phrasings;
    }

    /// The entries that a question resembles, the best first, each once.
    pub fn find(&self, question: &str) -> Vec<FaqHit> {
        let mut asked: Vec<(Option<usize>, f32)> = Vec::new();
        for term in self.read(question) {
            let (index, share) = self.term(&term.key);
            let weight = index.map_or(self.unknown * if term.weak { WEAK } else { 1.0 }, |index| self.weights[index]);
            if index.is_none() || !asked.iter().any(|(known, _)| *known == index) {
                asked.push((index, weight * share));
            }
        }
        let total: f32 = asked.iter().map(|(_, weight)| weight).sum();
        let mut best: Vec<FaqHit> = Vec::new();
        for phrasing in &self.phrasings {
            let shared: f32 = asked
                .iter()
                .filter(|(index, _)| index.is_some_and(|index| phrasing.terms.contains(&index)))
                .map(|(_, weight)| weight)
                .sum();
            let score = 2.0 * shared / (total + phrasing.weight);
            match best.iter_mut().find(|hit| hit.entry == phrasing.entry) {
                Some(hit) => hit.score = hit.score.max(score),
                None if score > 0.0 => best.push(FaqHit { entry: phrasing.entry, score }),
                None => {}
            }
        }
        best.sort_by(|one, other| other.score.total_cmp(&one.score));
        best
    }

    /// Whether the text is a question: it ends with a question mark, or begins like one.
    pub fn asks(&self, text: &str) -> bool {
        self.text_asks(&Text::new(text))
    }

    /// As [`Self::asks`], of a parsed message.
    pub fn parsed_asks(&self, parsed: &ParsedMessage) -> bool {
        self.text_asks(&parsed.text)
    }

    fn text_asks(&self, text: &Text) -> bool {
        let first = (0..text.len()).find(|&at| text.is_word(at));
        let begins = |at: usize| self.asking.at(text, at).is_some() && self.told.at(text, at).is_none();
        text.original().trim_end().ends_with('?') || first.is_some_and(begins)
    }

    /// The sentences of a message, also cut where a question begins: "une fuite chez moi, combien de temps …".
    pub fn clauses<'a>(&self, text: &'a str) -> Vec<&'a str> {
        super::intent::sentences(text).into_iter().flat_map(|sentence| self.cut(sentence)).collect()
    }

    /// As [`Self::clauses`], of a parsed message.
    pub fn parsed_clauses<'a>(&self, parsed: &'a ParsedMessage) -> Vec<&'a str> {
        match super::intent::sentences(parsed.said()).as_slice() {
            // Most messages are one sentence, which is cut into words already.
            [sentence] if *sentence == parsed.said() => self.cut_text(sentence, &parsed.text),
            sentences => sentences.iter().flat_map(|sentence| self.cut(sentence)).collect(),
        }
    }

    fn cut<'a>(&self, sentence: &'a str) -> Vec<&'a str> {
        self.cut_text(sentence, &Text::new(sentence))
    }

    fn cut_text<'a>(&self, sentence: &'a str, text: &Text) -> Vec<&'a str> {
        let begins = |at: usize| {
            let before = at - 1;
            let joined =
                matches!(text.token(before).map(|token| token.kind), Some(TokenKind::Mark(',' | ':' | ';' | '-')))
                    || matches!(text.word(before), "et" | "mais" | "sinon" | "and" | "but");
            let asks = self.asking.at(text, at).is_some() && self.told.at(text, at).is_none();
            (joined && asks) || self.cuts.at(text, at).is_some()
        };
        let start = (WORDS_BEFORE..text.len()).find(|&at| begins(at));
        match start.map(|at| text.span(at..text.len()).start) {
            Some(at) if sentence.is_char_boundary(at) => vec![sentence[..at].trim(), sentence[at..].trim()],
            _ => vec![sentence],
        }
    }

    /// The terms of a text that tell what it is about: stems, synonyms as one, without weak words.
    pub fn telling_words(&self, text: &str) -> BTreeSet<String> {
        self.read(text).into_iter().filter(|term| !term.weak).map(|term| term.key).collect()
    }

    /// The terms of a text, synonyms as one.
    fn read(&self, text: &str) -> Vec<Term> {
        let text = Text::new(text);
        let words: Vec<&str> =
            self.reader.words(&text).into_iter().filter(|word| !matches!(*word, "?" | "!")).collect();
        let stems = stems(words.iter().copied());
        let mut terms = Vec::new();
        let mut at = 0;
        'words: while at < words.len() {
            for length in (1..=MAX_PHRASE.min(words.len() - at)).rev() {
                if let Some(list) = self.synonyms.get(&stems[at..at + length].join(" ")) {
                    terms.push(Term { key: format!("={list}"), weak: false });
                    at += length;
                    continue 'words;
                }
            }
            let idle = self.idle.get(words[at]).copied();
            if idle != Some(Idle::Stop) && words[at].len() > 1 {
                terms.push(Term { key: stems[at].clone(), weak: idle == Some(Idle::Weak) });
            }
            at += 1;
        }
        terms
    }

    /// The index and the weight factor of the term that a word is, or of the nearest one that it is a mistyped form of.
    fn term(&self, key: &str) -> (Option<usize>, f32) {
        if let Some(&index) = self.terms.get(key) {
            return (Some(index), 1.0);
        }
        if key.len() < SHORTEST_FORGIVEN {
            return (None, 1.0);
        }
        let mut nearest: Option<(usize, &str, usize)> = None;
        let known = self.terms.iter().map(|(known, &index)| (known.as_str(), Some(index)));
        let lists =
            self.synonyms.iter().map(|(known, list)| (known.as_str(), self.terms.get(&format!("={list}")).copied()));
        for (known, index) in known.chain(lists) {
            let (Some(index), Some(distance)) = (index, mistakes(key, known)) else { continue };
            // Of two equally near words the alphabet decides, and not the order of a hash map.
            if nearest.is_none_or(|(best, word, _)| (distance, known) < (best, word)) {
                nearest = Some((distance, known, index));
            }
        }
        match nearest {
            Some((_, _, index)) => (Some(index), MISTYPED),
            None => (None, 1.0),
        }
    }
}

/// Whether a word is another one with no more typing mistakes than are forgiven.
pub fn is_mistyped(word: &str, known: &str) -> bool {
    mistakes(word, known).is_some()
}

/// How many typing mistakes turn `known` into `word`; none where they are more than are forgiven.
fn mistakes(word: &str, known: &str) -> Option<usize> {
    let allowed = mistakes_allowed(word.len());
    let near = word.len() >= SHORTEST_FORGIVEN
        && known.len().abs_diff(word.len()) <= allowed
        && known.as_bytes().first() == word.as_bytes().first();
    near.then(|| strsim::osa_distance(known, word)).filter(|distance| *distance <= allowed)
}

fn stems<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::French);
    words.map(|word| stemmer.stem(word).into_owned()).collect()
}

#[cfg(test)]
mod tests;
