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

/// What is known of whoever asks for a policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asker<'a> {
    pub number: Option<&'a str>,
    pub name: Option<&'a str>,
    pub birth_date: Option<Date>,
    /// The number and the address from which they write, as their channel gives them.
    pub phone: Option<&'a str>,
    pub email: Option<&'a str>,
}

/// Whether it is the holder who asks: they write from the policy's own phone or mailbox, or know the birth date beside
/// the number or the name. A number alone, or a name with a postcode, stands on papers that others hold too.
pub fn is_holder(policy: &Policy, asker: &Asker) -> bool {
    let calls = asker.phone.zip(policy.phone.as_deref()).is_some_and(|(one, other)| one == other);
    let mails = asker.email.zip(policy.email.as_deref()).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other));
    let born = asker.birth_date.is_some() && asker.birth_date == policy.birth_date;
    let by_number = asker.number.is_some_and(|number| number_key(number) == number_key(&policy.number));
    let by_name = asker.name.is_some_and(|name| name_keys(name).contains(&name_key(&policy.last_name)));
    calls || mails || (born && (by_number || by_name))
}

#[cfg(test)]
mod tests;
