//! Going on elsewhere: the code or the link by which a person takes their conversation to another channel, and how it is
//! recognised when it comes back.
//!
//! A code is what people type: eight letters and digits that cannot be taken for a word or for each other. A link holds
//! 128 random bits. Both are good once and for a while, and only their hashes are stored.

use jiff::{Timestamp, ToSpan};

use super::error::ConversationError;
use crate::domain::{contact::Proof, message::Channel, token::hash};

/// No vowels, so that no word comes out; none of 0, 1, L, S and U, which sound or look like others.
const ALPHABET: &[u8; 25] = b"23456789BCDFGHJKMNPQRTVWX";
const CODE_LENGTH: usize = 8;
/// A code is typed at once.
const CODE_MINUTES: i64 = 30;
/// A link may wait for the evening.
const LINK_HOURS: i64 = 24;
/// As the link that the chat itself gives.
const CHAT_LINK_DAYS: i64 = 7;
/// Whoever writes more than this beside a code writes something else.
const MAX_WORDS_BESIDE: usize = 3;
/// How much of an e-mail is looked at for a code.
const MAX_WORDS_READ: usize = 300;

/// The secret by which a person goes on by another channel: a code that is typed, or the token of a link.
pub(super) fn secret(to: Channel) -> Result<String, ConversationError> {
    match to {
        Channel::Sms | Channel::Email => code(),
        Channel::Telegram | Channel::Web => token(),
    }
}

/// Until when a secret is good.
pub(super) fn expires_at(to: Channel, now: Timestamp) -> Timestamp {
    now + match to {
        Channel::Sms | Channel::Email => CODE_MINUTES.minutes(),
        Channel::Telegram => LINK_HOURS.hours(),
        Channel::Web => (24 * CHAT_LINK_DAYS).hours(),
    }
}

/// A secret as the person is told it: a code in two halves, the chat's short address, Telegram's start parameter.
pub(super) fn shown(to: Channel, secret: String, public_url: &str) -> String {
    match to {
        Channel::Sms | Channel::Email => match secret.split_at_checked(CODE_LENGTH / 2) {
            Some((one, two)) => format!("{one}-{two}"),
            None => secret,
        },
        Channel::Web => chat_link(public_url, &secret),
        Channel::Telegram => secret,
    }
}

/// The short address of the chat that goes on with a conversation.
fn chat_link(public_url: &str, token: &str) -> String {
    format!("{}/c/{token}", public_url.trim_end_matches('/'))
}

/// A secret that came with a message, and may open a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    pub secret_hash: String,
    /// How it proves the address that it came from.
    pub proof: Proof,
    /// It is meant as one: whoever sent it must be told if it is none.
    pub is_meant: bool,
}

/// Finds the secret in what came: a link's token, a message that is a code, an e-mail that holds one.
pub fn presented(channel: Channel, token: Option<&str>, text: &str) -> Option<Presented> {
    if let Some(token) = token {
        let token = token.trim();
        let (secret, proof) = as_code(token).map_or((token.to_owned(), Proof::Link), |code| (code, Proof::Code));
        // An e-mail's token may name the thread that it answers.
        return Some(Presented { secret_hash: hash(&secret), proof, is_meant: channel != Channel::Email });
    }
    let words: Vec<&str> = text.split_whitespace().take(MAX_WORDS_READ).collect();
    let found = if channel == Channel::Email {
        // Among so many words only a code that is written as we write it is one.
        words.iter().find_map(|word| as_code(word).filter(|_| word.contains('-')))?
    } else {
        if words.len() > MAX_WORDS_BESIDE + 1 {
            return None;
        }
        let halves = words.windows(2).filter(|pair| pair.iter().all(|half| half.len() == CODE_LENGTH / 2));
        let alone = words.iter().find_map(|word| as_code(word));
        alone.or_else(|| halves.map(<[&str]>::concat).find_map(|both| as_code(&both)))?
    };
    let is_meant = channel != Channel::Email && (words.len() > 1 || text.contains('-'));
    Some(Presented { secret_hash: hash(&found), proof: Proof::Code, is_meant })
}

/// The code that a word is, as it was made: in capitals, without what stands around it.
fn as_code(word: &str) -> Option<String> {
    let word = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let code: String = word.chars().filter(|letter| *letter != '-').map(|letter| letter.to_ascii_uppercase()).collect();
    let known = code.len() == CODE_LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
    (known && is_mixed(code.as_bytes())).then_some(code)
}

/// Letters and digits: neither a number nor an abbreviation.
fn is_mixed(code: &[u8]) -> bool {
    code.iter().any(u8::is_ascii_digit) && code.iter().any(u8::is_ascii_alphabetic)
}

fn code() -> Result<String, ConversationError> {
    // Ten whole alphabets: bytes beyond them would favour its first letters.
    const FAIR: u8 = 250;
    loop {
        let mut bytes = [0; 4 * CODE_LENGTH];
        getrandom::fill(&mut bytes).map_err(ConversationError::NoRandomness)?;
        let fair = bytes.iter().filter(|byte| **byte < FAIR).take(CODE_LENGTH);
        let code: Vec<u8> = fair.map(|byte| ALPHABET[usize::from(*byte) % ALPHABET.len()]).collect();
        if code.len() == CODE_LENGTH && is_mixed(&code) {
            return Ok(code.into_iter().map(char::from).collect());
        }
    }
}

fn token() -> Result<String, ConversationError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(ConversationError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests;
