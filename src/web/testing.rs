//! A service for tests: a database and documents in a folder of its own, and a clock that the test sets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

use super::{App, AppParts, Openings, Probe, Spool, Streams, Uploads, Writing};
use crate::{
    channel::{Provider, Providers, Receiver},
    config::{Config, Site},
    document::{Documents, Limits},
    domain::clock::Clock,
    flow::testing::shipped,
    intake::Intake,
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
}
