//! The communes of France: their names, INSEE codes and postcodes, compiled into the program. They are indexed once, by
//! [`index_communes`] when a service starts, or when the first place is looked up.
//!
//! Names are compared without case, accents and hyphens, with "st" for "saint", and with typing mistakes. Only today's
//! communes are known: no hamlets, former communes or places abroad. `communes/pack.py` makes the data.

use std::sync::LazyLock;

use fst::{Automaton as _, IntoStreamer as _, Streamer as _, automaton::Levenshtein};

use super::text::fold_char;

const DATA: &str = include_str!("communes/communes.csv");

/// The most words in a commune's name: "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson" has seven.
pub(super) const MAX_WORDS: usize = 7;

static COMMUNES: LazyLock<Communes> = LazyLock::new(Communes::index);

/// Indexes the communes, which takes some tens of milliseconds, so that the first message does not wait for it.
pub fn index_communes() {
    LazyLock::force(&COMMUNES);
}

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
    /// Sorted by folded name.
    all: Vec<Commune>,
    /// Folded names, each with the first of its communes and their number.
    names: fst::Map<Vec<u8>>,
    /// Sorted pairs of a postcode and a commune.
    postcodes: Vec<(&'static str, u32)>,
}

impl Communes {
    pub(super) fn get() -> &'static Self {
        &COMMUNES
    }

    fn index() -> Self {
        let mut named: Vec<(String, Commune)> = DATA
            .lines()
            .filter_map(|line| {
                let mut fields = line.split(';');
                let (name, code, postcodes) = (fields.next()?, fields.next()?, fields.next()?);
                Some((folded(name), Commune { name, code, postcodes, large: fields.next().is_some() }))
            })
            .collect();
        named.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut names: Vec<(&str, u64)> = Vec::with_capacity(named.len());
        let mut postcodes = Vec::with_capacity(named.len());
        for (at, (name, commune)) in (0u32..).zip(&named) {
            match names.last_mut() {
                Some((last, value)) if *last == name.as_str() => *value += 1,
                _ => names.push((name, u64::from(at) << 16 | 1)),
            }
            // Uninhabited islands have no postcode.
            let own = commune.postcodes.split(' ').filter(|postcode| !postcode.is_empty());
            postcodes.extend(own.map(|postcode| (postcode, at)));
        }
        postcodes.sort_unstable();
        // The names are sorted and distinct, so the map can be built.
        let names = fst::Map::from_iter(names).unwrap_or_default();
        Self { names, postcodes, all: named.into_iter().map(|(_, commune)| commune).collect() }
    }

    /// The communes of that name.
    pub(super) fn named(&self, name: &str) -> &[Commune] {
        self.names.get(folded(name)).map_or(&[], |value| self.group(value))
    }

    fn group(&self, value: u64) -> &[Commune] {
        let first = usize::try_from(value >> 16).unwrap_or(usize::MAX);
        let count = usize::try_from(value & 0xffff).unwrap_or_default();
        self.all.get(first..first.saturating_add(count)).unwrap_or_default()
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
        let mut found = self.names.search(automaton.intersection(first)).into_stream();
        let mut near = Vec::new();
        while let Some((_, value)) = found.next() {
            near.extend_from_slice(self.group(value));
        }
        match near.as_slice() {
            [only] => Some(*only),
            several => {
                let mut large = several.iter().filter(|commune| commune.large);
                large.next().filter(|_| large.next().is_none()).copied()
            }
        }
    }

    pub(super) fn of_postcode(&self, postcode: &str) -> impl Iterator<Item = Commune> {
        let first = self.postcodes.partition_point(|(code, _)| *code < postcode);
        let same = self.postcodes[first..].iter().take_while(move |(code, _)| *code == postcode);
        same.filter_map(|(_, at)| self.all.get(usize::try_from(*at).ok()?).copied())
    }

    /// The commune of that postcode with whose name a line ends.
    pub(super) fn ending(&self, postcode: &str, line: &str) -> Option<Commune> {
        let line = folded(line);
        self.of_postcode(postcode).find(|commune| {
            line.strip_suffix(&folded(commune.name)).is_some_and(|before| before.is_empty() || before.ends_with(' '))
        })
    }

    /// Whether a town and a postcode belong to one commune.
    pub(super) fn agree(&self, postcode: &str, town: &str) -> Agreement {
        let town = folded(town);
        let mut known = false;
        let mut near: Option<(usize, Commune)> = None;
        for commune in self.of_postcode(postcode) {
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
        let named = self.names.get(&town).map_or(&[][..], |value| self.group(value));
        match named.iter().find(|commune| commune.has(postcode) || (!known && commune.is_near(postcode))) {
            Some(commune) => Agreement::Agrees(*commune),
            // "69003 Croix-Rousse" names a quarter, "75001 Marseille" is a contradiction.
            None if named.is_empty() => Agreement::Unknown,
            None => Agreement::Differs,
        }
    }
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

#[cfg(test)]
mod tests;
