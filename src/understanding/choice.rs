//! Choices: which of several items a message names, by number, rank, label or other words, with typing mistakes.

use super::{
    ParsedMessage, ValueKind, Vocabulary,
    hash::WordMap,
    shown::ShownAnswers,
    small::{SmallWord, SmallWords},
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
    /// For each word, the item of whose phrases alone it is a part, and which it names in a brief answer.
    telling: Vec<Option<usize>>,
    /// Whether only labels have words that name their item by themselves.
    in_full: bool,
    /// The items that are named by an article alone: "un".
    articles: Vec<(usize, Box<str>)>,
}

#[derive(Clone, Debug, Default)]
struct Phrase {
    item: usize,
    /// Whether it counts only where the question was asked.
    asked: bool,
    /// Whether it is a label.
    shown: bool,
    words: Vec<usize>,
    letters: usize,
    /// The words of a phrase of which small words leave one only, with the place of that one: "du tout" is not every "tout".
    whole: Option<(Box<[Box<str>]>, usize)>,
}

impl Phrase {
    /// Whether all of the phrase stands around its one telling word, which is at `at`.
    fn stands_whole(&self, text: &Text, at: usize) -> bool {
        self.whole.as_ref().is_none_or(|(words, place)| {
            let start = at.checked_sub(*place);
            start.is_some_and(|start| words.iter().enumerate().all(|(nth, word)| text.str(start + nth) == &**word))
        })
    }
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
    pub fn new(items: impl IntoIterator<Item = ChoiceItem>, small: &SmallWords) -> Self {
        let items: Vec<ChoiceItem> = items.into_iter().collect();
        let mut set = Self { shown: ShownAnswers::new(items.iter().map(|item| &item.label)), ..Self::empty() };
        for (item, choice) in items.into_iter().enumerate() {
            let value = choice.value.replace('_', " ");
            let labels = Language::ALL.map(|language| choice.label.get(language));
            for phrase in labels.into_iter().chain([value.as_str()]) {
                set.add(item, phrase, &Phrase { shown: true, ..Phrase::default() }, small);
            }
            for phrase in &choice.words {
                set.add(item, phrase, &Phrase::default(), small);
            }
            for phrase in &choice.asked {
                set.add(item, phrase, &Phrase { asked: true, ..Phrase::default() }, small);
            }
            set.values.push(choice.value);
            set.yields.push(choice.yields);
        }
        set.index(small);
        set
    }

    /// The same answers, where a word of a phrase names nothing by itself: "poignet cassé" says that somebody is hurt, "cassé"
    /// does not.
    #[must_use]
    pub fn named_in_full(mut self, small: &SmallWords) -> Self {
        self.in_full = true;
        self.index(small);
        self
    }

    /// The answers of a yes-or-no question for which the flow lists other words: "ça coule encore". "Oui" and "non" are
    /// not among them, for they answer the pending question only.
    pub fn yes_or_no(yes: &[String], no: &[String], small: &SmallWords) -> Self {
        let mut set = Self::empty();
        for (item, (value, phrases)) in [(YES, yes), (NO, no)].into_iter().enumerate() {
            for phrase in phrases {
                set.add(item, phrase, &Phrase::default(), small);
            }
            set.values.push(value.to_owned());
            set.yields.push(false);
        }
        set.index(small);
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
            in_full: false,
            articles: Vec::new(),
        }
    }

    /// Finds which phrases begin with each word, and which words tell an item from the others.
    fn index(&mut self, small: &SmallWords) {
        let mut items_of: Vec<Option<Option<usize>>> = vec![None; self.words.len()];
        self.beginning = vec![Vec::new(); self.words.len()];
        for (at, phrase) in self.phrases.iter().enumerate() {
            if let Some(&first) = phrase.words.first() {
                self.beginning[first].push(at);
            }
            // "Éteint" does not name what is called "pas éteint".
            let denying = |&word: &usize| small.get_word(&self.words[word]) == Some(&SmallWord::Denying);
            let names = (phrase.shown || !self.in_full) && !phrase.words.iter().any(denying);
            for &word in &phrase.words {
                let item = items_of[word].get_or_insert(Some(phrase.item));
                *item = item.filter(|&known| known == phrase.item && names);
            }
        }
        let long = |word: &usize| self.words[*word].len() >= 4;
        self.telling = items_of.iter().enumerate().map(|(word, item)| item.flatten().filter(|_| long(&word))).collect();
    }

    fn add(&mut self, item: usize, phrase: &str, like: &Phrase, small: &SmallWords) {
        let written = words_of(phrase);
        let words: Vec<usize> = written
            .iter()
            .filter_map(|word| match small.get_word(word) {
                Some(SmallWord::Article | SmallWord::Linking) => None,
                Some(SmallWord::Figure(figures, _)) => Some(figures.clone()),
                Some(SmallWord::Denying) | None => Some(word.as_str().into()),
            })
            .map(|word| {
                let next = self.words.len();
                let known = *self.by_word.get_or_insert_with(&word, || next);
                if known == next {
                    self.words.push(word);
                }
                known
            })
            .collect();
        if words.is_empty() {
            self.articles.push((item, written.join(" ").into()));
        }
        if words.is_empty() {
            return;
        }
        let is_small = |word: &String| matches!(small.get_word(word), Some(SmallWord::Article | SmallWord::Linking));
        let place = written.iter().position(|word| !is_small(word));
        let place = place.filter(|_| words.len() == 1 && written.len() > 1);
        let whole = place.map(|place| (written.into_iter().map(String::into_boxed_str).collect(), place));
        let says_it = |known: &Phrase| {
            known.item == item && known.words == words && (known.whole.is_none() || known.whole == whole)
        };
        if !self.phrases.iter().any(says_it) {
            let letters = words.iter().map(|&word| self.words[word].len()).sum();
            self.phrases.push(Phrase { item, words, letters, whole, ..like.clone() });
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
        // A word of a label, or a word that is only like one, counts less than a phrase of another item: "je suis l'assuré, deux
        // logements sont touchés", "par courrier ou par téléphone".
        if named.iter().any(|hit| hit.certainty == Certainty::Exact) {
            named.retain(|hit| hit.certainty == Certainty::Exact);
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
        hits.retain(|hit| !vocabulary.is_negated(text, hit.from, hit.to));
        // A bare yes or no answers the pending question only.
        hits.retain(|hit| !confident || !vocabulary.is_yes_or_no(text, hit.from, hit.to));
        // "2" is the second answer, and "deux" the one that is called so.
        if hits.iter().any(|hit| is_figure(text, hit)) && self.by_rank(parsed, vocabulary, true).is_some() {
            hits.retain(|hit| !is_figure(text, hit));
        }
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
                // In a short answer the article may be another one.
                if (confident || !is_brief) && !phrase.stands_whole(text, matches[start].token) {
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
            if !text.is_word(token) && !text.is_digits(token) {
                continue;
            }
            let (word, hash) = match vocabulary.small.get(hash, word) {
                Some(SmallWord::Article | SmallWord::Linking) => continue,
                Some(SmallWord::Figure(figures, hash)) => (&**figures, *hash),
                Some(SmallWord::Denying) | None => (word, hash),
            };
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
        let denied = hits.iter().filter(|hit| vocabulary.is_negated(&parsed.text, hit.from, hit.to));
        denied.map(|hit| self.values[hit.item].as_str()).collect()
    }

    /// Items by number or rank, when the message holds nothing else: "2", "le premier", "1, 3 et 4".
    fn by_rank(&self, parsed: &ParsedMessage, vocabulary: &Vocabulary, several: bool) -> Option<Vec<usize>> {
        let text = &parsed.text;
        let mut items = Vec::new();
        let (mut at, mut counted) = (0, false);
        while at < text.len() {
            if let Some((rank, end)) = vocabulary.rank_at(text, at) {
                counted |= text.is_digits(at) && vocabulary.is_counted(text, at);
                items.push(usize::try_from(rank).ok()?.checked_sub(1).filter(|&item| item < self.values.len())?);
                at = end;
            } else if vocabulary.fills_rank(text, at) {
                at += 1;
            } else {
                return None;
            }
        }
        // "Les 2" are as many, and no second.
        let names = items.len() > 1 || (items.len() == 1 && !counted);
        (names && (several || items.len() == 1)).then_some(items)
    }

    /// Whether a number that is all of the message is the rank of this answer, and another answer is called by it: "2" of "1
    /// toutes, 2 une seule", where "les deux" are all.
    pub fn is_rank_or_count(&self, parsed: &ParsedMessage, answer: &str) -> bool {
        let text = &parsed.text;
        if text.len() != 1 || !text.is_digits(0) {
            return false;
        }
        let called = |phrase: &&Phrase| matches!(phrase.words[..], [word] if *self.words[word] == *text.str(0));
        self.phrases.iter().find(called).is_some_and(|phrase| self.values[phrase.item] != answer)
    }
}

/// Whether a phrase was matched by one number in figures.
fn is_figure(text: &Text, hit: &Hit) -> bool {
    hit.to == hit.from + 1 && text.is_digits(hit.from)
}

/// How many numbers a message of several answers begins with at most.
const MAX_LEADING_RANKS: usize = 12;

/// How many typing mistakes are forgiven in a word of this length.
pub(super) fn mistakes_allowed(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}
