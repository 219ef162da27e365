//! A fresh database for each test, on either engine.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use guichet::store::Engine;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection};
use tempfile::TempDir;
use url::Url;

/// Where `tests/run` says that its throwaway PostgreSQL is.
const POSTGRES_URL: &str = "GUICHET_TEST_POSTGRES_URL";

/// Makes of each named `async fn(Database)` two tests, one an engine: `name::sqlite` and `name::postgres`.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::support::Database;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Database::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(Database::postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;

/// An empty database that nobody else uses.
pub(crate) struct Database {
    pub(crate) url: String,
    /// SQLite's folder, which goes with the test. PostgreSQL's databases go with the cluster of `tests/run`.
    folder: Option<TempDir>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("guichet.db").display());
        Self { url, folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(POSTGRES_URL) else {
            panic!("{POSTGRES_URL} is not set: run the tests with tests/run, which starts a PostgreSQL for them");
        };
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        // The process number may come again within the cluster's life.
        connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let mut url = Url::parse(&server).unwrap();
        url.set_path(&name);
        Self { url: url.into(), folder: None }
    }

    /// Opens the store on this database.
    pub(crate) async fn store(&self) -> Engine {
        Engine::open(&self.url).await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }

    /// The engine, as docs/faults.md calls it.
    pub(crate) fn engine(&self) -> &'static str {
        if self.is_sqlite() { "SQLite" } else { "PostgreSQL" }
    }

    /// SQLite's file.
    pub(crate) fn file(&self) -> PathBuf {
        PathBuf::from(self.url.strip_prefix("sqlite:").unwrap())
    }

    /// Runs statements past the store, as only an operator or an intruder does.
    pub(crate) async fn execute(&self, sql: &'static str) {
        self.try_execute(sql).await.unwrap();
    }

    /// The same, where it may be refused.
    pub(crate) async fn try_execute(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        if self.is_sqlite() {
            SqliteConnection::connect(&self.url).await.unwrap().execute(sql).await.map(drop)
        } else {
            PgConnection::connect(&self.url).await.unwrap().execute(sql).await.map(drop)
        }
    }

    /// The number that a query past the store answers.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        if self.is_sqlite() {
            SqliteConnection::connect(&self.url).await.unwrap().fetch_one(sql).await.unwrap().get(0)
        } else {
            PgConnection::connect(&self.url).await.unwrap().fetch_one(sql).await.unwrap().get(0)
        }
    }
}
