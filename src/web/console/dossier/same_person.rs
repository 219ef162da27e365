//! What may be the same person's: other dossiers, proposed for merging, and the places at which they can be reached.

use std::collections::HashSet;

use super::Lexicon;
use crate::{
    domain::message::{Channel, UNVERIFIED},
    dossier::Entry,
    store::{Alike, EndpointRow, Likeness},
    web::console::when::When,
};

/// A dossier that may be the same person's.
#[derive(Clone, Debug)]
pub(super) struct AlikeView {
    pub id: String,
    pub reference: String,
    pub peril: String,
    pub opened: When,
    pub likeness: Likeness,
}

/// A place at which the person writes.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub channel: Channel,
    /// None for a chat, whose address is a secret.
    pub address: Option<String>,
    pub is_proven: bool,
    /// The receiving server found the sender to be forged.
    pub is_doubted: bool,
}

/// The proposals that no handler refused yet.
pub(super) fn proposals(alike: Vec<Alike>, entries: &[Entry], lexicon: Lexicon) -> Vec<AlikeView> {
    let refused: HashSet<String> = entries
        .iter()
        .filter(|entry| entry.kind == "kept_apart")
        .filter_map(|entry| serde_json::from_str::<serde_json::Value>(&entry.detail).ok())
        .filter_map(|detail| Some(detail.get("dossier")?.as_str()?.to_owned()))
        .collect();
    let open = alike.into_iter().map(|it| AlikeView {
        id: it.dossier.to_string(),
        reference: it.reference,
        peril: lexicon.names.peril(&it.peril).to_owned(),
        opened: When(it.opened_at),
        likeness: it.likeness,
    });
    open.filter(|it| !refused.contains(&it.id)).collect()
}

/// Where the person writes, each channel's address once.
pub(super) fn places(addresses: Vec<EndpointRow>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for row in addresses {
        let (channel, is_proven) = (row.endpoint.channel, row.proof.is_some());
        // Several chats, on several devices, are one place.
        let given = row.endpoint.address;
        let is_doubted = given.ends_with(UNVERIFIED);
        let address = (channel != Channel::Web).then(|| given.trim_end_matches(UNVERIFIED).to_owned());
        match places
            .iter_mut()
            .find(|place| place.channel == channel && place.address == address && place.is_doubted == is_doubted)
        {
            Some(place) => place.is_proven |= is_proven,
            None => places.push(Place { channel, address, is_proven, is_doubted }),
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{
        contact::Proof,
        id::{ContactId, ConversationId},
        message::Endpoint,
    };

    #[test]
    fn each_place_stands_once_and_a_forged_sender_is_another() {
        let now = Timestamp::UNIX_EPOCH;
        let row = |channel, account: &str, address: &str, proof| EndpointRow {
            endpoint: Endpoint { channel, account: account.into(), address: address.into() },
            conversation: ConversationId::new(now),
            contact: ContactId::new(now),
            at: now,
            proof,
        };
        let found = places(vec![
            row(Channel::Web, "web", "secret 1", Some(Proof::Session)),
            row(Channel::Web, "web", "secret 2", Some(Proof::Session)),
            row(Channel::Email, "a", "anne@example.org", None),
            row(Channel::Email, "b", "anne@example.org", Some(Proof::Code)),
            row(Channel::Email, "a", "anne@example.org (unverified)", None),
        ]);
        let shown: Vec<_> =
            found.iter().map(|it| (it.channel, it.address.as_deref(), it.is_proven, it.is_doubted)).collect();
        assert_eq!(
            shown,
            [
                (Channel::Web, None, true, false),
                (Channel::Email, Some("anne@example.org"), true, false),
                (Channel::Email, Some("anne@example.org"), false, true),
            ]
        );
    }
}
