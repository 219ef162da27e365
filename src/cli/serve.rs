//! `guichet serve`: runs until it is told to stop, then finishes the requests and tries that have begun.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{CliError, load_flows, make_place, open_documents, say, sole_server::SoleServer};
use crate::{
    assignment::Assigner,
    channel::{AccountError, Provider, Providers, Receiver, http},
    config::Config,
    document::Limits,
    domain::{clock::Clock, jitter::Jitter},
    finding::Finding,
    flow::Library,
    housekeeping::Housekeeping,
    intake::Intake,
    outbox::{Budget, BudgetLimits, LEASE, Outbox},
    store::Engine,
    telemetry::{self, Metrics},
    web::{
        self, App, AppParts, ConnectionLimits, Openings, Probe, Server, Sockets, Spool, Streams, Uploads, Writing,
        health, raise_descriptors,
    },
};

/// How long requests in flight may take to end after the service was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long the database may take to close then.
const CLOSING: Duration = Duration::from_secs(5);
const FLOWS_PERIOD: Duration = Duration::from_mins(10);

pub(super) async fn run(config: Config) -> Result<(), CliError> {
    telemetry::start(&config.log)?;
    let (parts, sole) = open(config, Clock::system(), Vec::new()).await?;
    serve(App::from(parts), sole, |address| say(format_args!("Guichet listens on http://{address}"))).await
}

/// Opens everything that requests need, for one server alone where the database is a file. `accounts` are served beside the
/// configured ones.
pub(super) async fn open(
    config: Config,
    clock: Clock,
    accounts: Vec<Arc<dyn Provider>>,
) -> Result<(AppParts, SoleServer), CliError> {
    make_place(&config)?;
    // Before the file is opened: a later program would migrate it under the one that serves.
    let sole = SoleServer::take(&config.store.url)?;
    let store = Engine::open(&config.store.url).await?;
    let documents = open_documents(&config, &store).await?;
    let library = Arc::new(load_flows(&config)?);
    place(&store, &library).await?;
    let metrics = Metrics::default();
    let in_flight = config.server.max_in_flight;
    let key = store.secret("key").await?;
    let device_key = store.secret("device").await?;
    let providers = Providers::open(&config, &http::client().map_err(AccountError::from)?, &key)?.with(accounts);
    let accounts = providers.accounts();
    let intake = Intake::open(
        store.clone(),
        library,
        clock.clone(),
        metrics.clone(),
        in_flight,
        accounts,
        &config.server.public_url,
    )
    .await?;
    // Trained beside what is still to be opened, so that hardly a first message waits for it.
    let library = intake.library();
    std::thread::spawn(move || library.intents().classifier().train());
    let limits = Limits { max_bytes: config.documents.max_file_mib * 1024 * 1024 };
    let receiver = Receiver::new(intake.clone(), store.clone(), documents.clone(), limits, clock.clone());
    let parts = AppParts {
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
        device_key: device_key.into(),
    };
    Ok((parts, sole))
}

/// Gives the dossiers of programs that kept no desk the one that the table named, or that takes their peril.
async fn place(store: &Engine, library: &Library) -> Result<(), CliError> {
    let desks = library.desks();
    let placed = store
        .place_dossiers(|dossier, decided| {
            let decided = decided.filter(|desk| desks.name(desk).is_some());
            decided.or_else(|| desks.of(&dossier.insurer, &dossier.peril).cloned())
        })
        .await?;
    if placed > 0 {
        tracing::info!(placed, "dossiers of an earlier program have their desks");
    }
    Ok(())
}

/// Serves until SIGINT or SIGTERM. `ready` gets the address once the service listens.
pub(super) async fn serve(app: App, mut sole: SoleServer, ready: impl FnOnce(SocketAddr)) -> Result<(), CliError> {
    let (store, streams) = (app.engine.clone(), app.streams.clone());
    // Whoever is told that the service listens may tell it to stop.
    let signals = StopSignals::catch();
    let housekeeping =
        Housekeeping { store: store.clone(), documents: app.documents.clone(), clock: app.clock.clone() };
    let finding = Finding { store: store.clone(), library: app.intake.library(), clock: app.clock.clone() };
    let tasks = [
        tokio::spawn(housekeeping.run()),
        tokio::spawn(finding.run()),
        tokio::spawn(app.receiver.inspections().clone().run()),
        tokio::spawn(look_after_flows(app.intake.clone())),
        tokio::spawn(health::watch(app.clone())),
        tokio::spawn(app.intake.clone().keep_time()),
        tokio::spawn(Assigner::new(app.engine.clone(), app.intake.clone(), app.clock.clone()).run()),
    ];
    let config = &app.config.server;
    let limits = ConnectionLimits::new(config, raise_descriptors());
    let fail = |error| CliError::Listen { address: config.listen.to_string(), error };
    let sockets = Sockets::bind(config.listen).await.map_err(fail)?;
    sole.serves();
    ready(sockets.local_addr().map_err(fail)?);
    if sole.follows_a_cut || app.engine.lost_transactions() > 0 {
        tokio::spawn(look_for_damage(app.clone()));
    }
    let stop = CancellationToken::new();
    let channels = tokio::spawn(run_channels(app.clone(), stop.clone()));
    let server = Server::new(web::router(app.clone()), config, limits, app.metrics.clone());
    let mut server = tokio::spawn({
        let stop = stop.clone();
        async move { server.serve(sockets, &stop, GRACE).await }
    });
    tokio::select! {
        () = signals.wait() => tracing::info!("stopping: no new requests, those at hand are finished"),
        // It ends by itself only by a fault of the program: nothing comes in any more, so the channels stop too.
        failed = &mut server => return Err(CliError::Serve(failed.err().map(|error| error.to_string()).unwrap_or_default())),
    }
    streams.stop();
    stop.cancel();
    // What still runs after the grace period is cut: clients come back to another node, and a message that was being sent
    // is sent again when its lease runs out.
    let finished = async {
        let (server, channels) = tokio::join!(server, channels);
        matches!((server, channels), (Ok(true), Ok(())))
    };
    if !tokio::time::timeout(GRACE + Duration::from_secs(1), finished).await.unwrap_or(false) {
        tracing::info!("what had not ended was cut");
    }
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    if tokio::time::timeout(CLOSING, store.close()).await.is_ok() {
        sole.end();
    } else {
        tracing::warn!("the database did not close in time");
    }
    Ok(())
}

/// Listens on the channels and sends what waits, until `stop`; then waits for what has begun.
async fn run_channels(app: App, stop: CancellationToken) {
    let mut tasks = JoinSet::new();
    for provider in app.providers.iter() {
        tasks.spawn(Arc::clone(provider).listen(app.receiver.clone(), stop.clone()));
    }
    let sms = &app.config.sms;
    let outbox = Outbox {
        store: app.engine.clone(),
        intake: app.intake.clone(),
        receiver: app.receiver.clone(),
        clock: app.clock.clone(),
        metrics: app.metrics.clone(),
        jitter: Jitter::system(),
        public_url: app.config.server.public_url.as_str().into(),
        lease: LEASE,
        budget: Budget::new(
            BudgetLimits {
                countries: sms.countries.clone(),
                texts_per_number: sms.texts_per_number_a_day,
                texts_per_country: sms.texts_per_country_a_day,
                texts_per_account: sms.texts_per_account_a_day,
            },
            app.metrics.clone(),
        ),
    };
    tasks.spawn(outbox.run(app.providers.clone(), stop));
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a channel's task failed: restart Guichet to start it again");
        }
    }
}

/// SIGINT and SIGTERM, which are caught from the moment when this is made.
struct StopSignals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
}

impl StopSignals {
    fn catch() -> Self {
        let catch = |kind, name| match signal(kind) {
            Ok(signal) => Some(signal),
            Err(error) => {
                tracing::warn!(%error, "{name} cannot be caught");
                None
            }
        };
        Self {
            interrupt: catch(SignalKind::interrupt(), "SIGINT"),
            terminate: catch(SignalKind::terminate(), "SIGTERM"),
        }
    }

    async fn wait(mut self) {
        let come = async |signal: &mut Option<Signal>| match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        };
        tokio::select! {
            () = come(&mut self.interrupt) => {}
            () = come(&mut self.terminate) => {}
        }
    }
}

/// Reads the database's file whole, beside what comes in, and says loudly what is damaged.
async fn look_for_damage(app: App) {
    match app.engine.find_damage().await {
        Ok(damage) if damage.is_empty() => {
            tracing::info!("the server before did not end well; the database's file is whole");
        }
        Ok(damage) => {
            let found = u64::try_from(damage.len()).unwrap_or(u64::MAX);
            for damage in damage {
                tracing::error!(
                    damage,
                    "the database's file is damaged: stop Guichet, keep the file, restore the last backup"
                );
            }
            if let Err(error) = app.engine.loss_was_told().await {
                tracing::warn!(%error, "the next start tells of the same loss again");
            }
            app.metrics.damaged.inc_by(found);
        }
        Err(error) => {
            app.metrics.damaged.inc();
            tracing::error!(%error, "the database's file cannot be read whole");
        }
    }
}

/// Learns what handlers taught on other nodes, where this one was not told, and deletes old flow revisions.
async fn look_after_flows(intake: Intake) {
    loop {
        tokio::time::sleep(FLOWS_PERIOD).await;
        if let Err(error) = intake.look_after_flows().await {
            tracing::warn!(%error, "the flow revisions could not be looked after");
        }
    }
}
