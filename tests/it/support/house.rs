//! Guichet without its web edge: the intake on a store, with a clock that the test sets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU32, Ordering},
};

use guichet::{
    conversation::Accounts,
    domain::{
        clock::Clock,
        id::{ConversationId, DocumentId, Ids},
        language::Language,
        message::{Attachment, Author, Body, Channel, Endpoint, MessageLink},
    },
    dossier::Dossier,
    flow::{Library, built_in},
    intake::{Inbound, InboundKind, Intake, Receipt},
    store::Engine,
    telemetry::Metrics,
};
use jiff::Timestamp;

use super::{Database, answers::answer_to};

/// One node.
pub(crate) struct House {
    pub(crate) intake: Intake,
    pub(crate) store: Engine,
    now: Arc<AtomicI64>,
    sent: AtomicU32,
}

impl House {
    /// A node on the database, at an instant such as `2026-11-20T10:00:00+01:00`.
    pub(crate) async fn open(db: &Database, at: &str) -> Self {
        Self::open_with(db, at, Accounts::default()).await
    }

    /// The same, with accounts to which messages are pushed.
    pub(crate) async fn open_with(db: &Database, at: &str, accounts: Accounts) -> Self {
        Self::open_on(db, at, accounts, Library::from_sources(built_in()).unwrap()).await
    }

    /// The same, whose identifiers are counted from a number on.
    pub(crate) async fn counting(db: &Database, at: &str, first: u64) -> Self {
        let store = db.store().await.with_ids(Ids::counted_from(first));
        Self::of(store, at, Accounts::default(), Library::from_sources(built_in()).unwrap()).await
    }

    /// The same, with these flows.
    pub(crate) async fn open_on(db: &Database, at: &str, accounts: Accounts, library: Library) -> Self {
        Self::of(db.store().await, at, accounts, library).await
    }

    async fn of(store: Engine, at: &str, accounts: Accounts, library: Library) -> Self {
        let now = Arc::new(AtomicI64::new(instant(at).as_millisecond()));
        let clock = Clock::new({
            let now = Arc::clone(&now);
            move || Timestamp::from_millisecond(now.load(Ordering::Relaxed)).unwrap()
        });
        let library = Arc::new(library);
        let intake =
            Intake::open(store.clone(), library, clock, Metrics::default(), 64, accounts, "https://guichet.example")
                .await
                .unwrap();
        Self { intake, store, now, sent: AtomicU32::new(0) }
    }

    pub(crate) fn set_clock(&self, at: &str) {
        self.now.store(instant(at).as_millisecond(), Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::Relaxed)).unwrap()
    }

    pub(crate) fn pass(&self, milliseconds: i64) {
        self.now.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// What a person sends, under an identifier that no other message of this node has.
    pub(crate) fn inbound(&self, from: &Endpoint, body: Body) -> Inbound {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        Inbound {
            endpoint: from.clone(),
            provider_id: format!("{:p} {number}", self.now.as_ptr()),
            insurer: "demo".into(),
            language: Language::Fr,
            token: None,
            cites: Vec::new(),
            settle: false,
            kind: InboundKind::Message(body),
        }
    }

    /// Sends an inbound; returns its receipt.
    pub(crate) async fn receive(&self, inbound: Inbound) -> Receipt {
        self.intake.receive(inbound).await.unwrap()
    }

    /// Says something, and returns what is answered.
    pub(crate) async fn say(&self, from: &Endpoint, text: &str) -> String {
        let inbound = self.inbound(from, Body { text: text.into(), ..Body::default() });
        said(&self.receive(inbound).await.replies)
    }

    /// Declares a water damage from an address, answers whatever is asked, and sends it.
    pub(crate) async fn declare(&self, from: &Endpoint) {
        let told = "bonjour, une fuite d'eau dans ma cuisine hier, aucun blessé, aucun danger";
        let mut body = Body { text: told.into(), ..Body::default() };
        for _ in 0..60 {
            let replies = self.receive(self.inbound(from, body)).await.replies;
            if replies.iter().any(|reply| reply.link == Some(MessageLink::Status)) {
                return;
            }
            body = match answer_to(replies.last().unwrap()) {
                Ok(payload) => Body { choice: Some(payload), ..Body::default() },
                Err(text) => Body { text: text.into(), ..Body::default() },
            };
        }
        panic!("the claim is never sent");
    }

    /// The conversation that goes on at an address.
    pub(crate) async fn at(&self, endpoint: &Endpoint) -> ConversationId {
        self.store.conversation_at(endpoint).await.unwrap().unwrap()
    }

    /// Its dossier.
    pub(crate) async fn dossier(&self, endpoint: &Endpoint) -> Dossier {
        let conversation = self.store.conversation(self.at(endpoint).await).await.unwrap().unwrap();
        self.store.dossier(conversation.0.dossier.unwrap()).await.unwrap().unwrap()
    }

    /// What Guichet said there, oldest first, with the channel.
    pub(crate) async fn guichet_said(&self, endpoint: &Endpoint) -> Vec<(Channel, String)> {
        let messages = self.store.messages(self.at(endpoint).await, 0, 1000).await.unwrap();
        let ours = messages.into_iter().filter(|message| message.author == Author::Guichet);
        ours.map(|message| (message.channel, message.body.text)).collect()
    }

    /// The codes of a dossier's timeline.
    pub(crate) async fn timeline(&self, dossier: &Dossier) -> Vec<String> {
        let entries = self.store.timeline(dossier.conversation).await.unwrap();
        entries.into_iter().map(|entry| entry.kind).collect()
    }
}

/// The address of a person on a channel's account for tests.
pub(crate) fn on(channel: Channel, address: &str) -> Endpoint {
    Endpoint { channel, account: "test".into(), address: address.into() }
}

/// A photo that nobody stored, in the slot of this kind.
pub(crate) fn photo_in(slot: &str) -> Body {
    let mut body = photo();
    body.attachments[0].slot = Some(slot.to_owned());
    body
}

/// A photo that nobody stored.
pub(crate) fn photo() -> Body {
    let attachment = Attachment {
        document: DocumentId::new(instant("2026-11-20T10:00:00+01:00")),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1000,
        remark: None,
        slot: None,
    };
    Body { attachments: vec![attachment], ..Body::default() }
}

/// The texts of several messages, a line each.
pub(crate) fn said(bodies: &[Body]) -> String {
    bodies.iter().map(|body| body.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn instant(at: &str) -> Timestamp {
    at.parse().unwrap()
}
