//! PostgreSQL behind a line that stops without a word: what is under way is refused, the next goes by another connection,
//! and the end is not waited for.

use std::time::Duration;

use guichet::store::{CommitError, Engine, StoreError};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::{Case, Database, Line};

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
