//! The communes of France: their names, INSEE codes and postcodes, and an index of both, compiled into the program.
//!
//! Names are compared without case, accents and hyphens, with "st" for "saint", and with typing mistakes. Only today's
//! communes are known: no hamlets, former communes or places abroad. `communes/pack.py` makes the data, the test
//! `write_the_index` the index.

use std::sync::LazyLock;

use fst::{Automaton as _, IntoStreamer as _, Streamer as _, automaton::Levenshtein};

use super::{
    text::{Text, fold_char},
    vocabulary::Vocabulary,
};

/// A commune a line.
const DATA: &str = include_str!("communes/communes.csv");
/// Where each commune's line begins in [`DATA`], in the order of the folded names: 4 bytes each.
const LINES: &[u8] = include_bytes!("communes/lines.bin");
/// Folded names, each with the first of its communes and their number.
const NAMES: &[u8] = include_bytes!("communes/names.fst");
/// Sorted pairs of a postcode, 5 figures, and a commune, 3 bytes.
const POSTCODES: &[u8] = include_bytes!("communes/postcodes.bin");

/// The most words in a commune's name: "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson" has seven.
pub(super) const MAX_WORDS: usize = 7;

/// The figures of a postcode.
const FIGURES: usize = 5;
/// A pair of [`POSTCODES`].
const PAIR: usize = 8;

static COMMUNES: LazyLock<Communes> = LazyLock::new(Communes::open);

/// A commune of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Commune {
    pub(super) name: &'static str,
    /// The INSEE code.
    pub(super) code: &'static str,
    /// Its postcodes, separated by blanks.
    postcodes: &'static str,
    /// Whether it has twenty thousand inhabitants or more.
    pub(super) large: bool,
}

impl Commune {
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split(';');
        let (name, code, postcodes) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self { name, code, postcodes, large: fields.next().is_some() })
    }

    /// The postcode, where it has only one.
    pub(super) fn postcode(&self) -> Option<&'static str> {
        (self.postcodes.len() == 5).then_some(self.postcodes)
    }

    fn has(&self, postcode: &str) -> bool {
        self.postcodes.split(' ').any(|own| own == postcode)
    }

    /// Whether the postcode belongs to the same département.
    fn is_near(&self, postcode: &str) -> bool {
        self.postcodes.get(..2) == postcode.get(..2)
    }
}

/// Whether a town's name and a postcode belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    /// They belong to one commune.
    Agrees(Commune),
    /// They belong to one commune, whose name was mistyped.
    Mistyped(Commune),
    /// The postcode is unknown (an organisation's CEDEX), or the name is (a hamlet).
    Unknown,
    /// They contradict each other.
    Differs,
}

/// Every commune, by name and by postcode.
#[derive(Debug)]
pub(super) struct Communes {
    /// None where the index is none, which a test looks after.
    names: Option<fst::Map<&'static [u8]>>,
}

impl Communes {
    pub(super) fn get() -> &'static Self {
        &COMMUNES
    }

    fn open() -> Self {
        Self { names: fst::Map::new(NAMES).ok() }
    }

    /// The communes of that name.
    pub(super) fn named(&self, name: &str) -> Vec<Commune> {
        self.with_folded(&folded(name))
    }

    fn with_folded(&self, name: &str) -> Vec<Commune> {
        self.names.as_ref().and_then(|names| names.get(name)).map_or_else(Vec::new, group)
    }

    /// The only commune whose name is one typing mistake away, or the only large one.
    pub(super) fn mistyped(&self, name: &str) -> Option<Commune> {
        let name = folded(name);
        if name.len() < 5 {
            return None;
        }
        let automaton = Levenshtein::new(&name, 1).ok()?;
        // The first letter is rarely mistyped, and requiring it excludes most other words.
        let first = fst::automaton::Str::new(name.get(..1)?).starts_with();
        let mut found = self.names.as_ref()?.search(automaton.intersection(first)).into_stream();
        let mut near = Vec::new();
        while let Some((_, value)) = found.next() {
            near.extend(group(value));
        }
        match near.as_slice() {
            [only] => Some(*only),
            several => {
                let mut large = several.iter().filter(|commune| commune.large);
                large.next().filter(|_| large.next().is_none()).copied()
            }
        }
    }

    /// Communes whose name begins so, large ones first; at most `most` of them are looked at.
    fn beginning(&self, name: &str, most: usize) -> Vec<Commune> {
        let name = folded(name);
        let (Some(names), false) = (&self.names, name.is_empty()) else { return Vec::new() };
        let begins = fst::automaton::Str::new(&name).starts_with();
        let mut stream = names.search(begins).into_stream();
        let mut found = Vec::new();
        while let Some((_, value)) = stream.next() {
            found.extend(group(value));
            if found.len() >= most {
                break;
            }
        }
        // The sort is stable: the exact name comes first among the large ones, and among the others.
        found.sort_by_key(|commune| (folded(commune.name) != name, !commune.large));
        found
    }

    pub(super) fn of_postcode(postcode: &str) -> impl Iterator<Item = Commune> {
        let (pairs, _) = POSTCODES.as_chunks::<PAIR>();
        let first = pairs.partition_point(|pair| pair[..FIGURES] < *postcode.as_bytes());
        let same = pairs[first..].iter().take_while(move |pair| pair[..FIGURES] == *postcode.as_bytes());
        same.filter_map(|pair| commune(usize::from(pair[5]) << 16 | usize::from(pair[6]) << 8 | usize::from(pair[7])))
    }

    /// The commune of that postcode with whose name a line ends.
    pub(super) fn ending(postcode: &str, line: &str) -> Option<Commune> {
        let line = folded(line);
        Self::of_postcode(postcode).find(|commune| {
            line.strip_suffix(&folded(commune.name)).is_some_and(|before| before.is_empty() || before.ends_with(' '))
        })
    }

    /// Whether a town and a postcode belong to one commune.
    pub(super) fn agree(&self, postcode: &str, town: &str) -> Agreement {
        let town = folded(town);
        let mut known = false;
        let mut near: Option<(usize, Commune)> = None;
        for commune in Self::of_postcode(postcode) {
            known = true;
            let name = folded(commune.name);
            if name == town {
                return Agreement::Agrees(commune);
            }
            let distance = strsim::osa_distance(&name, &town);
            let allowed = if name.len() > 8 { 2 } else { usize::from(name.len() > 3) };
            if distance <= allowed && near.is_none_or(|(least, _)| distance < least) {
                near = Some((distance, commune));
            }
        }
        if let Some((_, commune)) = near {
            return Agreement::Mistyped(commune);
        }
        let named = self.with_folded(&town);
        match named.iter().find(|commune| commune.has(postcode) || (!known && commune.is_near(postcode))) {
            Some(commune) => Agreement::Agrees(*commune),
            // "69003 Croix-Rousse" names a quarter, "75001 Marseille" is a contradiction.
            None if named.is_empty() => Agreement::Unknown,
            None => Agreement::Differs,
        }
    }
}

/// The communes that the index gives for a name.
fn group(value: u64) -> Vec<Commune> {
    let first = usize::try_from(value >> 16).unwrap_or(usize::MAX);
    let count = usize::try_from(value & 0xffff).unwrap_or_default();
    (first..first.saturating_add(count)).map_while(commune).collect()
}

/// The commune at a place in the order of the folded names.
fn commune(at: usize) -> Option<Commune> {
    let (lines, _) = LINES.as_chunks();
    let start = usize::try_from(u32::from_be_bytes(*lines.get(at)?)).ok()?;
    Commune::read(DATA.get(start..)?.lines().next()?)
}

/// A name folded for comparison: plain letters, one blank between words, "saint" in full, no arrondissement and no
/// CEDEX.
fn folded(name: &str) -> String {
    let mut letters = String::with_capacity(name.len());
    for char in name.chars() {
        fold_char(char, &mut letters);
    }
    let mut folded = String::with_capacity(letters.len());
    for word in letters.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = match word {
            "st" => "saint",
            "ste" => "sainte",
            "cedex" | "arrondissement" | "arr" => continue,
            rank if rank.starts_with(|char: char| char.is_ascii_digit()) => continue,
            word => word,
        };
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// A town that may end an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Town {
    pub postcode: &'static str,
    pub name: &'static str,
}

/// How many towns are suggested, and how many are looked at for them: "Sa" begins thousands of names.
const SUGGESTED: usize = 6;
const LOOKED_AT: usize = 4_000;
/// The fewest letters of a name that are completed.
const LEAST_LETTERS: usize = 2;

impl Vocabulary {
    /// The towns with which an address may end, of which the last words are being typed: by the beginning of their name or of
    /// their postcode. With where those words begin, in characters; the end of the text where there are none.
    pub fn towns(&self, text: &str) -> (usize, Vec<Town>) {
        let mut starts: Vec<usize> = vec![0];
        starts.extend(
            text.char_indices().filter(|(_, c)| c.is_whitespace() || *c == ',').map(|(at, c)| at + c.len_utf8()),
        );
        starts.retain(|at| text[*at..].starts_with(char::is_alphanumeric));
        let first = starts.len().saturating_sub(MAX_WORDS + 1);
        for at in &starts[first..] {
            let (before, rest) = (&text[..*at], text[*at..].trim_end());
            // "12 rue" goes on with the street, though Rue is a town; a street stands before the town.
            let begins_street = self.streets.at(&Text::new(rest), 0).is_some();
            if begins_street && self.streets.find(&Text::new(before)).is_none() {
                continue;
            }
            let found = beginning(rest);
            if !found.is_empty() {
                return (before.chars().count(), found);
            }
        }
        (text.chars().count(), Vec::new())
    }
}

/// The towns that `words` begin: a postcode and perhaps a name, or a name.
fn beginning(words: &str) -> Vec<Town> {
    let (figures, name) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    if figures.len() == FIGURES && figures.bytes().all(|byte| byte.is_ascii_digit()) {
        let name = folded(name);
        let of_postcode = Communes::of_postcode(figures).filter(|commune| folded(commune.name).starts_with(&name));
        return of_postcode
            .filter_map(|commune| {
                let postcode = commune.postcodes.split(' ').find(|own| *own == figures)?;
                Some(Town { postcode, name: commune.name })
            })
            .take(SUGGESTED)
            .collect();
    }
    if words.chars().count() < LEAST_LETTERS || words.starts_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    Communes::get()
        .beginning(words, LOOKED_AT)
        .into_iter()
        .flat_map(|commune| commune.postcodes.split(' ').map(move |postcode| Town { postcode, name: commune.name }))
        .take(SUGGESTED)
        .collect()
}

#[cfg(test)]
mod tests;
