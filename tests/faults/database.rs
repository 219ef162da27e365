//! The database goes away under load and comes back: locked, stopped, cut, paused, half open.

use std::time::Duration;

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tokio::time::sleep;

use super::{
    crowd::{Crowd, Manner},
    figures::{tell, times},
};
use crate::support::{Database, Line, Server, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_program_locks_is_refused_and_served_again_sqlite() {
    let rounds = times(2, 20);
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    other.execute("PRAGMA busy_timeout = 5000").await.unwrap();
    for _ in 0..rounds {
        crowd.hears(50).await;
        while other.execute("BEGIN IMMEDIATE").await.is_err() {}
        let before = crowd.refused();
        // Until senders are refused: the first of them waits five seconds for the lock.
        until(async || (crowd.refused() > before).then_some(())).await;
        other.execute("ROLLBACK").await.unwrap();
        crowd.forget();
    }
    crowd.hears(100).await;
    let refused = format!("{} refused meanwhile", crowd.refused());
    let found = crowd.leave(&db.store().await).await;
    tell(10, &format!("{rounds} × the file locked by another program"), "SQLite", &found, &refused);
}

/// What is done to the line, and undone.
type Fault = (&'static str, u32, fn(&Line), fn(&Line));

const FAULTS: [Fault; 3] = [
    ("stopped (every connection ended, none taken)", 11, |line| line.refuse(true), |line| line.refuse(false)),
    ("paused", 12, |line| line.stand(true), |line| line.stand(false)),
    ("half open", 13, Line::cut, |_| {}),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_becomes_of_the_line_what_was_acknowledged_is_there_postgres() {
    for (name, place, fault, mend) in FAULTS {
        let rounds = times(1, 10);
        let db = Database::postgres().await;
        let line = Line::to(&db.url).await;
        let server = Server::start(&line.url);
        let crowd = Crowd::gather(&[&server], Manner::Plain);
        for round in 0..rounds {
            crowd.hears(50).await;
            fault(&line);
            // Shorter and longer than a group may take.
            sleep(Duration::from_secs(if round % 2 == 0 { 1 } else { 12 })).await;
            mend(&line);
            crowd.forget();
        }
        crowd.hears(100).await;
        let refused = format!("{} refused meanwhile", crowd.refused());
        let found = crowd.leave(&db.store().await).await;
        tell(place, &format!("{rounds} × the database {name}"), "PostgreSQL", &found, &refused);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_the_server_ends_are_opened_again_postgres() {
    let rounds = times(2, 30);
    let db = Database::postgres().await;
    let server = Server::start(&db.url);
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    for _ in 0..rounds {
        crowd.hears(50).await;
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
        crowd.forget();
    }
    crowd.hears(100).await;
    let refused = format!("{} refused meanwhile", crowd.refused());
    let found = crowd.leave(&db.store().await).await;
    tell(14, &format!("{rounds} × all sessions ended"), "PostgreSQL", &found, &refused);
}
