//! A conversation with its dossier, turn by turn, as the intake would store it.

use guichet::{
    domain::{
        id::{ContactId, ConversationId, DossierId},
        language::Language,
        message::{Author, Body, Channel, Endpoint},
        priority::Priority,
    },
    dossier::{Dossier, Status, TimelineEvent, Tip, reference_of},
    store::{Binding, Commit, ConversationRow, EndpointRow, FactRow, Key, MessageRow, TurnRows},
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
    pub(crate) dossier: Dossier,
}

impl Case {
    /// Not stored yet: the first turn opens it.
    pub(crate) fn new(address: &str) -> Self {
        let now = at(0);
        let (id, dossier) = (ConversationId::new(now), DossierId::new(now));
        Self {
            conversation: ConversationRow {
                id,
                revision: 0,
                contact: ContactId::new(now),
                insurer: "demo".into(),
                endpoint: endpoint(address),
                language: Language::default(),
                handler: None,
                flow_revision: "r1".into(),
                state: "{}".into(),
                dossier: Some(dossier),
                last_seq: 0,
                read_seq: 0,
                timing: guichet::domain::timing::Timing::default(),
                moves: 0,
                opened_at: now,
                updated_at: now,
            },
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
                priority: Priority::Normal,
                handover: None,
                handler: None,
                wanted: Vec::new(),
                waiting_since: None,
                fact_seq: 0,
                tip: Tip::default(),
                opened_at: now,
                updated_at: now,
            },
        }
    }

    pub(crate) fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// The next turn: the person's message `provider_id`, its reply, a fact and a line of the timeline.
    pub(crate) fn turn(&mut self, provider_id: &str, text: &str) -> Commit {
        let opens = self.conversation.revision == 0;
        let seq = self.conversation.last_seq + 1;
        let now = at(seq);
        self.conversation.revision += 1;
        self.conversation.last_seq = seq + 1;
        self.conversation.state = format!("{{\"turn\":{}}}", self.conversation.revision);
        self.conversation.updated_at = now;
        self.dossier.fact_seq += 1;
        let fact = FactRow {
            dossier: self.dossier.id,
            seq: self.dossier.fact_seq,
            name: "said".into(),
            value: Some(guichet::domain::fact::Value::Text(text.to_owned())),
            source: guichet::domain::fact::Source::Policyholder,
            message_seq: Some(seq),
            at: now,
        };
        let event = TimelineEvent::Other { kind: "fact".into(), detail: serde_json::json!({ "fact": "said" }) };
        let entry = self.dossier.record("policyholder", &event, now).unwrap();
        let message = |seq, author, text: &str, client_id| MessageRow {
            conversation: self.id(),
            seq,
            author,
            channel: Channel::Sms,
            body: Body { text: text.to_owned(), ..Body::default() },
            client_id,
            at: now,
        };
        Commit {
            key: Some(key(provider_id, seq)),
            endpoint: opens.then(|| EndpointRow {
                endpoint: self.conversation.endpoint.clone(),
                conversation: self.id(),
                contact: self.conversation.contact,
                at: now,
                proof: None,
            }),
            conversation: self.conversation.clone(),
            binding: Binding::default(),
            dossier: Some(self.dossier.clone()),
            rows: TurnRows {
                messages: vec![
                    message(seq, Author::Policyholder, text, Some(provider_id.to_owned())),
                    message(seq + 1, Author::Guichet, &format!("reply to {provider_id}"), None),
                ],
                facts: vec![fact],
                timeline: vec![entry],
                ..TurnRows::default()
            },
        }
    }
}
