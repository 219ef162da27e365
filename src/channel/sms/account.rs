//! What the accounts of every SMS provider share: their insurer, their pace, and a secret in the address for providers
//! that do not sign their posts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use subtle::ConstantTimeEq as _;

use super::{answer::no_such_address, numbers};
use crate::{
    channel::{Admission, DeliveryStatus, Event, File, Head, Outbound, Pace, Received, Refusal, Report, SendError},
    domain::{
        language::Language,
        message::{Body, Channel, Endpoint},
    },
    intake::{Inbound, InboundKind},
};

/// The longest identifier and address that a sender may use, in characters.
pub(super) const MAX_IDENTIFIER: usize = 200;
/// How many messages of an account may be in flight at once.
const AT_ONCE: usize = 8;
/// How many half-sent messages are remembered: more than there are at any time.
const MAX_HALF_SENT: usize = 1000;

/// An account of ours at a provider.
#[derive(Clone, Debug)]
pub(super) struct SmsAccount {
    pub(super) name: String,
    insurer: String,
    messages_per_second: u32,
    /// How many texts of a long message were sent before one failed, by the message's identifier: the next try goes on
    /// there. A restart forgets it, and then the person may get a text twice.
    half_sent: Arc<Mutex<HashMap<String, usize>>>,
}

impl SmsAccount {
    pub(super) fn new(name: &str, insurer: &str, messages_per_second: u32) -> Self {
        Self {
            name: name.to_owned(),
            insurer: insurer.to_owned(),
            messages_per_second: messages_per_second.max(1),
            half_sent: Arc::default(),
        }
    }

    /// The texts that are still to be sent for a message.
    pub(super) fn texts<'a>(&'a self, outbound: &'a Outbound) -> Result<Texts<'a>, SendError> {
        if !numbers::can_receive(&outbound.to.address) {
            return Err(no_such_address());
        }
        let texts = super::texts(outbound);
        let key = |number: usize| match number {
            0 => outbound.id.clone(),
            later => format!("{}-{later}", outbound.id),
        };
        let all: Vec<_> = texts.into_iter().enumerate().map(|(number, text)| (key(number), text)).collect();
        let half_sent = self.half_sent.lock().unwrap_or_else(PoisonError::into_inner).get(&outbound.id).copied();
        // There may be fewer texts than at the last try: each try has another link.
        let at = half_sent.unwrap_or_default().min(all.len() - 1);
        Ok(Texts { account: self, id: &outbound.id, all, at })
    }

    pub(super) fn pace(&self) -> Pace {
        Pace {
            messages: self.messages_per_second,
            per: Duration::from_secs(1),
            at_once: AT_ONCE,
            apart: Duration::ZERO,
        }
    }

    /// The event of a message from the number `from`, in whatever form the provider writes it.
    pub(super) fn message(&self, id: &str, from: &str, text: String, files: Vec<File>) -> Event {
        Event::Message(Box::new(Received {
            inbound: Inbound {
                endpoint: Endpoint {
                    channel: Channel::Sms,
                    account: self.name.clone(),
                    address: numbers::address(from),
                },
                provider_id: id.to_owned(),
                insurer: self.insurer.clone(),
                language: Language::Fr,
                token: None,
                cites: Vec::new(),
                settle: false,
                kind: InboundKind::Message(Body { text, ..Body::default() }),
            },
            files,
            more_may_follow: false,
            is_sender_proven: true,
        }))
    }
}

/// The texts of a message in order, each with its idempotency key, which is the same for every try.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    account: &'a SmsAccount,
    id: &'a str,
    all: Vec<(String, String)>,
    at: usize,
}

impl Texts<'_> {
    /// The key and the text of the next one.
    pub(super) fn next(&self) -> Option<(&str, &str)> {
        self.all.get(self.at).map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// Notes that the next one was sent.
    pub(super) fn went(&mut self) {
        self.at += 1;
        if self.all.len() == 1 {
            return;
        }
        let mut half_sent = self.account.half_sent.lock().unwrap_or_else(PoisonError::into_inner);
        if self.at == self.all.len() {
            half_sent.remove(self.id);
            return;
        }
        if half_sent.len() >= MAX_HALF_SENT {
            half_sent.clear();
        }
        half_sent.insert(self.id.to_owned(), self.at);
    }
}

/// The event of a delivery report about the message that the provider calls `id`.
pub(super) fn report(id: &str, status: DeliveryStatus) -> Event {
    Event::Report(Report { provider_id: id.to_owned(), status })
}

/// The address that a provider posts to.
pub(super) fn address(public_url: &str, account: &str) -> String {
    format!("{}/channels/sms/{account}", public_url.trim_end_matches('/'))
}

/// Admits a post whose address ends with the secret.
pub(super) fn admit(head: &Head<'_>, secret: &str) -> Result<Admission, Refusal> {
    if ends_with_secret(head.url, secret) { Ok(Admission::Known) } else { Err(Refusal::Unauthorized) }
}

/// Whether the last part of the path is the secret, in constant time.
pub(super) fn ends_with_secret(url: &str, secret: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let given = percent_encoding::percent_decode_str(last).collect::<Vec<u8>>();
    !secret.is_empty() && bool::from(given.ct_eq(secret.as_bytes()))
}

#[cfg(test)]
mod tests;
