//! What may be the same person's: other dossiers, proposed for merging, and the places at which they can be reached.

use std::collections::HashSet;

use super::Lexicon;
use crate::{
    domain::{
        contact::Proof,
        message::{Channel, Endpoint, UNVERIFIED},
    },
    dossier::Entry,
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
    /// Whether the person wrote from here the last time.
    pub is_current: bool,
    /// The receiving server found the sender to be forged.
    pub is_doubted: bool,
}

/// The proposals that no handler refused yet.
pub(super) fn proposals(alike: Vec<DuplicateCandidate>, entries: &[Entry], lexicon: Lexicon) -> Vec<DuplicateView> {
    let refused: HashSet<String> = entries
        .iter()
        .filter(|entry| entry.kind == "kept_apart")
        .filter_map(|entry| serde_json::from_str::<serde_json::Value>(&entry.detail).ok())
        .filter_map(|detail| Some(detail.get("dossier")?.as_str()?.to_owned()))
        .collect();
    let open = alike.into_iter().map(|it| DuplicateView {
        id: it.dossier.to_string(),
        reference: it.reference,
        peril: lexicon.names.peril(&it.peril).to_owned(),
        opened: When(it.opened_at),
        reason: it.reason,
    });
    open.filter(|it| !refused.contains(&it.id)).collect()
}

/// The person's addresses, each once: where they write from, and what else they showed to be theirs.
pub(super) fn places(addresses: Vec<EndpointRow>, proofs: Vec<ProvenRow>, current: &Endpoint) -> Vec<ContactAddress> {
    let mut places: Vec<ContactAddress> = Vec::new();
    let mut add = |channel: Channel, given: &str, proof: Option<Proof>, is_current: bool| {
        let (is_doubted, given) = (given.ends_with(UNVERIFIED), given.trim_end_matches(UNVERIFIED));
        // Several chats, on several devices, are one place: their addresses are secrets.
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
