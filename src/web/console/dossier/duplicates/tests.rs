use jiff::Timestamp;

use super::*;
use crate::domain::id::{ContactId, ConversationId};

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
    let addresses = vec![
        row(Channel::Web, "web", "secret 1", Some(Proof::Session)),
        row(Channel::Web, "web", "secret 2", Some(Proof::Session)),
        row(Channel::Email, "a", "anne@example.org", None),
        row(Channel::Email, "b", "anne@example.org", Some(Proof::Code)),
        row(Channel::Email, "a", "anne@example.org (unverified)", None),
    ];
    let shared = ProvenRow {
        conversation: ConversationId::new(now),
        contact: ContactId::new(now),
        channel: Channel::Sms,
        address: "+33639980001".into(),
        proof: Proof::Provider,
        at: now,
    };
    let current = addresses[3].endpoint.clone();
    let found = contact_addresses(addresses, vec![shared], &current);
    let shown: Vec<_> = found.iter().map(|it| (it.channel, it.address.as_deref(), it.proof, it.is_doubted)).collect();
    assert_eq!(
        shown,
        [
            (Channel::Web, None, Some(Proof::Session), false),
            (Channel::Email, Some("anne@example.org"), Some(Proof::Code), false),
            (Channel::Email, Some("anne@example.org"), None, true),
            (Channel::Sms, Some("06\u{a0}39\u{a0}98\u{a0}00\u{a0}01"), Some(Proof::Provider), false),
        ]
    );
    let current: Vec<_> = found.iter().map(|it| it.is_current).collect();
    assert_eq!(current, [false, true, false, false]);
}
