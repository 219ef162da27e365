//! E-mail: in by IMAP, by LMTP, or by a provider's post of the raw message; out by SMTP.
//!
//! However a message comes in, [`parse`] reads it: within bounds, on a thread of its own, and with the original kept.
//! [`quotes`] extracts the person's own words, [`automatic`] tells machines from people, [`sender`] reads what the
//! receiving server found about the sender, [`token`] which conversation is answered.
//!
//! # Whose conversation it is
//!
//! The sender's address alone decides. Somebody who answers a message of ours from an address that its conversation
//! does not know, or names its reference in the subject, does not join it, but is proposed to a handler ([`Citation`]).
//! A sender that the receiving server found to be forged gets another address than the one in From ([`UNVERIFIED`]), so
//! that nobody can write in another's name; so does one of whom it found nothing, where the address is a known person's
//! and the message does not answer one of ours to them ([`crate::channel::Receiver`]). A machine never answers there.
//!
//! # What is never answered
//!
//! Mail that no person wrote. It is not received and stays in the mailbox, unread, so that two machines cannot answer
//! each other. A delivery report about a message of ours goes to the outbox.

mod automatic;
mod charset;
mod dkim;
mod html;
mod imap;
mod lmtp;
mod login;
mod parse;
mod post;
mod quotes;
mod render;
mod send;
mod sender;
mod tnef;
mod token;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{
    AccountError, Admission, Checked, Content, Event, FetchError, File, Head, Outbound, Pace, Post, Provider, Reason,
    Received, Receiver, ReceiverError, Refusal, Report, Retry, SendError, Sent,
};
use crate::{
    config::{Config, EmailAccount},
    domain::{
        clock::Clock,
        language::Language,
        message::{Author, Body, Channel, Endpoint, UNVERIFIED},
    },
    intake::{Citation, Inbound, InboundKind},
};
use automatic::{Nature, Sign};
use dkim::Signer;
use parse::{Mail, Unreadable, normalise};
use render::Renderer;
use send::{Letter, Mailer};
use sender::Verdict;
use token::Tokens;

/// The [`Content::Media`] that stands for the body of a message that is too large: fetching it fails as too large.
const TOO_LARGE: &str = "the message";
/// How many conversations cited by token, and how many by reference, are looked up for a message.
const MAX_CITED: usize = 3;
/// The longest local part (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Opens the configured accounts. `key` is the program's own secret, the same on every node.
pub(super) fn open(config: &Config, key: &str) -> Result<Vec<Arc<dyn Provider>>, AccountError> {
    let renderer = Renderer::new().map(Arc::new);
    let open_one = |account: &EmailAccount| {
        let unusable = |problem: String| AccountError::Unusable {
            channel: Channel::Email.name(),
            account: account.account.clone(),
            problem,
        };
        let renderer = renderer.as_ref().map_err(|error| unusable(error.to_string()))?;
        let account =
            EmailProvider::open(account.clone(), key, Arc::clone(renderer), Clock::system()).map_err(unusable)?;
        Ok(Arc::new(account) as Arc<dyn Provider>)
    };
    config.email.accounts.iter().map(open_one).collect()
}

/// An e-mail account of ours.
#[derive(Debug)]
struct EmailProvider {
    config: EmailAccount,
    /// The account's address, normalised.
    address: String,
    tokens: Tokens,
    renderer: Arc<Renderer>,
    mailer: Mailer,
    clock: Clock,
}

/// Whether a message was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Stored,
    /// No person wrote it: nothing was stored, and nobody is answered.
    Left,
}

/// Why a message was not received. Nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
enum TakeError {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
}

impl EmailProvider {
    fn open(config: EmailAccount, key: &str, renderer: Arc<Renderer>, clock: Clock) -> Result<Self, String> {
        let address = normalise(&config.address).ok_or("its address is none")?;
        let local = address.find('@').unwrap_or_default();
        if config.plus_address && local + 1 + token::LENGTH > MAX_LOCAL {
            let most = MAX_LOCAL - 1 - token::LENGTH;
            return Err(format!("before the @ of a plus_address are at most {most} letters; set it to false"));
        }
        if config.authserv_id.is_empty() {
            return Err(format!(
                "authserv_id must say who checks the senders: the first word of the Authentication-Results in a mail that \
                 arrived, or \"{}\" where nobody does",
                sender::UNCHECKED
            ));
        }
        let tokens = Tokens::new(key.as_bytes(), &address);
        let signer = config.dkim.as_ref().map(|dkim| Signer::open(dkim, &address)).transpose();
        let mailer = Mailer::new(config.smtp.clone(), signer.map_err(|error| error.to_string())?);
        Ok(Self { config, address, tokens, renderer, mailer, clock })
    }

    /// Reads a message and passes it to the receiver. When this returns, it is on disk.
    async fn take(&self, receiver: &Receiver, raw: Bytes) -> Result<Taken, TakeError> {
        self.hand_over(receiver, parse::read(raw).await?).await
    }

    /// As [`Self::take`], with the header of a message that is too large: its sender is told what is told about a file
    /// that is too large.
    async fn take_head(&self, receiver: &Receiver, head: Bytes) -> Result<Taken, TakeError> {
        let mut mail = parse::read(head).await?;
        mail.files.push(File { name: String::new(), content: Content::Media(TOO_LARGE.to_owned()) });
        self.hand_over(receiver, mail).await
    }

    async fn hand_over(&self, receiver: &Receiver, mail: Mail) -> Result<Taken, TakeError> {
        let events = self.events(mail)?;
        let taken = if events.is_empty() { Taken::Left } else { Taken::Stored };
        for event in events {
            receiver.take(self, event).await?;
        }
        Ok(taken)
    }

    /// The events of a message; none where no person wrote it and it is no report.
    fn events(&self, mail: Mail) -> Result<Vec<Event>, Unreadable> {
        Ok(match &mail.nature {
            Nature::Report(told) => told
                .iter()
                .filter(|told| self.tokens.read_message_id(&told.message).is_some())
                .map(|told| Event::Report(Report { provider_id: told.message.clone(), status: told.status }))
                .collect(),
            Nature::Automatic(sign) => {
                self.left(*sign);
                Vec::new()
            }
            Nature::Person => {
                let from = mail.from.clone().ok_or(Unreadable::NoSender)?;
                self.received(mail, from).map(|received| Event::Message(Box::new(received))).into_iter().collect()
            }
        })
    }

    fn received(&self, mail: Mail, from: String) -> Option<Received> {
        if self.plus_part(&from).is_some() {
            // Our own mail that comes back.
            self.left(Sign::Loop);
            return None;
        }
        let verdict = sender::verdict(&mail.authentication, &self.config.authserv_id, &from);
        let is_forged = verdict == Verdict::Forged;
        let address = if is_forged { from + UNVERIFIED } else { from };
        let plus = mail.recipients.iter().filter_map(|address| self.plus_part(address)).find(|plus| !plus.is_empty());
        // A token of ours only cites a conversation. Any other text may be the secret of a channel switch, and a forged
        // sender must not use one.
        let token = plus.filter(|plus| !is_forged && self.tokens.read(plus).is_none());
        let cites = self.cites(&mail);
        let body = Body { text: text_of(&mail), sent: mail.sent, ..Body::default() };
        Some(Received {
            inbound: Inbound {
                endpoint: Endpoint { channel: Channel::Email, account: self.config.account.clone(), address },
                provider_id: format!("{} {}", mail.id, mail.digest),
                insurer: self.config.insurer.clone(),
                language: Language::Fr,
                token: token.map(str::to_owned),
                cites,
                settle: false,
                kind: InboundKind::Message(body),
            },
            files: mail.files,
            more_may_follow: false,
            is_sender_proven: verdict != Verdict::Unknown,
        })
    }

    /// The conversations that a message cites: by our token in a recipient's address or in the message that it answers,
    /// and by references in its subject.
    fn cites(&self, mail: &Mail) -> Vec<Citation> {
        let plus = mail.recipients.iter().filter_map(|address| self.tokens.read(self.plus_part(address)?));
        let answered = mail.answers.iter().filter_map(|id| self.tokens.read_message_id(id));
        let references = token::references(&mail.subject).map(Citation::Reference);
        plus.chain(answered).take(MAX_CITED).map(Citation::Conversation).chain(references.take(MAX_CITED)).collect()
    }

    fn left(&self, sign: Sign) {
        tracing::info!(account = self.config.account, ?sign, "a message that no person wrote was not taken");
    }

    /// The text after the plus of an address of ours, empty where there is no plus. None for an address that is not
    /// ours.
    fn plus_part<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (own, own_domain) = self.address.rsplit_once('@')?;
        let (local, domain) = address.rsplit_once('@')?;
        let plus = local.strip_prefix(own)?;
        let plus = if plus.is_empty() { Some("") } else { plus.strip_prefix('+') };
        plus.filter(|_| domain == own_domain)
    }

    async fn deliver(&self, outbound: &Outbound) -> Result<Sent, SendError> {
        let rendered = self.renderer.render(outbound, &self.config.name).map_err(|error| SendError {
            retry: Retry::Never,
            reason: Reason::Content,
            detail: format!("the template does not render: {error}"),
        })?;
        let id = self.tokens.message_id(outbound.conversation, &outbound.id);
        let reply_to = self.config.plus_address.then(|| {
            let (local, domain) = self.address.rsplit_once('@').unwrap_or_default();
            format!("{local}+{}@{domain}", self.tokens.token(outbound.conversation))
        });
        let letter = Letter {
            from: (&self.config.name, &self.address),
            to: outbound.to.address.trim_end_matches(UNVERIFIED),
            reply_to,
            id: &id,
            thread: &outbound.thread,
            is_automatic: outbound.author == Author::Guichet,
            rendered,
        };
        self.mailer.send(letter).await?;
        Ok(Sent { provider_id: id })
    }
}

/// The person's words; the subject, where the text is empty and the message answers none.
fn text_of(mail: &Mail) -> String {
    if mail.text.is_empty() && mail.answers.is_empty() { mail.subject.clone() } else { mail.text.clone() }
}

/// Why a post is refused whose message cannot be read.
fn refusal(error: Unreadable) -> Refusal {
    match error {
        Unreadable::Busy => Refusal::Busy,
        error => Refusal::Malformed(error.to_string()),
    }
}

impl Provider for EmailProvider {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn account(&self) -> &str {
        &self.config.account
    }

    /// Thirty messages a minute, which the usual mailbox providers allow.
    fn pace(&self) -> Pace {
        Pace { messages: 30, per: Duration::from_mins(1), at_once: send::LINES, apart: Duration::ZERO }
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(self.deliver(outbound))
    }

    fn fetch<'a>(&'a self, _media: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        // A message carries its files; only the body of one that is too large is named as media.
        Box::pin(async { Err(FetchError::TooLarge) })
    }

    fn admit(&self, head: &Head<'_>) -> Result<Admission, Refusal> {
        let secret = self.config.secret.as_ref().ok_or(Refusal::NotServed)?;
        let secret = secret.reveal().map_err(|error| Refusal::Malformed(error.to_string()))?;
        post::admit(head.headers, &secret)
    }

    fn decode_apart<'a>(&'a self, post: &'a Post<'a>) -> BoxFuture<'a, Result<Vec<Event>, Refusal>> {
        Box::pin(async {
            let secret = self.config.secret.as_ref().ok_or(Refusal::NotServed)?;
            let secret = secret.reveal().map_err(|error| Refusal::Malformed(error.to_string()))?;
            let (raw, proof) = post::raw_message(post, &secret, self.clock.now())?;
            let mail = parse::read(raw).await.map_err(refusal)?;
            let events = self.events(mail).map_err(refusal)?;
            Ok(proof.map(Event::Proof).into_iter().chain(events).collect())
        })
    }

    /// Room for a message in a form's encoding, where many bytes become three.
    fn max_bytes(&self) -> usize {
        2 * parse::MAX_BYTES
    }

    fn check(&self) -> BoxFuture<'_, Vec<Checked>> {
        Box::pin(async {
            let mut checked = Vec::new();
            if let Some(server) = &self.config.imap {
                checked.push(Checked { what: "IMAP", outcome: imap::check(server).await });
            }
            if let Some(lmtp) = &self.config.lmtp {
                checked.push(Checked { what: "LMTP", outcome: lmtp::check(lmtp.listen).await });
            }
            checked.push(Checked { what: "SMTP", outcome: self.mailer.check().await });
            checked
        })
    }

    fn listen(self: Arc<Self>, receiver: Receiver, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let imap = async {
                if let Some(server) = &self.config.imap {
                    Box::pin(imap::read(&self, server, &receiver, &stop)).await;
                }
            };
            let lmtp = async {
                if let Some(lmtp) = &self.config.lmtp {
                    lmtp::serve(&self, lmtp, &receiver, &stop).await;
                }
            };
            tokio::join!(imap, lmtp);
        })
    }
}

/// A door for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    if let Ok(mail) = parse::parse(&Bytes::copy_from_slice(data)) {
        let _ = quotes::own_words(&mail.text, &mail.subject, true);
    }
    let _ = html::text_of(&String::from_utf8_lossy(data));
}

#[cfg(test)]
mod tests;
