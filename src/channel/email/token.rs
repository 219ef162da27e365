//! The tokens by which a reply cites its conversation: signed, so that nobody can forge one, and readable without the
//! store.
//!
//! A token stands in the Message-ID of everything that we send, and in the plus-address where the mailbox supports it.
//! It tells which conversation is answered and never who answers: a message is forwarded with one click, and with it
//! the token.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::domain::id::ConversationId;

/// The length of a conversation's identifier.
const ID_BYTES: usize = 16;
/// The length of the truncated signature. 64 bits are enough: each guess costs a message, and a right one only makes a
/// proposal to a handler.
const MAC_BYTES: usize = 8;
/// The alphabet of RFC 4648's Base32 in lower case: letters and digits of one case, which no mail server changes.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// The number of characters of a token.
pub(super) const LENGTH: usize = (ID_BYTES + MAC_BYTES) * 8 / 5 + 1;

/// Makes and reads the tokens of one account.
#[derive(Clone)]
pub(super) struct Tokens {
    mac: Hmac<Sha256>,
    domain: String,
}

impl Tokens {
    /// The tokens of the account with this address. `key` is the program's own secret.
    pub(super) fn new(key: &[u8], address: &str) -> Self {
        // HMAC pads a shorter key with zeros to the hash's block length; this does the same, so that no error is
        // possible.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&Sha256::digest(key));
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(b"e-mail|");
        mac.update(address.as_bytes());
        mac.update(b"|");
        let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
        Self { mac, domain: domain.to_owned() }
    }

    /// The token of a conversation: [`LENGTH`] characters.
    pub(super) fn token(&self, conversation: ConversationId) -> String {
        let id = bytes_of(conversation);
        encode(&[id.as_slice(), &self.sign(&id)].concat())
    }

    /// The conversation of a token; none where the token is not ours.
    pub(super) fn read(&self, token: &str) -> Option<ConversationId> {
        let bytes = decode(token)?;
        let (id, mac) = bytes.split_at_checked(ID_BYTES)?;
        if !bool::from(self.sign(id).ct_eq(mac)) {
            return None;
        }
        hex::encode(id).parse().ok()
    }

    /// The Message-ID of one of our messages, without the angle brackets: the same for each try.
    pub(super) fn message_id(&self, conversation: ConversationId, outbound: &str) -> String {
        let digest = Sha256::digest(outbound);
        format!("{}.{}@{}", self.token(conversation), hex::encode(&digest[..8]), self.domain)
    }

    /// The conversation of a Message-ID; none where it is not ours.
    pub(super) fn read_message_id(&self, id: &str) -> Option<ConversationId> {
        let (local, domain) = id.rsplit_once('@')?;
        let (token, _) = local.split_once('.')?;
        if domain.eq_ignore_ascii_case(&self.domain) { self.read(token) } else { None }
    }

    fn sign(&self, id: &[u8]) -> [u8; MAC_BYTES] {
        let mut mac = self.mac.clone();
        mac.update(id);
        let mut short = [0; MAC_BYTES];
        short.copy_from_slice(&mac.finalize().into_bytes()[..MAC_BYTES]);
        short
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

/// The words of a subject that look like a dossier's reference (`K7QF-93MX`), in upper case.
pub(super) fn references(subject: &str) -> impl Iterator<Item = String> {
    let words = subject.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_reference =
        |word: &&str| word.len() == 9 && word.bytes().enumerate().all(|(at, c)| (c == b'-') == (at == 4));
    words.filter(is_reference).map(str::to_ascii_uppercase)
}

fn bytes_of(conversation: ConversationId) -> [u8; ID_BYTES] {
    let mut bytes = [0; ID_BYTES];
    let digits: String = conversation.to_string().chars().filter(char::is_ascii_hexdigit).collect();
    // An identifier is a UUID, which has 32 hexadecimal digits, so this cannot fail.
    let _ = hex::decode_to_slice(digits, &mut bytes);
    bytes
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(LENGTH);
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits & 31) as usize]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits) & 31) as usize]));
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() != LENGTH {
        return None;
    }
    let mut bytes = Vec::with_capacity(ID_BYTES + MAC_BYTES);
    let (mut buffer, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let letter = letter.to_ascii_lowercase();
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        buffer = buffer << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 255).ok()?);
        }
        buffer &= (1 << bits) - 1;
    }
    // The unused bits of the last character must be zero, so that each token has exactly one spelling.
    (buffer == 0).then_some(bytes)
}

#[cfg(test)]
mod tests;
