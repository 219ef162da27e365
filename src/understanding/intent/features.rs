//! What the classifier looks at: stems, pairs of stems, pieces of words (typing mistakes keep most of them), and
//! concepts, which a lexicon gives to words ("pétée", "brisé" and "cassé" are one thing that happened to a pane).

use rust_stemmers::{Algorithm, Stemmer};

use crate::understanding::{
    hash::{FNV_START, WordMap, fnv_step},
    text::{Text, TokenKind, words_of},
};

/// How much each kind of feature weighs before the whole is brought to length one.
const WORD: f32 = 1.0;
const PAIR: f32 = 0.7;
const PIECE: f32 = 0.28;
const CONCEPT: f32 = 1.1;
const CONCEPTS: f32 = 0.9;
const SHAPE: f32 = 0.8;
/// The pieces of a word, in letters, its edges counted as letters.
const PIECES: std::ops::RangeInclusive<usize> = 3..=5;
/// What is read of a message: beyond it a person repeats themselves.
const MAX_WORDS: usize = 120;
/// How many concepts of a message are paired.
const MAX_CONCEPTS: usize = 12;

/// People's spellings and the concepts of words, as the business edits them.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// A short or mistaken spelling and the words that it stands for: "ds" is "dans".
    pub spellings: Vec<(String, String)>,
    /// A concept and the beginnings of its words, folded: "vol" begins "vole", "voleur"; with `=` before it, the word
    /// itself.
    pub concepts: Vec<(String, Vec<String>)>,
}

/// Turns a text into features.
#[derive(Clone, Debug, Default)]
pub(in crate::understanding) struct Reader {
    spellings: WordMap<Vec<Box<str>>>,
    whole: WordMap<Vec<u64>>,
    /// By the first two letters.
    beginnings: WordMap<Vec<(Box<str>, u64)>>,
}

/// A feature, by its hash, and its weight.
pub(super) type Feature = (u64, f32);

impl Reader {
    pub(in crate::understanding) fn new(lexicon: &Lexicon) -> Self {
        let mut reader = Self::default();
        for (short, long) in &lexicon.spellings {
            let long = words_of(long).into_iter().map(String::into_boxed_str).collect();
            *reader.spellings.get_or_insert_with(&words_of(short).concat(), Vec::new) = long;
        }
        for (concept, words) in &lexicon.concepts {
            let concept = hash(b'c', concept.as_bytes());
            for word in words {
                if let Some(word) = word.strip_prefix('=') {
                    reader.whole.get_or_insert_with(&words_of(word).concat(), Vec::new).push(concept);
                } else {
                    let word = words_of(word).concat();
                    let first: String = word.chars().take(2).collect();
                    reader.beginnings.get_or_insert_with(&first, Vec::new).push((word.into(), concept));
                }
            }
        }
        reader
    }

    /// The words, folded and spelled out; figures as they are; the marks "?" and "!".
    pub(in crate::understanding) fn words<'a>(&'a self, text: &'a Text) -> Vec<&'a str> {
        let mut words = Vec::with_capacity(text.len() + 4);
        // The last word of a short form that was spelled out just before.
        let mut spelled: Option<&str> = None;
        for at in 0..text.len().min(MAX_WORDS) {
            let (Some(token), Some((word, hash))) = (text.token(at), text.hashed(at)) else { break };
            match token.kind {
                // "C'est" is "c" and "est", and "c" alone is "c est".
                TokenKind::Word if spelled == Some(word) => spelled = None,
                TokenKind::Word => {
                    spelled = None;
                    if let Some(long) = self.spellings.get(hash, word) {
                        words.extend(long.iter().map(AsRef::as_ref));
                        spelled = long.last().filter(|_| long.len() > 1).map(AsRef::as_ref);
                    } else {
                        words.push(word);
                    }
                }
                TokenKind::Digits | TokenKind::Mark('?' | '!') => words.push(word),
                TokenKind::Mark('€') => words.push("euros"),
                TokenKind::Mark(_) => {}
            }
        }
        words
    }

    pub(super) fn features(&self, text: &Text, words: &[&str]) -> Vec<Feature> {
        let stemmer = Stemmer::create(Algorithm::French);
        let mut features: Vec<Feature> = Vec::with_capacity(words.len() * 14);
        let mut concepts: Vec<u64> = Vec::new();
        let mut before: Option<u64> = None;
        let mut edged = String::new();
        for word in words {
            let stem = if word.bytes().all(|byte| byte.is_ascii_digit()) {
                // Figures say how many they are, and not which.
                hash(b'd', &[u8::try_from(word.len()).unwrap_or(u8::MAX)])
            } else {
                hash(b'w', stemmer.stem(word).as_bytes())
            };
            features.push((stem, WORD));
            if let Some(before) = before {
                features.push((pair(b'b', before, stem), PAIR));
            } else {
                features.push((pair(b'f', 0, stem), PAIR));
            }
            before = Some(stem);
            self.add_concepts(word, &mut concepts);
            if word.len() > 2 && !word.bytes().all(|byte| byte.is_ascii_digit()) {
                edged.clear();
                edged.push('_');
                edged.push_str(word);
                edged.push('_');
                add_pieces(&edged, &mut features);
            }
        }
        concepts.sort_unstable();
        concepts.dedup();
        concepts.truncate(MAX_CONCEPTS);
        for (at, concept) in concepts.iter().enumerate() {
            features.push((*concept, CONCEPT));
            features.extend(concepts[..at].iter().map(|other| (pair(b'p', *other, *concept), CONCEPTS)));
        }
        features.push((hash(b'l', &[length(words.len())]), SHAPE));
        if (0..text.len()).all(|at| !text.is_word(at)) {
            features.push((hash(b's', b"no words"), SHAPE));
        }
        normalised(features)
    }

    fn add_concepts(&self, word: &str, concepts: &mut Vec<u64>) {
        concepts.extend(self.whole.get_word(word).into_iter().flatten());
        let end = word.char_indices().nth(2).map_or(word.len(), |(at, _)| at);
        let beginnings = self.beginnings.get_word(&word[..end]).into_iter().flatten();
        concepts.extend(beginnings.filter(|(start, _)| word.starts_with(&**start)).map(|(_, concept)| *concept));
    }
}

fn add_pieces(word: &str, features: &mut Vec<Feature>) {
    let none = hash(b'n', &[]);
    for (start, _) in word.char_indices() {
        // A longer piece goes on with the hash of the shorter one.
        let mut piece = none;
        for (letters, letter) in (1..=*PIECES.end()).zip(word[start..].chars()) {
            let mut bytes = [0; 4];
            piece = letter.encode_utf8(&mut bytes).bytes().fold(piece, fnv_step);
            if letters >= *PIECES.start() {
                features.push((piece, PIECE));
            }
        }
    }
}

/// One, two, few or many words.
fn length(words: usize) -> u8 {
    match words {
        0..=1 => 1,
        2 => 2,
        3..=4 => 3,
        5..=8 => 4,
        _ => 5,
    }
}

/// Each feature once, and the whole of length one.
fn normalised(mut features: Vec<Feature>) -> Vec<Feature> {
    features.sort_unstable_by_key(|(feature, _)| *feature);
    features.dedup_by(|(feature, weight), (kept, most)| {
        let same = feature == kept;
        if same {
            *most = most.max(*weight);
        }
        same
    });
    let length = features.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
    for (_, weight) in &mut features {
        *weight /= length;
    }
    features
}

fn pair(kind: u8, one: u64, other: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&one.to_le_bytes());
    bytes[8..].copy_from_slice(&other.to_le_bytes());
    hash(kind, &bytes)
}

/// The same on every machine, so that training is too.
fn hash(kind: u8, bytes: &[u8]) -> u64 {
    bytes.iter().fold(fnv_step(FNV_START, kind), |hash, byte| fnv_step(hash, *byte))
}
