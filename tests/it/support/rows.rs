//! A conversation with its dossier, turn by turn, as the intake would store it.

use std::sync::Arc;

use guichet::{
    domain::{
        id::{ContactId, ConversationId, DossierId},
        language::Language,
        message::{Author, Body, Channel, Endpoint},
        priority::Priority,
    },
    dossier::{Dossier, Entry, Status, TimelineEvent, reference_of},
    store::{
        Binding, Commit, ConversationRow, EndpointRow, Fence, Key, MessageRow, SearchChange, StateChange, TurnRows,
    },
};
use jiff::Timestamp;

/// An instant, `seconds` after noon of the day on which all tests play.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_262_400 + seconds).unwrap()
}

/// The address of a person on the test account.
pub(crate) fn endpoint(address: &str) -> Endpoint {
    Endpoint { channel: Channel::Sms, account: "test".into(), address: address.into() }
}

/// The key of an item of the test account.
pub(crate) fn key(id: &str, seq: i64) -> Key {
    Key { text: format!("sms/test/{id}"), seq }
}

/// A conversation and its dossier as they stand after the last turn that was made.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) conversation: ConversationRow,
    pub(crate) fence: Fence,
    pub(crate) dossier: Dossier,
    /// As the last turn stored it.
    stored: Option<Dossier>,
}

impl Case {
    /// Not stored yet: the first turn opens it.
    pub(crate) fn new(address: &str) -> Self {
        let now = at(0);
        let (id, dossier) = (ConversationId::new(now), DossierId::new(now));
        Self {
            conversation: ConversationRow {
                id,
                contact: ContactId::new(now),
                insurer: "demo".into(),
                endpoint: endpoint(address),
                language: Language::default(),
                handler: None,
                flow_revision: "r1".into(),
                dossier: Some(dossier),
                opened_at: now,
            },
            fence: Fence::new(id, now),
            dossier: Dossier {
                id: dossier,
                reference: reference_of(id),
                insurer: "demo".into(),
                conversation: id,
                peril: "water_damage".into(),
                status: Status::Collecting,
                policy: None,
                holder: None,
                orientation: None,
                desk: None,
                priority: Priority::Normal,
                handover: None,
                handler: None,
                wanted: Vec::new(),
                waiting_since: None,
                snoozed_until: None,
                opened_at: now,
                updated_at: now,
            },
            stored: None,
        }
    }

    pub(crate) fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// The next turn: the person's message `provider_id`, its reply, a fact and a line of the timeline.
    pub(crate) fn turn(&mut self, provider_id: &str, text: &str) -> Commit {
        let opens = self.fence.revision == 0;
        let seq = self.fence.last_seq + 1;
        let now = at(seq);
        self.fence.revision += 1;
        self.fence.last_seq = seq + 1;
        self.fence.timeline_seq += 1;
        self.fence.updated_at = now;
        self.dossier.updated_at = now;
        let event = TimelineEvent::Other { kind: "said".into(), detail: serde_json::json!({ "detail": "x" }) };
        let entry = Entry::new(self.fence.timeline_seq, "policyholder", &event, now).unwrap();
        let said = serde_json::json!({ "said": { "v": guichet::domain::fact::Value::Text(text.to_owned()) } });
        let state = serde_json::json!({ "v": 1, "m": seq, "d": { "f": said }, "s": { "turn": self.fence.revision } });
        let message = |seq, author, text: &str, client_id| MessageRow {
            conversation: self.id(),
            seq,
            author,
            channel: Channel::Sms,
            body: Body { text: text.to_owned(), ..Body::default() },
            client_id,
            at: now,
        };
        let commit = Commit {
            key: Some(key(provider_id, seq)),
            endpoint: opens.then(|| EndpointRow {
                endpoint: self.conversation.endpoint.clone(),
                conversation: self.id(),
                contact: self.conversation.contact,
                at: now,
                proof: None,
            }),
            conversation: Arc::new(self.conversation.clone()),
            is_changed: opens,
            fence: self.fence.clone(),
            log: Vec::new(),
            binding: Binding::default(),
            dossier: Some(Arc::new(self.dossier.clone())),
            rows: TurnRows {
                messages: vec![
                    message(seq, Author::Policyholder, text, Some(provider_id.to_owned())),
                    message(seq + 1, Author::Guichet, &format!("reply to {provider_id}"), None),
                ],
                state: Some(StateChange { value: state.to_string(), is_whole: true }),
                timeline: vec![entry],
                search: SearchChange::between(self.stored.as_ref(), &self.dossier),
                ..TurnRows::default()
            },
        };
        let commit = commit.seal().unwrap();
        self.fence = commit.fence.clone();
        self.stored = Some(self.dossier.clone());
        commit
    }
}
