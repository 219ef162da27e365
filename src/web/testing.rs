//! A service for tests: a database and documents in a folder of its own, and a clock that the test sets.

#[path = "../../tests/it/support/answers.rs"]
mod answers;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

use answers::answer_to;

use super::{App, AppParts, Openings, Probe, Spool, Streams, Uploads, Writing};
use crate::{
    channel::{Provider, Providers, Receiver},
    config::{Config, Site},
    document::{Documents, Limits},
    domain::{
        clock::Clock,
        id::ConversationId,
        language::Language,
        message::{Body, Endpoint, MessageLink},
    },
    flow::testing::shipped,
    intake::{Inbound, InboundKind, Intake},
    store::Engine,
    telemetry::Metrics,
};

/// Everything that requests need, and the folder that must outlive them.
pub(super) struct Trial {
    pub(super) app: App,
    /// Unix milliseconds.
    pub(super) now: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Trial {
    pub(super) async fn open(providers: Vec<Arc<dyn Provider>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Engine::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.unwrap();
        let documents = Documents::local(&folder.path().join("documents")).unwrap();
        let now = Arc::new(AtomicI64::new(1_795_000_000_000));
        let clock = Clock::new({
            let now = Arc::clone(&now);
            move || Timestamp::from_millisecond(now.load(Ordering::Relaxed)).unwrap()
        });
        let library = shipped();
        let (metrics, providers) = (Metrics::default(), Providers::new(providers, []).unwrap());
        let accounts = providers.accounts();
        let intake =
            Intake::open(store.clone(), library, clock.clone(), metrics.clone(), 64, accounts, "http://127.0.0.1:8480")
                .await
                .unwrap();
        let limits = Limits { max_bytes: 1024 * 1024 };
        let receiver = Receiver::new(intake.clone(), store.clone(), documents.clone(), limits, clock.clone());
        let mut config = Config::load(None, []).unwrap();
        config.documents.max_file_mib = 1;
        config.chat.sites.push(Site {
            key: "demo-site".into(),
            insurer: "demo".into(),
            origins: vec!["https://www.example.org".into(), "https://example.org".into()],
        });
        let app = App::from(AppParts {
            config: Arc::new(config),
            doors: store.doors(),
            engine: store,
            intake,
            documents,
            providers,
            receiver,
            clock,
            metrics,
            streams: Streams::default(),
            openings: Openings::default(),
            writing: Writing::default(),
            spool: Spool::default(),
            uploads: Uploads::default(),
            probe: Probe::default(),
            device_key: "a key of the tests".into(),
        });
        tokio::spawn(app.receiver.inspections().clone().run());
        Self { app, now, folder }
    }

    /// The documents' folder.
    pub(super) fn documents(&self) -> std::path::PathBuf {
        self.folder.path().join("documents")
    }

    /// The bytes of the database's files.
    pub(super) fn stored(&self) -> Vec<u8> {
        let files = ["test.db", "test.db-wal"].map(|name| std::fs::read(self.folder.path().join(name)).unwrap());
        files.concat()
    }

    /// Declares a water damage from an address, answers whatever is asked, and sends it. Returns the conversation.
    pub(super) async fn declare(&self, from: &Endpoint) -> ConversationId {
        let mut said =
            self.say(from, "bonjour, une fuite d'eau dans ma cuisine hier, aucun blessé, aucun danger").await;
        for _ in 0..60 {
            if said.1.iter().any(|body| body.link == Some(MessageLink::Status)) {
                return said.0;
            }
            let Some(asks) = said.1.last() else { panic!("nothing was answered") };
            said = match answer_to(asks) {
                Ok(payload) => self.press(from, &payload).await,
                Err(text) => self.say(from, text).await,
            };
        }
        panic!("the claim is never sent: {:?}", said.1);
    }

    pub(super) async fn say(&self, from: &Endpoint, text: &str) -> (ConversationId, Vec<Body>) {
        self.receive(from, Body { text: text.into(), ..Body::default() }).await
    }

    pub(super) async fn press(&self, from: &Endpoint, payload: &str) -> (ConversationId, Vec<Body>) {
        self.receive(from, Body { choice: Some(payload.into()), ..Body::default() }).await
    }

    async fn receive(&self, from: &Endpoint, body: Body) -> (ConversationId, Vec<Body>) {
        // Each comes a second after the one before, under a name of its own.
        let at = self.now.fetch_add(1000, Ordering::Relaxed);
        let inbound = Inbound {
            endpoint: from.clone(),
            provider_id: format!("at {at}"),
            insurer: "demo".into(),
            language: Language::Fr,
            token: None,
            cites: Vec::new(),
            settle: false,
            kind: InboundKind::Message(body),
        };
        let receipt = self.app.intake.receive(inbound).await.unwrap();
        (receipt.conversation, receipt.replies)
    }
}
