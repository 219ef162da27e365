//! Going on elsewhere: the code or the link by which a person takes their conversation to another channel, and how one is
//! known again when it comes back.
//!
//! A code is what people type: eight letters and digits that cannot be taken for a word or for each other. A link holds
//! 128 random bits. Both are good once and for a while, and only their hashes are stored.

use jiff::{Timestamp, ToSpan};

use super::ConversationError;
use crate::{
    domain::{contact::Proof, id::ConversationId, message::Channel, token::hash},
    store::ChannelSwitchRow,
};

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

/// Makes a way to another channel: what is said to the person, and the row that opens it.
pub(super) fn open(
    conversation: ConversationId,
    to: Channel,
    now: Timestamp,
) -> Result<(String, ChannelSwitchRow), ConversationError> {
    let (secret, expires_at) = match to {
        Channel::Sms | Channel::Email => (code()?, now + CODE_MINUTES.minutes()),
        Channel::Telegram => (token()?, now + LINK_HOURS.hours()),
        Channel::Web => (token()?, now + (24 * CHAT_LINK_DAYS).hours()),
    };
    let row = ChannelSwitchRow { secret_hash: hash(&secret), conversation, to, expires_at };
    let shown = if secret.len() == CODE_LENGTH { format!("{}-{}", &secret[..4], &secret[4..]) } else { secret };
    Ok((shown, row))
}

/// The short address of the chat that goes on with a conversation.
pub(super) fn chat_link(public_url: &str, token: &str) -> String {
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
