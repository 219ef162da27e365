//! A node: the real intake, timers and outbox on a store whose accesses may fail. It crashes where an access says so, and comes
//! again after a while.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use tokio::{
    sync::OwnedMutexGuard,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    carrier::{ACCOUNT, Line},
    world::{URL, World, lock},
};
use crate::{
    channel::{Providers, Receiver},
    document::{Documents, Limits},
    domain::{jitter::Jitter, message::Channel},
    flow::testing::shipped,
    intake::Intake,
    outbox::{Budget, BudgetLimits, Dispatcher, LEASE, Outbox},
    store::{
        Engine, StoreError,
        testing::faults::{Access, Faults, Planted},
    },
    telemetry::Metrics,
};

/// How long SQLite's write lock is waited for.
const BUSY: Duration = Duration::from_secs(5);
/// A hang of this length may use up a lease.
const LONG: Duration = Duration::from_secs(10);

/// One life of a node, as its accesses see it.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) world: Arc<World>,
    pub(super) name: String,
    pub(super) dead: CancellationToken,
    thaws: Mutex<Option<Instant>>,
}

impl Life {
    /// Stands still while it is frozen. Returns whether it did; an error where it is dead.
    pub(super) async fn go_on(&self) -> Result<bool, StoreError> {
        let mut stood = false;
        loop {
            if self.dead.is_cancelled() {
                return Err(StoreError::Closing);
            }
            let thaws = lock(&self.thaws).filter(|thaws| *thaws > Instant::now() && !self.world.is_calm());
            let Some(thaws) = thaws else { return Ok(stood) };
            stood = true;
            self.pause(thaws - Instant::now()).await;
        }
    }

    async fn pause(&self, lasts: Duration) {
        tokio::select! {
            biased;
            () = self.dead.cancelled() => {}
            () = sleep(lasts) => {}
        }
    }

    pub(super) fn die(&self, doing: &str) {
        if !self.dead.is_cancelled() {
            self.world.tell(&format!("{} dies {doing}", self.name));
            self.world.is_troubled(Some(&self.name), Duration::ZERO);
            self.dead.cancel();
        }
    }

    pub(super) fn freeze(&self, lasts: Duration) {
        self.world.tell(&format!("{} is frozen for {lasts:?}", self.name));
        self.world.is_troubled(Some(&self.name), lasts);
        *lock(&self.thaws) = Some(Instant::now() + lasts);
    }

    async fn before_access(&self, access: Access) -> Result<(), StoreError> {
        self.go_on().await?;
        if self.world.is_calm() {
            return Ok(());
        }
        let odds = &self.world.odds;
        let roll = |times| self.world.once_in(times);
        if roll(odds.delay) {
            let lasts = self.world.millis(0..40);
            self.pause(lasts).await;
        }
        if roll(odds.die) {
            self.die(&format!("before {access:?}"));
        }
        let is_inside = matches!(access, Access::Statement | Access::Commit);
        if !is_inside && roll(odds.freeze) {
            let lasts = self.world.millis(5_000..200_000);
            self.freeze(lasts);
        }
        self.go_on().await?;
        if roll(odds.hang) {
            let lasts = self.world.millis(500..45_000);
            self.world.tell(&format!("{} hangs in {access:?} for {lasts:?}", self.name));
            if lasts >= LONG {
                // Inside a transaction it holds up all nodes.
                self.world.is_troubled(if is_inside { None } else { Some(&self.name) }, lasts);
            }
            self.pause(lasts).await;
            self.go_on().await?;
            if roll(2) {
                return Err(StoreError::Unreachable("simulated: no answer".to_owned()));
            }
        }
        if roll(odds.refuse) {
            let kind = self.world.among(0..3);
            self.world.tell(&format!("{} is refused {access:?}", self.name));
            return Err(match kind {
                0 => StoreError::Locked,
                1 => StoreError::DiskFull,
                _ => StoreError::Unreachable("simulated".to_owned()),
            });
        }
        Ok(())
    }

    async fn after_access(&self, access: Access) -> Result<(), StoreError> {
        let writes = matches!(access, Access::Commit | Access::Execute);
        if writes {
            self.world.look();
        }
        if self.world.is_calm() {
            return Ok(());
        }
        let odds = &self.world.odds;
        let roll = |times| self.world.once_in(times);
        if writes && roll(odds.die / 20) {
            self.die(&format!("after {access:?}"));
        }
        if roll(odds.delay) {
            let lasts = self.world.millis(0..40);
            self.pause(lasts).await;
        }
        self.go_on().await?;
        if writes && roll(odds.cut) {
            self.world.tell(&format!("{} is cut off after {access:?}", self.name));
            return Err(StoreError::Unreachable("simulated: cut off after it was done".to_owned()));
        }
        Ok(())
    }
}

impl Faults for Life {
    fn before(&self, access: Access) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.before_access(access))
    }

    fn after(&self, access: Access) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.after_access(access))
    }

    fn lock(&self) -> BoxFuture<'_, Result<OwnedMutexGuard<()>, StoreError>> {
        let lock = Arc::clone(&self.world.lock).lock_owned();
        Box::pin(async { timeout(BUSY, lock).await.map_err(|_| StoreError::Locked) })
    }

    fn shows(&self, planted: Planted) -> bool {
        let is_planted = self.world.planted == Some(planted);
        is_planted && (planted != Planted::LostCommits || self.world.once_in(20))
    }
}

/// A running node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) life: Arc<Life>,
    pub(super) intake: Intake,
    /// What runs beside the requests; it ends with the node.
    _tasks: JoinSet<()>,
}

impl Node {
    async fn start(world: &Arc<World>, name: String) -> Result<Self, StoreError> {
        let life =
            Arc::new(Life { world: Arc::clone(world), name, dead: CancellationToken::new(), thaws: Mutex::default() });
        let wrong_by = SignedDuration::from_millis(i64::try_from(world.among(0..8_000)).unwrap() - 4_000);
        let (clock, metrics) = (world.clock(wrong_by), Metrics::default());
        let faults: Arc<dyn Faults> = Arc::clone(&life) as _;
        let store = Engine::open_simulated(&world.file, faults)?;
        let line = Arc::new(Line { life: Arc::clone(&life) });
        let providers = Providers::new(vec![Arc::clone(&line) as _], []).unwrap();
        let accounts = providers.accounts();
        let intake = Intake::open(store.clone(), shipped(), clock.clone(), metrics.clone(), 64, accounts, URL).await;
        let intake = match intake {
            Ok(intake) => intake,
            Err(error) => return Err(StoreError::Refused(error.to_string())),
        };
        let documents = Documents::local(&world.file.with_file_name("documents")).unwrap();
        let receiver = Receiver::new(intake.clone(), store.clone(), documents, Limits::default(), clock.clone());
        let limits = BudgetLimits {
            countries: vec!["FR".to_owned()],
            texts_per_number: 100_000,
            texts_per_country: 100_000,
            texts_per_account: 100_000,
        };
        let spread = Arc::clone(world);
        let outbox = Outbox {
            store,
            intake: intake.clone(),
            receiver,
            clock,
            jitter: Jitter::new(move || f64::from(u32::try_from(spread.among(0..1000)).unwrap()) / 1000.0),
            public_url: URL.into(),
            lease: LEASE,
            budget: Budget::new(limits, metrics.clone()),
            metrics,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(Dispatcher::new(outbox, line).run(CancellationToken::new()));
        tasks.spawn(intake.clone().keep_time());
        world.tell(&format!("{} is up, its clock wrong by {wrong_by:?}", life.name));
        Ok(Self { life, intake, _tasks: tasks })
    }
}

/// All nodes. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Cluster(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// None while one is down.
    nodes: Vec<Mutex<Option<Arc<Node>>>>,
    watchers: Mutex<JoinSet<()>>,
}

impl Cluster {
    pub(super) async fn start(world: &Arc<World>, nodes: u64) -> Self {
        let places = (0..nodes).map(|_| Mutex::default()).collect();
        let cluster = Self(Arc::new(Inner { nodes: places, watchers: Mutex::default() }));
        for place in 0..cluster.0.nodes.len() {
            // Until `stop`: the watchers hold the cluster, and the cluster them.
            lock(&cluster.0.watchers).spawn(watch(Arc::clone(world), cluster.clone(), place));
        }
        cluster.all_up().await;
        cluster
    }

    /// One of the nodes that run; which one is the dice's choice.
    pub(super) fn any(&self, world: &World) -> Option<Arc<Node>> {
        let up: Vec<Arc<Node>> = self.0.nodes.iter().filter_map(|node| lock(node).clone()).collect();
        if up.is_empty() { None } else { Some(Arc::clone(world.one_of(&up))) }
    }

    pub(super) async fn all_up(&self) {
        while self.0.nodes.iter().any(|node| lock(node).is_none()) {
            sleep(Duration::from_secs(1)).await;
        }
    }

    pub(super) fn stop(&self) {
        lock(&self.0.watchers).abort_all();
        for node in &self.0.nodes {
            lock(node).take();
        }
    }
}

/// Starts a node, and starts it again whenever it died.
async fn watch(world: Arc<World>, cluster: Cluster, place: usize) {
    for life in 1.. {
        let node = loop {
            match Node::start(&world, format!("node {place}.{life}")).await {
                Ok(node) => break Arc::new(node),
                Err(error) => {
                    world.tell(&format!("node {place}.{life} does not start: {error}"));
                    sleep(Duration::from_secs(1)).await;
                }
            }
        };
        let dead = node.life.dead.clone();
        *lock(&cluster.0.nodes[place]) = Some(node);
        dead.cancelled().await;
        // With the last handle its tasks end.
        lock(&cluster.0.nodes[place]).take();
        let lasts = world.millis(200..90_000);
        sleep_until(Instant::now() + lasts).await;
    }
}

/// The account that all nodes send by.
pub(super) fn account() -> (Channel, String) {
    (Channel::Sms, ACCOUNT.to_owned())
}
