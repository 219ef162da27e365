//! The webhook's way in and out: the real router and its layers, on a real socket. Behind it stands an intake that has no
//! room, so that each post is read, verified, decoded and refused with a problem instead of replies.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use guichet::{
    channel::{Providers, Receiver},
    config::Config,
    document::{Documents, Limits},
    domain::clock::Clock,
    flow::{Library, built_in},
    intake::Intake,
    store::Engine,
    telemetry::Metrics,
    web::{self, App, AppParts, Openings, Probe, Spool, Streams, Uploads, Writing},
};

use crate::{Found, client::Client, cpu, people::Place, policies::INSURER};

const ACCOUNT: &str = "load";
const SECRET: &str = "load";
/// The name of the threads that serve.
const SERVER: &str = "server";
const WARMUP: Duration = Duration::from_secs(1);

pub(crate) fn run(connections: usize, seconds: u64) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let server =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name(SERVER).enable_all().build().unwrap();
    let address = server.block_on(async {
        let app = open(folder.path()).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = web::router(app).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async { axum::serve(listener, service).await.unwrap() });
        address
    });
    let driver = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (answered, cpu) = driver.block_on(drive(&format!("http://{address}"), connections, seconds));
    let each = |all: Duration| all.as_secs_f64() * 1e6 / f64::from(answered);
    vec![("http: elapsed", each(Duration::from_secs(seconds))), ("http: CPU of the server", each(cpu))]
}

async fn open(folder: &std::path::Path) -> App {
    let file = folder.join("guichet.toml");
    let webhook = format!("[[sms.webhooks]]\naccount = '{ACCOUNT}'\ninsurer = '{INSURER}'\nsecret = '{SECRET}'\n");
    std::fs::write(&file, webhook).unwrap();
    let config = Config::load(Some(&file), []).unwrap();
    let store = Engine::open(&format!("sqlite:{}", folder.join("bench.db").display())).await.unwrap();
    let documents = Documents::local(&folder.join("documents")).unwrap();
    let (clock, metrics) = (Clock::system(), Metrics::default());
    let library = Arc::new(Library::from_sources(built_in()).unwrap());
    let http = guichet::channel::http::client().unwrap();
    let providers = Providers::open(&config, &http, "key").unwrap();
    let (url, accounts) = (&config.server.public_url, providers.accounts());
    let intake =
        Intake::open(store.clone(), library, clock.clone(), metrics.clone(), 1024, accounts, url).await.unwrap();
    intake.set_no_room(true);
    let limits = Limits { max_bytes: 1024 };
    let receiver = Receiver::new(intake.clone(), store.clone(), documents.clone(), limits, clock.clone());
    App::from(AppParts {
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
        device_key: "a key".into(),
    })
}

/// Posts over all connections. Returns how many posts were answered, and the CPU that the server took for them.
async fn drive(url: &str, connections: usize, seconds: u64) -> (u32, Duration) {
    let start = Instant::now() + WARMUP;
    let end = start + Duration::from_secs(seconds);
    let connections: Vec<_> = (0..connections)
        .map(|number| {
            let mut client = Client::new(url, ACCOUNT, SECRET);
            let place = Place::new(u32::try_from(number).unwrap(), 1);
            tokio::spawn(async move {
                let mut answered = 0;
                loop {
                    let answer = client.send::<serde_json::Value>(&place.message()).await;
                    assert_eq!(answer.unwrap_err(), "status 503", "the intake has no room");
                    match Instant::now() {
                        now if now >= end => return answered,
                        now if now >= start => answered += 1,
                        _ => {}
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep_until(start.into()).await;
    let before = cpu::used_by(|name| name == SERVER);
    tokio::time::sleep_until(end.into()).await;
    let cpu = cpu::used_by(|name| name == SERVER).saturating_sub(before);
    let mut answered = 0;
    for connection in connections {
        answered += connection.await.unwrap();
    }
    (answered, cpu)
}
