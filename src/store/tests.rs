//! No statement scans a table that grows.
//!
//! Each table that grows is filled with 100,000 rows, and everything is asked of the store that it can be asked for. Every
//! statement that runs meanwhile is recorded at the store's doors with what it binds; each engine is then asked how it runs it,
//! and runs it again to count the rows that it touches. A statement of the sources that was not run fails the test, so
//! that none escapes: a new one gets its line in `everything`.

mod everything;
mod fill;
mod group;
mod plans;
#[path = "../../tests/it/support/rows.rs"]
mod rows;
mod sources;

use std::{collections::BTreeSet, env};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::{Engine, db::Dialect, testing};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_scans_a_table_that_grows_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guichet.db");
    let url = format!("sqlite:{}", file.display());
    Engine::open(&url).await.unwrap().close().await;
    let connection = rusqlite::Connection::open(&file).unwrap();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables: BTreeSet<String> =
        connection.prepare(tables).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_known(&tables, fill::BOUNDED_ON_SQLITE);
    fill::sqlite(&connection);
    drop(connection);

    let store = Engine::open(&url).await.unwrap();
    Box::pin(everything::everything(&store)).await;
    store.close().await;
    let file_name = file.display().to_string();
    let mut recorded = testing::recorded();
    recorded.retain(|statement| statement.file.as_deref() == Some(file_name.as_str()));
    let unseen = sources::unseen(Dialect::Sqlite, &recorded);

    let connection = rusqlite::Connection::open(&file).unwrap();
    let recorded = plans::distinct(recorded);
    // As the program leaves it: it never has SQLite count the rows. And as an operator may.
    let mut wrong = plans::of_sqlite(&connection, &recorded);
    connection.execute_batch("ANALYZE").unwrap();
    wrong.extend(plans::of_sqlite(&connection, &recorded).into_iter().map(|wrong| format!("analysed: {wrong}")));
    tell(&unseen, &wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_scans_a_table_that_grows_on_postgres() {
    let Ok(server) = env::var("GUICHET_TEST_POSTGRES_URL") else {
        panic!(
            "GUICHET_TEST_POSTGRES_URL is not set: run the tests with tests/run, which starts a PostgreSQL for them"
        );
    };
    let name = format!("plans_{}", std::process::id());
    let mut at_server = PgConnection::connect(&server).await.unwrap();
    at_server.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await.unwrap();
    at_server.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    Engine::open(url.as_str()).await.unwrap().close().await;
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let tables = connection.fetch_all(tables).await.unwrap();
    assert_known(&tables.iter().map(|row| row.get(0)).collect(), &[]);
    fill::postgres(&mut connection).await;

    let store = Engine::open(url.as_str()).await.unwrap();
    Box::pin(everything::everything(&store)).await;
    store.close().await;
    let mut recorded = testing::recorded();
    recorded.retain(|statement| statement.dialect == Dialect::Postgres);
    let unseen = sources::unseen(Dialect::Postgres, &recorded);
    let wrong = plans::of_postgres(&mut connection, &plans::distinct(recorded)).await;
    connection.close().await.unwrap();
    at_server.execute(AssertSqlSafe(format!("DROP DATABASE {name}"))).await.unwrap();
    tell(&unseen, &wrong);
}

/// Whether each table is known as one that grows, or as one that does not.
fn assert_known(tables: &BTreeSet<String>, beside: &[&str]) {
    let known = fill::GROWING.iter().map(|(table, ..)| *table).chain(fill::BOUNDED.iter().chain(beside).copied());
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    let strange: Vec<_> = tables.symmetric_difference(&known).collect();
    assert!(strange.is_empty(), "say in `fill` whether {strange:?} grow");
}

fn tell(unseen: &[String], wrong: &[String]) {
    assert!(
        unseen.is_empty() && wrong.is_empty(),
        "statements that were never run ({}; `everything` runs each):\n{}\n\nstatements that do not go by a key ({}):\n{}",
        unseen.len(),
        unseen.join("\n"),
        wrong.len(),
        wrong.join("\n")
    );
}
