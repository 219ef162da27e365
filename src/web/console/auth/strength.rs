//! Whether a password is one that others try first: those that were found in breaches, what keyboards and calendars suggest,
//! and the names of its owner. The list is in the program: nothing is asked of anybody.

use std::{collections::HashSet, sync::LazyLock};

/// Passwords that breaches showed to be common (the list of zxcvbn, under the MIT licence), and French ones.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("passwords.txt").lines().collect());
/// Rows of keys, letters and figures in their order.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
];
/// So many letters beside what is known, or fewer, make no other password of it.
const BESIDE: usize = 3;
/// A password of so few different letters is no better than a short one.
const FEW: usize = 5;
/// A name that is shorter stands in too many words.
const LEAST_NAME: usize = 3;

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It is on the lists of those who guess.
    Common,
    /// The name or login of its owner, or the service's, stands in it.
    Name,
}

/// What is weak about a password of somebody who logs in as `login` and is called `name`.
pub fn weakness(password: &str, login: &str, name: &str) -> Option<Weak> {
    let spelled = password.to_lowercase();
    let mut names = login.split(|c: char| !c.is_alphanumeric()).chain(name.split_whitespace()).chain(["guichet"]);
    if names.any(|name| name.chars().count() >= LEAST_NAME && spelled.contains(&name.to_lowercase())) {
        return Some(Weak::Name);
    }
    let is_common = |text: &str| COMMON.contains(text);
    let core = |text: &str| text.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let (inner, read) = (core(&spelled), unspelled(&spelled));
    let letters: HashSet<char> = spelled.chars().collect();
    let is_weak = letters.len() < FEW
        || [&spelled, &inner, &read, &core(&read), &unspelled(&inner)].into_iter().any(|text| is_common(text))
        || spelled.chars().count() - longest_row(&spelled) <= BESIDE
        || halves(&spelled);
    is_weak.then_some(Weak::Common)
}

/// With letters in place of the figures and signs that are written for them.
fn unspelled(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    text.chars().map(letter).collect()
}

/// How many letters one behind the other stand so on a keyboard, in the alphabet or in counting, forwards or backwards.
fn longest_row(text: &str) -> usize {
    let letters: Vec<char> = text.chars().collect();
    let mut longest = 0;
    for from in 0..letters.len() {
        for to in (from + longest + 1)..=letters.len() {
            let part: String = letters[from..to].iter().collect();
            let back: String = part.chars().rev().collect();
            if ROWS.iter().any(|row| row.contains(&part) || row.contains(&back)) {
                longest = to - from;
            } else {
                break;
            }
        }
    }
    longest
}

/// Whether it is one short thing again and again.
fn halves(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 2)
        .any(|size| letters.len().is_multiple_of(size) && letters.chunks(size).all(|part| part == &letters[..size]))
}

#[cfg(test)]
mod tests;
