//! Addresses: a number, a street, a postcode and a commune, of which the last two are checked against each other.

use super::{
    ParsedMessage, ValueKind, Vocabulary,
    communes::{Agreement, Commune, Communes, MAX_WORDS},
    number::whole,
    text::{Text, TokenKind},
    vocabulary::TimeWord,
};
use crate::domain::fact::{Address, Value};

/// The longest street and the longest town, in tokens.
const MAX_STREET_TOKENS: usize = 10;
const MAX_TOWN_WORDS: usize = 6;

/// A commune that was named without a street.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedCommune {
    pub(super) address: Address,
    /// The INSEE code, where the commune is certain.
    pub(super) code: Option<&'static str>,
    /// Whether the postcode and the town contradict each other, or several communes have the name.
    pub(super) uncertain: bool,
    /// The position after its last token.
    pub(super) end: usize,
}

impl Vocabulary {
    /// The address that begins at `at`: a number, a street, and perhaps a postcode, a town and a floor.
    pub(super) fn address_at(&self, text: &Text, at: usize) -> Option<(Address, usize)> {
        let (spelled, numbered) = self.house_number_at(text, at)?;
        let mut street = numbered;
        // "38J rue": a letter beside the number, where it begins no street itself ("12r Hugo").
        let suffix = |at: usize| {
            let letter = text.is_word(at) && text.str(at).len() == 1 && self.streets.at(text, at).is_none();
            matches!(text.word(at), "bis" | "ter" | "quater" | "a" | "b" | "c") || (letter && text.is_glued(at))
        };
        while suffix(street) || text.is_mark(street, ',') {
            street += 1;
        }
        let name = self.streets.at(text, street)?.end;
        let name = if text.is_mark(name, '.') { name + 1 } else { name };
        if !text.is_word(name) && !text.is_digits(name) {
            return None;
        }
        let mut end = name;
        while end < text.len() && end < name + MAX_STREET_TOKENS && self.postcode_at(text, end).is_none() {
            if corsican_code_at(text, end).is_some() || self.delivery_at(text, end).is_some() {
                break;
            }
            let closing = match text.token(end).map(|token| token.kind) {
                Some(TokenKind::Mark(',')) => self.after_comma(text, end + 1).is_none(),
                Some(TokenKind::Mark(mark)) => !matches!(mark, '-' | '/' | '°'),
                _ => end > name && self.ends_place(text, end),
            };
            if closing {
                break;
            }
            end += 1;
        }
        let followed = self.postcode_at(text, end).is_some();
        let closing = if followed { None } else { self.closing_town(text, name, end) };
        let line_ends = closing.as_ref().map_or(end, |town| town.from);
        let written = |from: usize| text.written(from..line_ends).trim_end_matches([',', ' ', '-', '–']);
        let line = spelled.map_or_else(|| written(at).to_owned(), |number| format!("{number} {}", written(numbered)));
        let mut address = Address { line, ..Address::default() };
        end = self.delivery_at(text, end).unwrap_or(end);
        if let Some(postcode) = self.postcode_at(text, end) {
            address.postcode = Some(postcode.to_owned());
            end += 1;
            let (town, after) = self.town_at(text, end, postcode);
            address.city = town;
            end = after;
            let complement = if text.is_mark(end, ',') { end + 1 } else { end };
            if let Some(after) = self.complement_at(text, complement) {
                address.line = format!("{}, {}", address.line, text.written(complement..after));
                end = after;
            }
        } else if let Some((commune, after)) = Self::town_without_postcode(text, end) {
            // A commune with one postcode gives it; of several the flow asks which.
            address.city = Some(commune.name.to_owned());
            address.postcode = commune.postcode().map(str::to_owned);
            end = after;
        } else if let Some(town) = closing {
            address.postcode = town.postcode.or_else(|| town.commune.postcode().map(str::to_owned));
            address.city = Some(town.commune.name.to_owned());
        }
        // "Bordeaux (33000)".
        if let Some(town) = &address.city
            && text.is_mark(end, '(')
            && let Some(postcode) = self.postcode_at(text, end + 1)
            && matches!(Communes::get().agree(postcode, town), Agreement::Agrees(_))
        {
            address.postcode = Some(postcode.to_owned());
            end += 2 + usize::from(text.is_mark(end + 2, ')'));
        }
        // "Quatre places" are none in a street, unless a name or a town follows.
        let named = text.written(name..name + 1).starts_with(char::is_uppercase) || address.city.is_some();
        (spelled.is_none() || named).then_some((address, end))
    }

    /// The number of a house: up to four figures, or words, whose value is given too.
    fn house_number_at(&self, text: &Text, at: usize) -> Option<(Option<i64>, usize)> {
        if text.is_digits(at) {
            return (text.str(at).len() <= 4).then_some((None, at + 1));
        }
        let number = self.number_at(text, at).filter(|number| !number.article)?;
        let value = whole(number.value).filter(|value| (2..10_000).contains(value) && number.value.fract() == 0.0)?;
        Some((Some(value), number.end))
    }

    /// The town at the end of a street without a comma before it: a large one ("12 rue des Lilas Dijon"), perhaps with its district
    /// ("Lyon 3"), or any after "à". A name of the street itself ("rue de Lyon") is none.
    fn closing_town(&self, text: &Text, name: usize, end: usize) -> Option<ClosingTown> {
        let (district, last) = district_at(text, name, end);
        let led = (name + 1..end).find(|&at| text.word(at) == "a");
        let start = led.map_or(last, |at| at + 1);
        if start <= name || !text.is_word(last) {
            return None;
        }
        let communes = Communes::get().named(text.written(start..last + 1));
        let mut large = communes.iter().filter(|commune| commune.large);
        let only_large = large.next().filter(|_| large.next().is_none()).copied();
        let commune = match (led, communes.as_slice()) {
            (Some(_), [only]) => *only,
            _ => only_large?,
        };
        let part_of_name = led.is_none() && (self.is_article(text, start - 1) || is_saint(text.word(start - 1)));
        let postcode = district.map(|number| district_code(commune.name, number)).unwrap_or_default();
        (!part_of_name && (district.is_none() || postcode.is_some())).then(|| ClosingTown {
            commune,
            postcode,
            from: led.unwrap_or(start),
        })
    }

    /// The town after a street, where a comma or an INSEE code of Corsica stands before it.
    fn town_without_postcode(text: &Text, at: usize) -> Option<(Commune, usize)> {
        let start = corsican_code_at(text, at).or_else(|| text.is_mark(at, ',').then_some(at + 1))?;
        let (communes, end) = named_at(text, start)?;
        let written = text.written(start..end);
        let capital = written.starts_with(char::is_uppercase) && written.len() > 2;
        let mut large = communes.iter().filter(|commune| commune.large);
        let commune = match communes.as_slice() {
            [only] => *only,
            _ => *large.next().filter(|_| large.next().is_none())?,
        };
        (capital || commune.large).then_some((commune, end))
    }

    /// "CS 91704", ", BP 12,": the position after it.
    fn delivery_at(&self, text: &Text, at: usize) -> Option<usize> {
        let start = if text.is_mark(at, ',') { at + 1 } else { at };
        let end = self.deliveries.at(text, start)?.end;
        let end = text.is_digits(end).then_some(end + 1)?;
        Some(if text.is_mark(end, ',') { end + 1 } else { end })
    }

    /// A French postcode: five figures, 01000 to 98999.
    fn postcode_at<'a>(&self, text: &'a Text, at: usize) -> Option<&'a str> {
        let delivery =
            at > 0 && text.is_digits(at) && self.deliveries.at(text, at - 1).is_some_and(|found| found.end == at);
        if delivery { None } else { postcode_at(text, at) }
    }

    /// An address where one was asked for: without a street there may be a postcode, or a figure and a name.
    pub(super) fn loose_address(&self, parsed: &ParsedMessage) -> Option<Address> {
        let text = &parsed.text;
        let line = text.original().trim().to_owned();
        if let Some((at, postcode)) = (0..text.len()).find_map(|at| Some((at, self.postcode_at(text, at)?))) {
            let (city, end) = self.town_at(text, at + 1, postcode);
            // "boulevard du port 76000 rouen" says its town once.
            let is_last = (end..text.len()).all(|at| text.is_mark(at, '.'));
            let street = text.written(0..at).trim_end_matches([',', ' ', '-', '–']);
            let line = if is_last && !street.is_empty() { street.to_owned() } else { line };
            return Some(Address { line, postcode: Some(postcode.to_owned()), city, ..Address::default() });
        }
        let words = (0..text.len()).filter(|&at| text.is_word(at)).count();
        let figures = (0..text.len()).any(|at| text.is_digits(at));
        let street = self.streets.find(text).is_some();
        let timed = parsed.values.iter().any(|found| found.kind == ValueKind::Time);
        let listed = figures || (0..text.len()).any(|at| text.is_mark(at, ','));
        let abroad = listed && words <= MAX_STREET_TOKENS && self.ends_in_country(text);
        let plausible = words >= 2 && (street || abroad || (figures && !timed));
        // "Route de Narbonne, Toulouse", "à Nantes, rue Crébillon".
        let after_comma = || {
            let towns = (0..text.len())
                .filter_map(|at| Self::town_without_postcode(text, at).filter(|_| text.is_mark(at, ',')));
            towns
                .filter(|(_, end)| *end == text.len())
                .map(|(town, _)| (town.name.to_owned(), town.postcode().map(str::to_owned)))
                .next()
        };
        let mut named = parsed.values.iter().filter(|found| found.kind == ValueKind::Commune && !abroad);
        let alone = named.next().filter(|_| named.next().is_none()).and_then(|found| match &found.value {
            Value::Address(place) => Some((place.city.clone()?, place.postcode.clone())),
            _ => None,
        });
        let (city, postcode) = alone.or_else(after_comma).unzip();
        plausible.then(|| Address { line, city, postcode: postcode.flatten(), ..Address::default() })
    }

    /// Whether a place is abroad: it ends in a country. "Place d'Italie" and "rue du Luxembourg" are in France.
    pub fn is_abroad(&self, place: &str) -> bool {
        self.ends_in_country(&Text::new(place))
    }

    fn ends_in_country(&self, text: &Text) -> bool {
        let end = (0..text.len()).rev().find(|&at| text.is_word(at)).map_or(0, |at| at + 1);
        (0..end).any(|at| {
            let of_a_street = at > 0 && matches!(text.word(at - 1), "de" | "d" | "du" | "des");
            !of_a_street && self.countries.at(text, at).is_some_and(|found| found.end == end)
        })
    }

    /// Whether a comma before `at` stands within an address: the next part of one follows it.
    fn after_comma(&self, text: &Text, at: usize) -> Option<()> {
        let near = (at..at + 4).any(|next| self.postcode_at(text, next).is_some());
        (near || self.complement_at(text, at).is_some()).then_some(())
    }

    /// The town's name after a postcode: the words that the postcode's communes have, else all that could be a name.
    fn town_at(&self, text: &Text, at: usize, postcode: &str) -> (Option<String>, usize) {
        let mut end = at;
        while end < at + MAX_TOWN_WORDS
            && text.is_word(end)
            && text.word(end) != "cedex"
            && !self.ends_place(text, end)
            && self.complement_at(text, end).is_none()
        {
            end += 1;
        }
        let known = |end: usize| match Communes::get().agree(postcode, text.written(at..end)) {
            Agreement::Agrees(commune) | Agreement::Mistyped(commune) => Some((commune.name.to_owned(), end)),
            Agreement::Unknown | Agreement::Differs => None,
        };
        let town;
        (town, end) = (at + 1..=end).rev().find_map(known).unwrap_or_else(|| (text.written(at..end).to_owned(), end));
        // "Bordeaux CEDEX 1".
        if text.word(end) == "cedex" {
            end += 1 + usize::from(text.is_digits(end + 1) && text.str(end + 1).len() <= 2);
        }
        ((!town.is_empty()).then_some(town), end)
    }

    /// "2e étage", "bât B", "appt 12", "rdc".
    pub(super) fn complement_at(&self, text: &Text, at: usize) -> Option<usize> {
        let mut end = at;
        let mut named = false;
        while end < at + 8 {
            if let Some((_, after)) = self.rank_at(text, end)
                && let Some(word) = self.complements.at(text, after)
            {
                (named, end) = (true, word.end);
            } else if let Some(word) = self.complements.at(text, end) {
                named = true;
                end = word.end;
                if text.is_digits(end) || text.str(end).len() == 1 && text.is_word(end) {
                    end += 1;
                }
            } else if named && text.is_mark(end, ',') && self.complements.at(text, end + 1).is_some() {
                end += 1;
            } else {
                break;
            }
        }
        named.then_some(end)
    }

    /// Whether no place's name contains the word at `at`.
    fn ends_place(&self, text: &Text, at: usize) -> bool {
        let time = matches!(
            self.time.at(text, at).map(|found| found.tag),
            Some(TimeWord::Day(_) | TimeWord::Weekday(_) | TimeWord::Since | TimeWord::Now | TimeWord::AgoBefore)
        );
        time || self.place_ends.at(text, at).is_some() || self.polite.at(text, at).is_some()
    }

    /// A commune with its postcode ("69003 Lyon", "Lyon (69003)"), or after a word that places follow ("à Grenoble").
    pub(super) fn place_at(&self, text: &Text, at: usize) -> Option<NamedCommune> {
        if let Some(postcode) = self.postcode_at(text, at) {
            return self.place_by_postcode(text, at, postcode);
        }
        let led = at > 0
            && (self.place_words.at(text, at - 1).is_some()
                || (at > 1 && self.place_words.at(text, at - 2).is_some_and(|found| found.end == at)));
        if !led || !text.is_word(at) {
            return None;
        }
        let (communes, end) = named_at(text, at)?;
        let written = text.written(at..end);
        let capital = written.starts_with(char::is_uppercase);
        let believed =
            (capital && written.len() > 2) || (written.len() > 4 && communes.iter().any(|commune| commune.large));
        if !believed {
            return None;
        }
        // "Lyon 69003", "Lyon (69003)".
        let code = if text.is_mark(end, '(') { end + 1 } else { end };
        if let Some(postcode) = self.postcode_at(text, code)
            && let Agreement::Agrees(commune) = Communes::get().agree(postcode, written)
        {
            let end = if text.is_mark(code + 1, ')') { code + 2 } else { code + 1 };
            return Some(NamedCommune::of(commune, Some(postcode), false, end));
        }
        match communes.as_slice() {
            [only] => Some(NamedCommune::of(*only, only.postcode(), false, end)),
            // Of several communes with that name, the only large one is meant.
            several => {
                let mut large = several.iter().filter(|commune| commune.large);
                if let (Some(only), None) = (large.next(), large.next()) {
                    return Some(NamedCommune::of(*only, only.postcode(), false, end));
                }
                let city = several.first().map(|commune| commune.name.to_owned());
                Some(NamedCommune { address: Address { city, ..Address::default() }, code: None, uncertain: true, end })
            }
        }
    }

    fn place_by_postcode(&self, text: &Text, at: usize, postcode: &str) -> Option<NamedCommune> {
        let communes = Communes::get();
        let (town, end) = self.town_at(text, at + 1, postcode);
        // The town may be shorter than the words that follow: "69003 Lyon fuite d'eau".
        let agreement = (at + 2..=end).rev().find_map(|end| {
            let agreement = communes.agree(postcode, text.written(at + 1..end));
            matches!(agreement, Agreement::Agrees(_) | Agreement::Mistyped(_)).then_some((agreement, end))
        });
        if let Some((Agreement::Agrees(commune) | Agreement::Mistyped(commune), end)) = agreement {
            return Some(NamedCommune::of(commune, Some(postcode), false, end));
        }
        // Five figures alone are a postcode only after a word that places follow, or before a town that they
        // contradict.
        let led = at > 0 && self.place_words.at(text, at - 1).is_some() && !is_estimated(text, at);
        let differs = town.as_deref().is_some_and(|town| communes.agree(postcode, town) == Agreement::Differs);
        let mut here = Communes::of_postcode(postcode);
        let (first, second) = (here.next()?, here.next());
        if !(led || differs) {
            return None;
        }
        let end = if differs { end } else { at + 1 };
        if second.is_none() {
            return Some(NamedCommune::of(first, Some(postcode), differs, end));
        }
        let address = Address { postcode: Some(postcode.to_owned()), ..Address::default() };
        Some(NamedCommune { address, code: None, uncertain: differs, end })
    }

    /// The commune that the whole answer names, with at most one typing mistake.
    pub(super) fn named_place(&self, text: &Text) -> Option<Address> {
        let start = (0..text.len())
            .find(|&at| self.place_words.at(text, at).is_none() && self.polite.at(text, at).is_none())?;
        let written = text.written(start..text.len());
        if text.len() > start + MAX_WORDS || !text.is_word(start) {
            return None;
        }
        let communes = Communes::get();
        let commune = match communes.named(written).as_slice() {
            [only] => *only,
            [] => communes.mistyped(written)?,
            several => *several.iter().find(|commune| commune.large)?,
        };
        Some(NamedCommune::of(commune, commune.postcode(), false, 0).address)
            .filter(|address| address.postcode.is_some())
    }
}

impl NamedCommune {
    fn of(commune: Commune, postcode: Option<&str>, uncertain: bool, end: usize) -> Self {
        let city = (!uncertain).then(|| commune.name.to_owned());
        let address = Address { postcode: postcode.map(str::to_owned), city, ..Address::default() };
        Self { address, code: (!uncertain).then_some(commune.code), uncertain, end }
    }
}

/// A town that ends a street.
struct ClosingTown {
    commune: Commune,
    postcode: Option<String>,
    /// Where the street ends.
    from: usize,
}

/// The district that ends a street ("Lyon 3", "Paris 11e"), and the position of the last word before it.
fn district_at(text: &Text, name: usize, end: usize) -> (Option<u64>, usize) {
    let last = end.saturating_sub(1);
    let figures = if text.is_digits(last) || !text.is_glued(last) { last } else { last.saturating_sub(1) };
    match text.digits(figures).filter(|_| figures > name) {
        Some(number) => (Some(number), figures - 1),
        None => (None, last),
    }
}

/// The postcode of a district of the three towns that have them.
fn district_code(town: &str, number: u64) -> Option<String> {
    let (first, most) = match town {
        "Paris" => (75_000, 20),
        "Lyon" => (69_000, 9),
        "Marseille" => (13_000, 16),
        _ => return None,
    };
    (1..=most).contains(&number).then(|| (first + number).to_string())
}

fn is_saint(word: &str) -> bool {
    matches!(word, "saint" | "sainte" | "st" | "ste" | "faubourg")
}

/// Whether a word before `at` says that a sum follows: "estimé à 12000".
fn is_estimated(text: &Text, at: usize) -> bool {
    let stems = ["estim", "evalu", "chiffr", "elev", "devis", "mont", "factur", "prix", "rembours"];
    (at.saturating_sub(4)..at).any(|at| stems.iter().any(|stem| text.word(at).starts_with(stem)))
}

/// Takes the town of an address from its line, where it is missing. True when the town and the postcode contradict each
/// other.
pub(super) fn check(address: &mut Address) -> bool {
    let Some(postcode) = &address.postcode else { return false };
    let Some(town) = &address.city else {
        // "75 rue de la Paix à Paris 75002": here the town stands before its postcode, at the end of the line.
        let mut here = Communes::of_postcode(postcode);
        let only = here.next().filter(|_| here.next().is_none());
        let town = Communes::ending(postcode, &address.line).or(only);
        address.city = town.map(|commune| commune.name.to_owned());
        return false;
    };
    match Communes::get().agree(postcode, town) {
        Agreement::Agrees(_) | Agreement::Mistyped(_) | Agreement::Unknown => false,
        Agreement::Differs => true,
    }
}

/// The communes with the longest name that begins at `at`, and the token after it.
fn named_at(text: &Text, at: usize) -> Option<(Vec<Commune>, usize)> {
    let words = (at..text.len().min(at + MAX_WORDS)).take_while(|&at| text.is_word(at)).count();
    (at + 1..=at + words).rev().find_map(|end| {
        let found = Communes::get().named(text.written(at..end));
        (!found.is_empty()).then_some((found, end))
    })
}

/// The position after an INSEE code of Corsica, which is no postcode: "2B096".
fn corsican_code_at(text: &Text, at: usize) -> Option<usize> {
    let code = text.str(at) == "2"
        && matches!(text.word(at + 1), "a" | "b")
        && text.is_digits(at + 2)
        && text.str(at + 2).len() == 3
        && text.is_glued(at + 1)
        && text.is_glued(at + 2);
    code.then_some(at + 3)
}

/// Five figures that a postcode can be, whatever stands before them.
fn postcode_at(text: &Text, at: usize) -> Option<&str> {
    let figures = text.str(at);
    let postcode = figures.len() == 5 && text.digits(at).is_some_and(|code| (1_000..99_000).contains(&code));
    // "12000 euros" is an amount.
    let money = text.is_mark(at + 1, '€') || matches!(text.word(at + 1), "euro" | "euros" | "e" | "eur");
    (postcode && !money).then_some(figures)
}
