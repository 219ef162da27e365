//! PostgreSQL with a synchronous standby: the primary is lost, the standby takes its place, and nothing that was acknowledged is
//! missing. Both clusters are made here, as docs/postgres.md says.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use guichet::store::{CommitError, Engine, StoreError};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tempfile::TempDir;
use tokio::{
    io,
    net::{TcpListener, UnixStream},
    sync::watch,
};

use crate::support::{Case, Cluster, until};

const PEOPLE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_lost_under_load_loses_nothing_acknowledged_postgres() {
    let pair = Pair::start().await;
    let line = Line::to(pair.primary.socket()).await;
    let store = Engine::open(&line.url).await.unwrap();
    let stored = Arc::new(AtomicUsize::new(0));
    let (stop, stopped) = watch::channel(false);
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| {
            let (store, stored, stopped) = (store.clone(), Arc::clone(&stored), stopped.clone());
            tokio::spawn(async move {
                let mut case = Case::new(&format!("person {number}"));
                let mut acknowledged = 0;
                while !*stopped.borrow() {
                    let mut next = case.clone();
                    match store.commit(next.turn(&format!("{number}.{acknowledged}"), "bonjour")).await {
                        // A duplicate was stored, and nobody heard of it.
                        Ok(_) | Err(CommitError::Duplicate { .. }) => {}
                        Err(_) => {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                            continue;
                        }
                    }
                    case = next;
                    acknowledged += 1;
                    stored.fetch_add(1, Ordering::Relaxed);
                }
                (case.id(), acknowledged)
            })
        })
        .collect();
    let reaches = async |count: usize| {
        until(async || (stored.load(Ordering::Relaxed) >= count).then_some(())).await;
    };
    reaches(200).await;
    tokio::task::block_in_place(|| {
        pair.primary.control(&["-m", "immediate", "stop"]);
        pair.standby.control(&["-w", "promote"]);
    });
    let before = stored.load(Ordering::Relaxed);
    line.now_to(pair.standby.socket());
    reaches(before + 100).await;
    stop.send(true).unwrap();
    let mut ledger = Vec::new();
    for person in people {
        ledger.push(person.await.unwrap());
    }
    store.close().await;

    let store = Engine::open(&pair.standby.url("guichet")).await.unwrap();
    for (conversation, acknowledged) in ledger {
        let messages = store.messages(conversation, 0, 10_000).await.unwrap();
        let received: Vec<String> = messages.into_iter().filter_map(|message| message.client_id).collect();
        let number = received[0].split('.').next().unwrap();
        // In their order, each once. (The last one may be stored without having been acknowledged.)
        let wanted: Vec<String> = (0..received.len()).map(|turn| format!("{number}.{turn}")).collect();
        assert_eq!(received, wanted);
        assert!(received.len() >= acknowledged, "{acknowledged} were acknowledged, {} are there", received.len());
    }
    store.close().await;
}

/// What the standby does not have is not acknowledged, also where it is found in the primary when it comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_again_while_the_standby_is_away_is_not_acknowledged_postgres() {
    let pair = Pair::start().await;
    let store = Engine::open(&pair.primary.url("guichet")).await.unwrap();
    let mut case = Case::new("x");
    store.commit(case.turn("1", "")).await.unwrap();
    tokio::task::block_in_place(|| pair.standby.control(&["-m", "fast", "stop"]));
    let first = tokio::spawn({
        let (store, mut case) = (store.clone(), case.clone());
        async move { store.commit(case.turn("2", "")).await }
    });
    // Somebody ends the session that waits for the standby: its transaction is seen from now on, here alone.
    let mut operator = PgConnection::connect(&pair.primary.url("guichet")).await.unwrap();
    let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    until(async || (operator.fetch_one(end).await.unwrap().get::<i64, _>(0) > 0).then_some(())).await;
    assert!(first.await.unwrap().is_err());
    let again = || {
        let (store, mut case) = (store.clone(), case.clone());
        async move { store.commit(case.turn("2", "")).await }
    };
    match again().await {
        Err(CommitError::Store(error)) => assert!(matches!(*error, StoreError::Unreachable(_)), "{error}"),
        other => panic!("the standby does not have it: {other:?}"),
    }
    tokio::task::block_in_place(|| pair.standby.control(&["-w", "start"]));
    until(async || matches!(again().await, Err(CommitError::Duplicate { .. })).then_some(())).await;
    store.close().await;
}

/// A primary and a standby that each transaction waits for.
struct Pair {
    primary: Cluster,
    standby: Cluster,
    _folder: TempDir,
}

impl Pair {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (primary, standby) = tokio::task::block_in_place(|| {
            let primary = Cluster::start(folder.path(), folder.path(), 5432);
            let standby = primary.standby(folder.path(), 5433);
            (primary, standby)
        });
        let mut operator = PgConnection::connect(&primary.url("postgres")).await.unwrap();
        operator.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'").await.unwrap();
        operator.execute("SELECT pg_reload_conf()").await.unwrap();
        let is_there = "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        until(async || (operator.fetch_one(is_there).await.unwrap().get::<i64, _>(0) > 0).then_some(())).await;
        operator.execute("CREATE DATABASE guichet").await.unwrap();
        Self { primary, standby, _folder: folder }
    }
}

/// The one address that Guichet knows: a proxy's, which is told where the primary is.
struct Line {
    url: String,
    target: watch::Sender<PathBuf>,
}

impl Line {
    async fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://guichet@{}/guichet", listener.local_addr().unwrap());
        let target = watch::Sender::new(socket);
        let targets = target.subscribe();
        tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let mut target = targets.clone();
                let socket = target.borrow_and_update().clone();
                tokio::spawn(async move {
                    let Ok(mut server) = UnixStream::connect(socket).await else { return };
                    tokio::select! {
                        _ = io::copy_bidirectional(&mut client, &mut server) => {}
                        _ = target.changed() => {}
                    }
                });
            }
        });
        Self { url, target }
    }

    fn now_to(&self, socket: PathBuf) {
        self.target.send_replace(socket);
    }
}
