//! A full disk, a locked or damaged database, a server that goes away: refused in words that help, before any
//! acknowledgement, and served again afterwards without a restart.

use std::{sync::Arc, time::Duration};

use guichet::{
    domain::id::NodeId,
    store::{CommitError, Engine, StoreError},
};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::support::{Case, Cluster, Database, Mount, until};

fn refusal(answer: Result<guichet::store::Commit, CommitError>) -> Arc<StoreError> {
    match answer {
        Err(CommitError::Store(error)) => error,
        other => panic!("it should have been refused: {other:?}"),
    }
}

fn sqlite_on(mount: &Mount) -> String {
    format!("sqlite:{}", mount.file("guichet.db").display())
}

#[tokio::test]
async fn a_full_disk_refuses_and_what_was_acknowledged_stays() {
    let disk = Mount::memory("3m");
    let store = Engine::open(&sqlite_on(&disk)).await.unwrap();
    let mut case = Case::new("x");
    let text = "l'eau coule ".repeat(2_000);
    let mut stored = 0;
    let (refused, before) = loop {
        let before = case.clone();
        match store.commit(case.turn(&format!("{stored}"), &text)).await {
            Ok(_) => stored += 1,
            refused => break (refusal(refused), before),
        }
        assert!(stored < 1000, "the disk should be full by now");
    };
    assert!(matches!(*refused, StoreError::DiskFull), "{refused}");
    assert!(refused.to_string().contains("free space"), "it says what to do: {refused}");
    assert_eq!(store.messages(case.id(), 0, 10_000).await.unwrap().len(), 2 * stored);

    disk.again("size=64m");
    let mut case = before;
    store.commit(case.turn("after", "de la place")).await.unwrap();
    store.close().await;
    let store = Engine::open(&sqlite_on(&disk)).await.unwrap();
    assert_eq!(store.messages(case.id(), 0, 10_000).await.unwrap().len(), 2 * stored + 2);
}

#[tokio::test]
async fn a_disk_that_turned_read_only_refuses() {
    let disk = Mount::memory("16m");
    let store = Engine::open(&sqlite_on(&disk)).await.unwrap();
    let mut case = Case::new("x");
    store.commit(case.turn("before", "")).await.unwrap();
    store.close().await;
    disk.again("ro");
    let refused = Engine::open(&sqlite_on(&disk)).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
    disk.again("rw");
    let store = Engine::open(&sqlite_on(&disk)).await.unwrap();
    store.commit(case.turn("after", "")).await.unwrap();
}

/// Senders who come again while another program has the file do not queue up behind each other's waits.
#[tokio::test]
async fn while_another_program_has_the_file_only_the_first_waits_for_it() {
    const OTHERS: u32 = 100;
    let db = Database::sqlite();
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("before", "")).await.unwrap();
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    // Each alone: five seconds for each would be longer than any test may take.
    for number in 0..=OTHERS {
        let refused = refusal(store.commit(case.clone().turn(&format!("{number}"), "")).await);
        assert!(matches!(*refused, StoreError::Locked), "{refused}");
    }
    other.execute("ROLLBACK").await.unwrap();
    store.commit(case.turn("after", "")).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named_as_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("missing/guichet.db").display());
    let refused = Engine::open(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let db = Database::sqlite();
    let bytes = b"this is somebody's letter, not a database".repeat(200);
    std::fs::write(db.file(), &bytes).unwrap();
    let refused = Engine::open(&db.url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused}");
    assert!(std::fs::read(db.file()).unwrap() == bytes);
}

#[tokio::test]
async fn another_program_that_holds_the_file_is_named_and_then_forgotten() {
    let db = Database::sqlite();
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("before", "")).await.unwrap();
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let before = case.clone();
    let refused = refusal(store.commit(case.turn("held", "")).await);
    assert!(matches!(*refused, StoreError::Locked), "{refused}");
    assert!(matches!(store.check_writable().await, Err(StoreError::Locked)));
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap().len(), 2, "reading goes on");
    other.execute("ROLLBACK").await.unwrap();
    let mut case = before;
    store.commit(case.turn("held", "")).await.unwrap();
}

/// A small row still fits into a page that is there, where a message finds no room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_without_room_is_seen_until_it_has_some() {
    let (disk, folder) = (Mount::memory("72m"), tempfile::tempdir().unwrap());
    let cluster = tokio::task::block_in_place(|| Cluster::start(disk.path(), folder.path(), 5432));
    let store = Engine::open(&cluster.url("postgres")).await.unwrap();
    let (node, now) = (NodeId::new(Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH);
    let mut other = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    other.execute("CREATE TABLE filling (text TEXT)").await.unwrap();
    let fill = "INSERT INTO filling SELECT repeat(i::text, 500) FROM generate_series(1, 100) AS i";
    until(async || other.execute(fill).await.err()).await;
    let mut case = Case::new("x");
    let text = "l'eau coule ".repeat(2_000);
    let refused = until(async || match store.commit(case.turn(&format!("{}", case.fence.revision), &text)).await {
        Ok(_) => None,
        refused => Some(refusal(refused)),
    })
    .await;
    assert!(matches!(*refused, StoreError::DiskFull), "{refused}");
    assert!(matches!(store.probe(node, now).await, Err(StoreError::DiskFull)));
    other.execute("DROP TABLE filling").await.unwrap();
    other.execute("CHECKPOINT").await.unwrap();
    store.probe(node, now).await.unwrap();
    store.commit(Case::new("y").turn("after", "de la place")).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_table_of_postgres_that_another_session_holds_is_not_waited_for_without_end() {
    let db = Database::postgres().await;
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("before", "")).await.unwrap();
    let mut other = PgConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN; LOCK TABLE log IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let before = case.clone();
    let refused = refusal(store.commit(case.turn("held", "")).await);
    assert!(matches!(*refused, StoreError::Locked), "{refused}");
    other.execute("ROLLBACK").await.unwrap();
    let mut case = before;
    store.commit(case.turn("held", "")).await.unwrap();
}

#[tokio::test]
async fn a_postgres_that_ends_the_sessions_is_reached_again() {
    let db = Database::postgres().await;
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("0", "")).await.unwrap();
    let mut turns = 1;
    for round in 1..=3 {
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
        // The pool finds its dead connections one by one: a few refusals, none of them a loss.
        for _ in 0..32 {
            let mut attempt = case.clone();
            match store.commit(attempt.turn(&round.to_string(), "")).await {
                Ok(_) => {
                    (case, turns) = (attempt, turns + 1);
                    break;
                }
                Err(CommitError::Store(error)) => assert!(matches!(*error, StoreError::Unreachable(_)), "{error}"),
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert_eq!(turns, 4, "every round was stored in the end");
    assert_eq!(store.messages(case.id(), 0, 100).await.unwrap().len(), 2 * turns);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_as_the_cause() {
    let refused = Engine::open("postgres://guichet@127.0.0.1:9/guichet").await.unwrap_err();
    assert!(matches!(refused, StoreError::Unreachable(_)), "{refused}");
}

#[tokio::test]
async fn a_deadlock_with_another_session_of_postgres_is_tried_again() {
    let db = Database::postgres().await;
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("0", "")).await.unwrap();
    let mut other = PgConnection::connect(&db.url).await.unwrap();
    let lock = format!("BEGIN; SELECT 1 FROM fence WHERE conversation = '{}' FOR UPDATE", case.id());
    other.execute(AssertSqlSafe(lock)).await.unwrap();
    let turn = case.turn("1", "");
    let stored = tokio::spawn(async move { store.commit(turn).await });
    // The turn has its key by now and waits for the conversation; whoever waits first gives up after a second.
    tokio::time::sleep(Duration::from_millis(500)).await;
    other.execute("LOCK TABLE received IN SHARE MODE").await.unwrap();
    other.execute("ROLLBACK").await.unwrap();
    stored.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_plain_turn_is_one_statement_of_postgres_and_a_redelivered_one_falls_back() {
    let db = Database::postgres().await;
    let store = db.store().await;
    let mut case = Case::new("x");
    let mut other = PgConnection::connect(&db.url).await.unwrap();
    let last = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'WITH p0 AS (INSERT INTO received%'";
    assert!(other.fetch_optional(last).await.unwrap().is_none());
    let turn = case.turn("0", "");
    let again = case.clone().turn("0", "");
    store.commit(turn).await.unwrap();
    assert!(other.fetch_optional(last).await.unwrap().is_some(), "what a session did last is seen");
    let answer = store.commit(again).await;
    assert!(matches!(answer, Err(CommitError::Duplicate { .. })), "{answer:?}");
}
