//! How a policy is found by what people remember of it.

use jiff::civil::Date;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Policy;

/// The words of a long name that are tried: beyond them a sentence was written for a name.
const MAX_WORDS: usize = 5;

/// A policy's number without what people add or leave out: spaces, dashes, case.
pub fn number_key(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// A name without accents, case, spaces and dashes.
pub fn name_key(name: &str) -> String {
    name.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphabetic())
        .collect()
}

/// What a person may have meant by a last name: all of it, or what is left of it without the first name that they wrote
/// before or after ("Maëlle Le Gall", "LE GALL Maëlle").
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

/// The one policy among namesakes that the birth date or the postcode tells; none when that leaves several. A birth date
/// that is not the holder's is somebody else's, whatever the postcode: a policy is shown to nobody on a doubt.
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
