//! PostgreSQL behind a line that stops without a word: what is under way is refused, the next goes by another connection,
//! and the end is not waited for.

use std::{path::PathBuf, sync::Arc, time::Duration};

use guichet::store::{CommitError, Engine, StoreError};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::{
    io,
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};
use url::Url;

use crate::support::{Case, Database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_hangs_refuses_its_group_and_no_other_postgres() {
    let db = Database::postgres().await;
    let line = Line::to(&db.url).await;
    let store = Engine::open(&line.url).await.unwrap();
    let mut case = Case::new("before");
    store.commit(case.turn("1", "")).await.unwrap();

    line.cut();
    let waiting = tokio::spawn({
        let store = store.clone();
        let mut case = case.clone();
        async move { store.commit(case.turn("2", "")).await }
    });
    // Somebody who asks is told how long it waits.
    while store.oldest_commit().is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    match waiting.await.unwrap() {
        Err(CommitError::Store(error)) => assert!(matches!(*error, StoreError::Unreachable(_)), "{error}"),
        other => panic!("it should have been refused: {other:?}"),
    }
    assert_eq!(store.oldest_commit(), None);
    // The pool has other connections that hang; each is tried at most once.
    let mut tries = 0;
    while let Err(error) = store.commit(case.clone().turn("2", "")).await {
        tries += 1;
        assert!(tries < 20, "{error}");
    }
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap().len(), 4);

    line.cut();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_nobody_s_row_is_stored_beside_what_does_postgres() {
    let db = Database::postgres().await;
    let store = db.store().await;
    let mut held: Vec<Case> = ["a", "b", "c"].map(Case::new).into();
    let mut free = Case::new("free");
    for case in held.iter_mut().chain([&mut free]) {
        store.commit(case.turn(&format!("first of {}", case.conversation.endpoint.address), "")).await.unwrap();
    }
    // Another node stands still in the middle of a transaction. (As an operator it has no time-out.)
    let mut frozen = PgConnection::connect(&db.url).await.unwrap();
    frozen.execute("BEGIN").await.unwrap();
    for case in &held {
        let sql = format!("UPDATE fence SET revision = revision WHERE conversation = '{}'", case.id());
        frozen.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    }
    // The first two are in hand at once, each alone; the third and the free one are a group.
    let second = |mut case: Case| {
        let store = store.clone();
        tokio::spawn(async move { store.commit(case.turn(&format!("second of {}", case.id()), "")).await })
    };
    let mut waiting = Vec::new();
    for case in &held {
        waiting.push(second(case.clone()));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let stored = second(free).await.unwrap();
    assert!(stored.is_ok(), "{stored:?}");
    for case in waiting {
        match case.await.unwrap() {
            Err(CommitError::Store(error)) => assert!(matches!(*error, StoreError::Locked), "{error}"),
            other => panic!("another node holds it: {other:?}"),
        }
    }
}

/// A line to PostgreSQL that can be cut so that nobody is told.
struct Line {
    url: String,
    /// Grows with each cut: what was connected before it carries nothing more.
    cuts: watch::Sender<u32>,
}

impl Line {
    async fn to(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let socket = url.query_pairs().find(|(name, _)| name == "host").map(|(_, folder)| folder.into_owned());
        let server = match socket {
            Some(folder) => Server::Socket(PathBuf::from(folder).join(".s.PGSQL.5432")),
            None => Server::Port(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_query(None);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let cuts = watch::Sender::new(0);
        tokio::spawn(serve(listener, Arc::new(server), cuts.clone()));
        Self { url: url.into(), cuts }
    }

    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

enum Server {
    Socket(PathBuf),
    Port(String),
}

async fn serve(listener: TcpListener, server: Arc<Server>, cuts: watch::Sender<u32>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (server, cuts) = (Arc::clone(&server), cuts.subscribe());
        tokio::spawn(async move {
            match &*server {
                Server::Socket(path) => carry(client, UnixStream::connect(path).await.unwrap(), cuts).await,
                Server::Port(address) => carry(client, TcpStream::connect(address).await.unwrap(), cuts).await,
            }
        });
    }
}

async fn carry(
    mut client: TcpStream,
    mut server: impl io::AsyncRead + io::AsyncWrite + Unpin,
    mut cuts: watch::Receiver<u32>,
) {
    cuts.mark_unchanged();
    tokio::select! {
        _ = io::copy_bidirectional(&mut client, &mut server) => {}
        // Both ends stay open, and hear nothing.
        _ = cuts.changed() => std::future::pending().await,
    }
}
