//! `[[email.accounts]]`: the addresses to which people write.

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Network, Secret};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    #[serde(default)]
    pub accounts: Vec<EmailAccount>,
}

/// An address of ours, with the ways in and the way out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EmailAccount {
    pub account: String,
    pub insurer: String,
    /// What people write to, and who answers them.
    pub address: String,
    /// The name beside it.
    pub name: String,
    /// Whether `local+anything@domain` arrives in the same place, so that answers name their conversation.
    #[serde(default)]
    pub plus_address: bool,
    /// By which name the receiving server signs its `Authentication-Results`; `-` where it writes none (Microsoft 365),
    /// `unchecked` where nobody checks the senders. It must be said.
    #[serde(default)]
    pub authserv_id: String,
    /// With it, a provider may post raw messages to `/channels/email/ACCOUNT`.
    #[serde(default)]
    pub secret: Option<Secret>,
    #[serde(default)]
    pub imap: Option<MailServer>,
    #[serde(default)]
    pub lmtp: Option<Lmtp>,
    pub smtp: MailServer,
    /// For a server that does not sign what it sends.
    #[serde(default)]
    pub dkim: Option<Dkim>,
}

/// A server on which we log in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    pub host: String,
    /// 993 (IMAP) or 465 (SMTP) with `tls`, 143 or 587 else, where none is given.
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default)]
    pub security: Security,
    /// Empty: no log-in, for a relay that trusts this machine.
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub password: Option<Secret>,
    /// An OAuth 2 access token in place of the password (XOAUTH2). Read anew for each log-in: with `file:PATH`, whatever
    /// renews the token writes it there.
    #[serde(default)]
    pub token: Option<Secret>,
    /// A program, with its arguments, that prints such a token.
    #[serde(default)]
    pub token_command: Vec<String>,
    /// A file with the certificate of an authority of your own.
    #[serde(default)]
    pub authority: Option<PathBuf>,
    /// The folder that is read (IMAP).
    #[serde(default = "inbox")]
    pub folder: String,
}

/// How what goes out is signed (RFC 6376). The public key stands in the domain's DNS, at `SELECTOR._domainkey.DOMAIN`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    pub selector: String,
    /// Empty: the address's.
    #[serde(default)]
    pub domain: String,
    /// The private key, RSA or Ed25519, in PEM form.
    pub key: Secret,
}

/// How the line is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first byte.
    #[default]
    Tls,
    /// Asked for on a plain line, and insisted on.
    Starttls,
    /// None: for this machine or a network of your own.
    None,
}

/// Where the site's own mail server hands messages over.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lmtp {
    pub listen: SocketAddr,
    /// Which mail servers may hand over: this machine's, where nothing else is said.
    #[serde(default = "Network::this_machine")]
    pub peers: Vec<Network>,
}

fn inbox() -> String {
    "INBOX".to_owned()
}
