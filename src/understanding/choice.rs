//! Choices: which of several items a message names, by number, rank, label or other words, with typing mistakes.

use super::{
    ParsedMessage, ValueKind, Vocabulary,
    hash::WordMap,
    shown::ShownAnswers,
    text::{Text, words_of},
};
use crate::domain::language::{Language, Text as Label};

/// One of the answers of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChoiceItem {
    pub value: String,
    pub label: Label,
    /// Other words that people use for it, in any language.
    pub words: Vec<String>,
    /// Words that name it only where the question was asked: anything else may be meant by them.
    pub asked: Vec<String>,
    /// Whether it yields to any other choice that the message names too: "ça va, mais il est blessé".
    pub yields: bool,
}

/// The answers of a question, compiled once when the flow is loaded.
#[derive(Debug)]
pub struct ChoiceSet {
    values: Vec<String>,
    shown: ShownAnswers,
    /// For each item, whether it yields to the others.
    yields: Vec<bool>,
    /// Every distinct word of the phrases, which refer to them by position.
    words: Vec<Box<str>>,
    by_word: WordMap<usize>,
    phrases: Vec<Phrase>,
    /// For each word, the phrases that begin with it.
    beginning: Vec<Vec<usize>>,
    /// For each word, the item whose labels alone contain it.
    telling: Vec<Option<usize>>,
    /// The items that are named by an article alone: "un".
    articles: Vec<(usize, Box<str>)>,
}

#[derive(Debug)]
struct Phrase {
    item: usize,
    /// Whether it counts only where the question was asked.
    asked: bool,
    words: Vec<usize>,
    letters: usize,
}

/// The two values of [`ChoiceSet::yes_or_no`].
pub(super) const YES: &str = "yes";
const NO: &str = "no";

/// The most words of a message in which one word of a label names its item. In a longer one it is chance: "quelqu'un a
/// cassé ma vitre" does not say that somebody is hurt.
const WORDS_OF_AN_ANSWER: usize = 4;

/// The shortest word in which a typing mistake is forgiven: shorter ones are too near to words that mean something
/// else.
const SHORTEST_FORGIVEN: usize = 5;

/// How certain a match is, from the least certain on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// One word that only this item's label has.
    Telling,
    /// A phrase with typing mistakes.
    Resembling,
    /// A phrase as it is listed.
    Exact,
}

#[derive(Clone, Copy, Debug)]
struct Hit {
    item: usize,
    certainty: Certainty,
    letters: usize,
    from: usize,
    to: usize,
}

/// A word of the message, the word of the set that it matches, and whether it matches exactly.
#[derive(Clone, Copy)]
struct ChoiceMatch {
    word: Option<usize>,
    exact: bool,
    token: usize,
}

impl ChoiceSet {
    pub fn new(items: impl IntoIterator<Item = ChoiceItem>) -> Self {
        let items: Vec<ChoiceItem> = items.into_iter().collect();
        let mut set = Self { shown: ShownAnswers::new(items.iter().map(|item| &item.label)), ..Self::empty() };
        for (item, choice) in items.into_iter().enumerate() {
            let value = choice.value.replace('_', " ");
            let labels = Language::ALL.map(|language| choice.label.get(language));
            for phrase in labels.into_iter().chain([value.as_str()]).chain(choice.words.iter().map(String::as_str)) {
                set.add(item, phrase, false);
            }
            for phrase in &choice.asked {
                set.add(item, phrase, true);
            }
            set.values.push(choice.value);
            set.yields.push(choice.yields);
        }
        set.index();
        set
    }

    /// The answers of a yes-or-no question for which the flow lists other words: "ça coule encore". "Oui" and "non" are
    /// not among them, for they answer the pending question only.
    pub fn yes_or_no(yes: &[String], no: &[String]) -> Self {
        let mut set = Self::empty();
        for (item, (value, phrases)) in [(YES, yes), (NO, no)].into_iter().enumerate() {
            for phrase in phrases {
                set.add(item, phrase, false);
            }
            set.values.push(value.to_owned());
            set.yields.push(false);
        }
        set.index();
        set
    }

    fn empty() -> Self {
        Self {
            values: Vec::new(),
            shown: ShownAnswers::default(),
            yields: Vec::new(),
            words: Vec::new(),
            by_word: WordMap::default(),
            phrases: Vec::new(),
            beginning: Vec::new(),
            telling: Vec::new(),
            articles: Vec::new(),
        }
    }

    /// Finds which phrases begin with each word, and which words tell an item from the others.
    fn index(&mut self) {
        let mut items_of: Vec<Option<Option<usize>>> = vec![None; self.words.len()];
        self.beginning = vec![Vec::new(); self.words.len()];
        for (at, phrase) in self.phrases.iter().enumerate() {
            if let Some(&first) = phrase.words.first() {
                self.beginning[first].push(at);
            }
            // "Éteint" does not name what is called "pas éteint".
            let denies = phrase.words.iter().any(|&word| DENYING.contains(&&*self.words[word]));
            for &word in &phrase.words {
                let item = items_of[word].get_or_insert(Some(phrase.item));
                *item = item.filter(|&known| known == phrase.item && !denies);
            }
        }
        let long = |word: &usize| self.words[*word].len() >= 4;
        self.telling = items_of.iter().enumerate().map(|(word, item)| item.flatten().filter(|_| long(&word))).collect();
    }

    fn add(&mut self, item: usize, phrase: &str, asked: bool) {
        let words: Vec<usize> = words_of(phrase)
            .into_iter()
            .filter(|word| !is_small(word))
            .map(|word| {
                let next = self.words.len();
                let known = *self.by_word.get_or_insert_with(&word, || next);
                if known == next {
                    self.words.push(word.as_str().into());
                }
                known
            })
            .collect();
        if words.is_empty() {
            self.articles.push((item, words_of(phrase).join(" ").into()));
        }
        if !words.is_empty() && !self.phrases.iter().any(|known| known.item == item && known.words == words) {
            let letters = words.iter().map(|&word| self.words[word].len()).sum();
            self.phrases.push(Phrase { item, asked, words, letters });
        }
    }

    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The answers as they are shown.
    pub fn shown(&self) -> &ShownAnswers {
        &self.shown
    }

    /// The one item that the message names; none when it names none or several.
    pub(super) fn one(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary, confident: bool) -> Option<&str> {
        let mut named = self.named(parsed, vocabulary, confident);
        // A word of a label counts less than a phrase of another item: "je suis l'assuré, deux logements sont touchés".
        if named.iter().any(|hit| hit.certainty == Certainty::Exact) {
            named.retain(|hit| hit.certainty != Certainty::Telling);
        }
        if named.iter().any(|hit| !self.yields[hit.item]) {
            named.retain(|hit| !self.yields[hit.item]);
        }
        let item = match named.as_slice() {
            [hit] => hit.item,
            [] if confident => return None,
            [] => match self.by_rank(parsed, vocabulary, false) {
                Some(ranked) => ranked.first().copied()?,
                None => self.by_article(parsed, vocabulary).or_else(|| self.by_polarity(parsed, vocabulary))?,
            },
            [first, rest @ ..] if rest.iter().all(|hit| hit.item == first.item) => first.item,
            _ => return None,
        };
        self.values.get(item).map(String::as_str)
    }

    /// "Nan", "ouais": the item that is called "non" or "oui", in any words for it.
    fn by_polarity(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary) -> Option<usize> {
        let said = vocabulary.bare_polarity(parsed)?;
        let words = if said { ["oui", "yes"] } else { ["non", "no"] };
        let is_named = |phrase: &&Phrase| matches!(phrase.words[..], [word] if words.contains(&&*self.words[word]));
        self.phrases.iter().find(is_named).map(|phrase| phrase.item)
    }

    /// "Un", "un, en mars": an item that is an article, at the beginning of the message and of nothing else.
    fn by_article(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary) -> Option<usize> {
        let text = &parsed.text;
        let start = vocabulary.skip_polite(text, 0);
        let alone = text.len() == start + 1 || text.is_mark(start + 1, ',') || text.is_mark(start + 1, '.');
        let named = self.articles.iter().find(|(_, article)| **article == *text.word(start));
        named.filter(|_| alone).map(|(item, _)| *item)
    }

    /// As [`Self::one`], but a number or a rank names nothing.
    pub(super) fn one_in_words(
        &self,
        parsed: &ParsedMessage,
        vocabulary: &Vocabulary,
        confident: bool,
    ) -> Option<&str> {
        let named = self.named(parsed, vocabulary, confident);
        let (first, rest) = named.split_first()?;
        rest.iter().all(|hit| hit.item == first.item).then(|| self.values[first.item].as_str())
    }

    /// All the items that the message names, in the order of the question.
    pub(super) fn several(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary, confident: bool) -> Vec<String> {
        let named = self.named(parsed, vocabulary, confident);
        let mut items: Vec<usize> = named.iter().map(|hit| hit.item).collect();
        if items.is_empty() && !confident {
            items = self.by_rank(parsed, vocabulary, true).unwrap_or_default();
        }
        if !confident {
            items.extend(self.leading_ranks(parsed, vocabulary));
        }
        items.sort_unstable();
        items.dedup();
        items.into_iter().filter_map(|item| self.values.get(item).cloned()).collect()
    }

    /// Every item that does not yield to others: "toutes".
    pub(super) fn all(&self) -> Vec<String> {
        self.values.iter().zip(&self.yields).filter(|(_, yields)| !**yields).map(|(value, _)| value.clone()).collect()
    }

    /// The items that the message names by words. Where two match the same words, the longer and more certain match is
    /// kept.
    fn named(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary, confident: bool) -> Vec<Hit> {
        let text = &parsed.text;
        let mut hits = self.hits(parsed, vocabulary, confident);
        hits.retain(|hit| !vocabulary.is_negated(text, hit.from));
        // A bare yes or no answers the pending question only.
        hits.retain(|hit| !confident || !vocabulary.is_yes_or_no(text, hit.from, hit.to));
        hits.sort_by_key(|hit| std::cmp::Reverse((hit.letters, hit.certainty)));
        let mut kept: Vec<Hit> = Vec::new();
        for hit in hits {
            let rival = |other: &&Hit| other.from < hit.to && hit.from < other.to;
            match kept.iter().find(rival) {
                // Two items match the same words equally well: both are kept, so that the message names no single one.
                Some(other) if (other.letters, other.certainty) == (hit.letters, hit.certainty) => kept.push(hit),
                Some(_) => {}
                None => kept.push(hit),
            }
        }
        kept
    }

    /// Every phrase of an item that stands in the message.
    fn hits(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary, confident: bool) -> Vec<Hit> {
        let text = &parsed.text;
        let matches = self.matches_of(text, vocabulary, confident);
        // "avant-hier" is no front of a car.
        let in_time = |at: usize| {
            let mut times = parsed.values.iter().filter(|found| found.kind == ValueKind::Time);
            confident && times.any(|found| found.tokens.len() > 1 && found.tokens.contains(&at))
        };
        if matches.iter().all(|found| found.word.is_none()) {
            return Vec::new();
        }
        let is_brief = matches.len() <= WORDS_OF_AN_ANSWER;
        let mut hits = Vec::new();
        for start in 0..matches.len() {
            let Some(first) = matches[start].word.filter(|_| !in_time(matches[start].token)) else { continue };
            for phrase in self.beginning[first].iter().map(|&at| &self.phrases[at]) {
                if confident && phrase.asked {
                    continue;
                }
                let Some(run) = matches.get(start..start + phrase.words.len()) else { continue };
                if run.iter().zip(&phrase.words).all(|(found, word)| found.word == Some(*word)) {
                    let exact = run.iter().all(|found| found.exact);
                    hits.push(Hit {
                        item: phrase.item,
                        certainty: if exact { Certainty::Exact } else { Certainty::Resembling },
                        letters: phrase.letters,
                        from: run[0].token,
                        to: run[run.len() - 1].token + 1,
                    });
                }
            }
            if !confident
                && is_brief
                && let Some(item) = self.telling[first]
            {
                let (letters, from) = (self.words[first].len(), matches[start].token);
                hits.push(Hit { item, certainty: Certainty::Telling, letters, from, to: from + 1 });
            }
        }
        hits
    }

    fn matches_of(&self, text: &Text, vocabulary: &Vocabulary, confident: bool) -> Vec<ChoiceMatch> {
        let mut matches = Vec::with_capacity(text.len());
        for token in 0..text.len() {
            let Some((word, hash)) = text.hashed(token) else { break };
            if (!text.is_word(token) && !text.is_digits(token)) || is_small(word) {
                continue;
            }
            let exact = self.by_word.get(hash, word).copied();
            // Within a street's name no typing mistake is forgiven: "Cours Lafayette" is no "court-circuit".
            let as_written = confident || vocabulary.streets.at(text, token).is_some();
            let word = exact.or_else(|| if as_written { None } else { self.resembling(word) });
            matches.push(ChoiceMatch { word, exact: exact.is_some(), token });
        }
        matches
    }

    /// The nearest word of the set, within the typing mistakes that its length allows; none where two are equally near.
    fn resembling(&self, word: &str) -> Option<usize> {
        let mut best: Option<(usize, usize)> = None;
        let mut shared = false;
        for (index, known) in self.words.iter().enumerate() {
            let shorter = known.len().min(word.len());
            // The shorter of the two decides: "faire" is no "fire", and "sont" no "sent".
            let allowed = if shorter < SHORTEST_FORGIVEN { 0 } else { mistakes_allowed(shorter) };
            if allowed == 0 || known.len().abs_diff(word.len()) > allowed || known.as_bytes()[0] != word.as_bytes()[0] {
                continue;
            }
            let distance = strsim::osa_distance(word, known);
            if distance > allowed {
                continue;
            }
            match best {
                Some((_, nearest)) if distance > nearest => {}
                Some((_, nearest)) if distance == nearest => shared = true,
                _ => (best, shared) = (Some((index, distance)), false),
            }
        }
        best.filter(|_| !shared).map(|(index, _)| index)
    }

    /// Items by the numbers that the message begins with: "1 et 4 le lit est trempé". What follows them must be words, for figures
    /// before a unit ("2 chambres", "4 tuiles") count something.
    fn leading_ranks(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary) -> Vec<usize> {
        let text = &parsed.text;
        let (mut items, mut at) = (Vec::new(), vocabulary.skip_polite(text, 0));
        while let Some(rank) = text.digits(at).filter(|_| items.len() < MAX_LEADING_RANKS) {
            let Some(item) = usize::try_from(rank).ok().and_then(|rank| rank.checked_sub(1)) else { return Vec::new() };
            if item >= self.values.len() {
                return Vec::new();
            }
            items.push(item);
            let joint =
                text.is_mark(at + 1, ',') || matches!(text.word(at + 1), "et" | "and") || text.is_mark(at + 1, '+');
            at += if joint && text.is_digits(at + 2) { 2 } else { 1 };
        }
        let article =
            matches!(text.word(at), "le" | "la" | "les" | "l" | "mon" | "ma" | "mes" | "the" | "my" | "il" | "elle");
        let ends = text.is_mark(at, ',') || text.is_mark(at, '.') || text.is_mark(at, ':') || text.is_mark(at, '(');
        // "1 la cuisine" counts something, "1 et 4 le lit est trempé" names two.
        if ends || (article && items.len() > 1) { items } else { Vec::new() }
    }

    /// The values that the message names and denies: "c'est pas une fuite".
    pub fn denied(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary) -> Vec<&str> {
        let hits = self.hits(parsed, vocabulary, true);
        let denied = hits.iter().filter(|hit| vocabulary.is_negated(&parsed.text, hit.from));
        denied.map(|hit| self.values[hit.item].as_str()).collect()
    }

    /// Items by number or rank, when the message holds nothing else: "2", "le premier", "1, 3 et 4".
    fn by_rank(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary, several: bool) -> Option<Vec<usize>> {
        let text = &parsed.text;
        let mut items = Vec::new();
        let mut at = 0;
        while at < text.len() {
            if let Some((rank, end)) = vocabulary.rank_at(text, at) {
                items.push(usize::try_from(rank).ok()?.checked_sub(1).filter(|&item| item < self.values.len())?);
                at = end;
            } else if vocabulary.fills_rank(text, at) {
                at += 1;
            } else {
                return None;
            }
        }
        (!items.is_empty() && (several || items.len() == 1)).then_some(items)
    }
}

/// Words that deny those beside them in a phrase.
const DENYING: [&str; 12] =
    ["pas", "plus", "sans", "ni", "aucun", "aucune", "jamais", "ne", "not", "no", "never", "without"];

/// How many numbers a message of several answers begins with at most.
const MAX_LEADING_RANKS: usize = 12;

/// Whether a word carries no meaning among choices, as an article.
fn is_small(word: &str) -> bool {
    matches!(
        word,
        "le" | "la" | "les" | "l" | "un" | "une" | "de" | "du" | "des" | "d" | "a" | "au" | "aux" | "the" | "an" | "of"
    )
}

/// How many typing mistakes are forgiven in a word of this length.
pub(super) fn mistakes_allowed(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}
