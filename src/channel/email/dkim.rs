//! DKIM (RFC 6376): signs outgoing mail, so that receiving servers can verify that it is the domain's and was not
//! changed.
//!
//! It is for insurers whose own server does not sign. The key decides the algorithm: `rsa-sha256`, or `ed25519-sha256`
//! (RFC 8463). Header and body are canonicalised as "relaxed", so that a server on the way may fold a line differently.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{
    SignatureScheme,
    crypto::ring::sign::any_supported_type,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
    sign::SigningKey,
};
use sha2::{Digest as _, Sha256};

use crate::config::{Dkim, SecretError};

/// The fields that are signed (RFC 6376, 5.4.1). From stands once more than the message has it, so that a second From
/// would break the signature (8.15).
const FIELDS: &[&str] = &[
    "from",
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "auto-submitted",
];
const END: &[u8] = b"\r\n";

/// Why a message cannot be signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum DkimError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the key of dkim is no RSA or Ed25519 private key in PEM form: make one with openssl genrsa 2048")]
    Key,
    #[error("the key of dkim does not sign: {0}")]
    Signing(rustls::Error),
}

/// Signs for one domain.
pub(super) struct Signer {
    domain: String,
    selector: String,
    scheme: SignatureScheme,
    key: Arc<dyn SigningKey>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// A signer for the domain of `address`, unless the configuration names another.
    pub(super) fn open(config: &Dkim, address: &str) -> Result<Self, DkimError> {
        let pem = config.key.reveal()?;
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimError::Key)?;
        let key = any_supported_type(&key).map_err(|_| DkimError::Key)?;
        let known = [SignatureScheme::RSA_PKCS1_SHA256, SignatureScheme::ED25519];
        let scheme = known.into_iter().find(|scheme| key.choose_scheme(&[*scheme]).is_some()).ok_or(DkimError::Key)?;
        let own = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
        let domain = if config.domain.is_empty() { own } else { &config.domain };
        Ok(Self { domain: domain.to_owned(), selector: config.selector.clone(), scheme, key })
    }

    /// The message with its signature as the first field.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DkimError> {
        let (head, body) = split(message);
        let fields = fields(head);
        let mut left = fields.clone();
        let mut signed = Vec::new();
        for name in FIELDS {
            // The last of several fields is signed first (5.4.2); a field that is missing is signed as absent.
            if let Some(at) = left.iter().rposition(|(found, _)| found == name) {
                signed.extend(relaxed_field(left.remove(at)));
                signed.extend(END);
            }
        }
        let is_there = |name: &&&str| fields.iter().any(|(found, _)| found == **name);
        let names: Vec<&str> = FIELDS.iter().filter(is_there).copied().collect();
        let is_rsa = self.scheme == SignatureScheme::RSA_PKCS1_SHA256;
        let value = format!(
            " v=1; a={}; c=relaxed/relaxed; d={}; s={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
            if is_rsa { "rsa-sha256" } else { "ed25519-sha256" },
            self.domain,
            self.selector,
            names.join(":"),
            STANDARD.encode(Sha256::digest(relaxed_body(body)))
        );
        signed.extend(relaxed_field(("dkim-signature".to_owned(), value.as_bytes())));
        // RSA's signature scheme hashes by itself; Ed25519 signs the SHA-256 hash (RFC 8463, 3).
        let signed = if is_rsa { signed } else { Sha256::digest(&signed).to_vec() };
        let signer = self.key.choose_scheme(&[self.scheme]).ok_or(DkimError::Key)?;
        let signature = STANDARD.encode(signer.sign(&signed).map_err(DkimError::Signing)?);
        Ok([b"DKIM-Signature:", value.as_bytes(), signature.as_bytes(), END, message].concat())
    }
}

/// Splits a message into its header, with the last line break, and its body.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let at = message.windows(4).position(|window| window == b"\r\n\r\n");
    at.map_or((message, &[]), |at| (&message[..at + 2], &message[at + 4..]))
}

/// The fields of a header: each name in lower case, and its value unchanged, folds included.
fn fields(head: &[u8]) -> Vec<(String, &[u8])> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([head.len()]);
    let field = |(start, end): (&usize, usize)| {
        let field = &head[*start..end];
        let colon = field.iter().position(|byte| *byte == b':')?;
        let name = String::from_utf8_lossy(&field[..colon]).trim().to_ascii_lowercase();
        Some((name, &field[colon + 1..]))
    };
    starts.iter().zip(ends).filter_map(field).collect()
}

/// A field in relaxed form (3.4.2): on one line, each run of blanks one space, none around the value.
fn relaxed_field((name, value): (String, &[u8])) -> Vec<u8> {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    [name.as_bytes(), b":", &words.collect::<Vec<_>>().join(&b' ')].concat()
}

/// A body in relaxed form (3.4.4): each run of blanks one space, none at the end of a line, no empty lines at the end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(body.len());
    let mut kept = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let start = plain.len();
        for byte in line {
            match byte {
                b' ' | b'\t' if plain.len() > start && plain.ends_with(b" ") => {}
                b' ' | b'\t' => plain.push(b' '),
                byte => plain.push(*byte),
            }
        }
        if plain.len() > start && plain.ends_with(b" ") {
            plain.pop();
        }
        let is_empty = plain.len() == start;
        plain.extend(END);
        if !is_empty {
            kept = plain.len();
        }
    }
    plain.truncate(kept);
    plain
}

#[cfg(test)]
mod tests;
