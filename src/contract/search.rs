//! The keys by which a policy is found from what people remember of it.

use jiff::civil::Date;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Policy;

/// How many words of a name are tried: whoever writes more wrote a sentence.
const MAX_WORDS: usize = 5;

/// A policy's number as a key, without what people add or leave out: spaces, dashes, case.
pub fn number_key(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// A name as a key, without accents, case, spaces and dashes.
pub fn name_key(name: &str) -> String {
    name.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphabetic())
        .collect()
}

/// The keys of the last names that a person may have meant: all the words, or those that remain without a first name
/// before or after them ("Maëlle Le Gall", "LE GALL Maëlle").
pub fn name_keys(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().take(MAX_WORDS).collect();
    let mut keys = vec![name_key(name)];
    for left_out in 1..words.len() {
        keys.push(name_key(&words[left_out..].concat()));
        keys.push(name_key(&words[..words.len() - left_out].concat()));
    }
    keys.retain(|key| key.len() > 1);
    keys.dedup();
    keys
}

/// Picks the one policy among namesakes by the birth date or the postcode; none when several remain. A policy whose
/// holder was born on another day is never picked, whatever the postcode: a doubtful match would show somebody else's
/// policy.
pub fn pick<'a>(
    candidates: impl IntoIterator<Item = &'a Policy>,
    birth_date: Option<Date>,
    postcode: Option<&str>,
) -> Option<&'a Policy> {
    let mut best: Vec<&Policy> = Vec::new();
    let mut most = 1;
    for policy in candidates {
        let born = birth_date.is_some() && policy.birth_date == birth_date;
        let other = birth_date.is_some() && policy.birth_date.is_some() && !born;
        if other {
            continue;
        }
        let lives = postcode.is_some() && policy.postcode.as_deref() == postcode;
        let agrees = usize::from(born) + usize::from(lives);
        if agrees > most {
            best.clear();
            most = agrees;
        }
        if agrees == most && !best.iter().any(|other| other.number == policy.number) {
            best.push(policy);
        }
    }
    match best.as_slice() {
        [policy] => Some(policy),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
