//! Other dossiers that may be the same person's, proposed for merging, and the addresses at which the person is reached.

use super::Lexicon;
use crate::{
    domain::{
        contact::Proof,
        message::{Channel, Endpoint, UNVERIFIED},
    },
    store::{DuplicateCandidate, EndpointRow, MatchReason, ProvenRow},
    web::console::when::{self, When},
};

/// A dossier that may be the same person's.
#[derive(Clone, Debug)]
pub(super) struct DuplicateView {
    pub id: String,
    pub reference: String,
    pub peril: String,
    pub opened: When,
    pub reason: MatchReason,
}

/// An address of the person's.
#[derive(Clone, Debug)]
pub(super) struct ContactAddress {
    pub channel: Channel,
    /// None for a chat, whose address is a secret.
    pub address: Option<String>,
    /// How it was proven, if it was.
    pub proof: Option<Proof>,
    /// Whether the person's last message came from this address.
    pub is_current: bool,
    /// Whether the receiving mail server found the sender to be forged.
    pub is_doubted: bool,
}

/// The proposals; those that a handler rejected are not among them.
pub(super) fn proposals(candidates: Vec<DuplicateCandidate>, lexicon: Lexicon) -> Vec<DuplicateView> {
    let proposals = candidates.into_iter().map(|it| DuplicateView {
        id: it.dossier.to_string(),
        reference: it.reference,
        peril: lexicon.names.peril(&it.peril).to_owned(),
        opened: When(it.opened_at),
        reason: it.reason,
    });
    proposals.collect()
}

/// The person's addresses, each once: those that they wrote from, and those that they proved to be theirs.
pub(super) fn contact_addresses(
    addresses: Vec<EndpointRow>,
    proofs: Vec<ProvenRow>,
    current: &Endpoint,
) -> Vec<ContactAddress> {
    let mut places: Vec<ContactAddress> = Vec::new();
    let mut add = |channel: Channel, given: &str, proof: Option<Proof>, is_current: bool| {
        let (is_doubted, given) = (given.ends_with(UNVERIFIED), given.trim_end_matches(UNVERIFIED));
        // The address of a chat is a secret and not shown, so the chats of several devices are one line.
        let address = match channel {
            Channel::Web => None,
            Channel::Sms => Some(when::phone(given)),
            Channel::Email | Channel::Telegram => Some(given.to_owned()),
        };
        let same = |place: &&mut ContactAddress| {
            place.channel == channel && place.address == address && place.is_doubted == is_doubted
        };
        match places.iter_mut().find(same) {
            Some(place) => {
                place.proof = place.proof.or(proof);
                place.is_current |= is_current;
            }
            None => places.push(ContactAddress { channel, address, proof, is_current, is_doubted }),
        }
    };
    for row in addresses {
        add(row.endpoint.channel, &row.endpoint.address, row.proof, row.endpoint == *current);
    }
    for row in proofs {
        add(row.channel, &row.address, Some(row.proof), false);
    }
    places
}

#[cfg(test)]
mod tests;
