//! Tokens of links that open a conversation. Only their hashes are stored.

use sha2::{Digest, Sha256};

/// What is stored of a token: its SHA-256 in hexadecimal. A token is random and long, so that no salt is needed.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
