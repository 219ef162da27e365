//! The connection that writes SQLite: what becomes of a transaction that nobody ends, and of those who wait.

use std::time::Instant;

use super::*;
use crate::store::value::args;

struct Fixture {
    writer: Writer,
    folder: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::open(&folder.path().join("x.db"), Synchronous::Full).await.unwrap();
    writer.execute("CREATE TABLE t (a TEXT PRIMARY KEY, b BIGINT, c BLOB)", &[]).await.unwrap();
    Fixture { writer, folder }
}

impl Fixture {
    async fn rows(&self) -> usize {
        let mut transaction = self.writer.begin(Place::Elsewhere).await.unwrap();
        let rows = transaction.fetch("SELECT a FROM t", 0, &[]).await.unwrap().len();
        transaction.rollback().await.unwrap();
        rows
    }
}

const INSERT: &str = "INSERT INTO t (a, b) VALUES ($1, $2)";

#[test]
fn a_version_that_can_corrupt_its_log_is_refused() {
    for (version, safe) in [("3.51.2", false), ("3.9.9", false), ("3.51.3", true), ("3.52.0", true), ("4.0", true)] {
        assert_eq!(is_safe(version), safe, "{version}");
    }
}

#[tokio::test]
async fn a_transaction_that_nobody_commits_is_rolled_back() {
    let fixture = fixture().await;
    for place in [Place::Here, Place::Elsewhere] {
        let mut dropped = fixture.writer.begin(place).await.unwrap();
        dropped.fetch(INSERT, 2, &args!["a", 1]).await.unwrap();
        drop(dropped);
        assert_eq!(fixture.rows().await, 0, "{place:?}");
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_within_a_statement_does_not_lose_the_connection() {
    let fixture = fixture().await;
    let slow = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) \
                INSERT INTO t (a) SELECT i FROM n";
    let mut transaction = fixture.writer.begin(Place::Elsewhere).await.unwrap();
    let statement = transaction.fetch(slow, 0, &[]);
    assert!(tokio::time::timeout(Duration::from_millis(1), statement).await.is_err(), "it should have taken longer");
    drop(transaction);
    assert_eq!(fixture.rows().await, 0);
}

#[tokio::test]
async fn an_error_ends_the_transaction() {
    let fixture = fixture().await;
    for place in [Place::Here, Place::Elsewhere] {
        let mut transaction = fixture.writer.begin(place).await.unwrap();
        transaction.fetch(INSERT, 2, &args!["a", 1]).await.unwrap();
        let taken = transaction.fetch(INSERT, 2, &args!["a", 2]).await;
        assert!(matches!(taken, Err(StoreError::Taken)), "a primary key that is there");
        let over = transaction.fetch("SELECT 1", 0, &[]).await;
        assert!(matches!(over, Err(StoreError::TransactionOver)));
        transaction.rollback().await.unwrap();
        assert_eq!(fixture.rows().await, 0, "{place:?}");
    }
}

#[tokio::test]
async fn a_statement_runs_once_for_each_row_and_takes_its_values_by_number() {
    let fixture = fixture().await;
    for place in [Place::Here, Place::Elsewhere] {
        let mut transaction = fixture.writer.begin(place).await.unwrap();
        let insert = "INSERT INTO t (b, a) VALUES ($2, $1) ON CONFLICT DO NOTHING RETURNING a, b, c";
        let rows = transaction.fetch(insert, 2, &args!["x", 1, "y", 2, "x", 3]).await.unwrap();
        let read: Vec<_> = rows.iter().map(|row| (row.text(0).unwrap(), row.int(1).unwrap())).collect();
        assert_eq!(read, [("x".to_owned(), 1), ("y".to_owned(), 2)]);
        assert!(rows[0].is_null(2).unwrap());
        let wrong = rows[0].int(0).unwrap_err();
        assert!(matches!(&wrong, StoreError::UnreadableColumn(name) if name == "a"), "{wrong}");
        let missing = transaction.fetch(INSERT, 1, &args!["z"]).await;
        assert!(matches!(missing, Err(StoreError::Refused(_))), "a parameter without a value");
    }
}

#[tokio::test]
async fn bytes_are_kept_as_they_are() {
    let fixture = fixture().await;
    let digest = [0, 255, 7];
    fixture.writer.execute("INSERT INTO t (a, c) VALUES ($1, $2)", &args!["a", digest.as_slice()]).await.unwrap();
    let mut transaction = fixture.writer.begin(Place::Here).await.unwrap();
    let rows = transaction.fetch("SELECT c FROM t", 0, &[]).await.unwrap();
    assert_eq!(rows[0].bytes(0).unwrap(), digest);
}

#[tokio::test]
async fn the_log_is_not_cut_while_somebody_reads_and_nobody_waits_for_them() {
    let fixture = fixture().await;
    let reader = fixture.writer.another_connection().await.unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();
    fixture.writer.execute(INSERT, &args!["a", 1]).await.unwrap();
    let start = Instant::now();
    fixture.writer.truncate_log().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(fixture.rows().await, 1);
    fixture.writer.truncate_log().await.unwrap();
    assert_eq!(std::fs::metadata(fixture.folder.path().join("x.db-wal")).unwrap().len(), 0);
}

#[tokio::test]
async fn a_closed_writer_refuses() {
    let fixture = fixture().await;
    fixture.writer.close().await;
    assert!(matches!(fixture.writer.begin(Place::Here).await, Err(StoreError::Closing)));
    assert!(matches!(fixture.writer.execute(INSERT, &args!["a", 1]).await, Err(StoreError::Closing)));
}

#[tokio::test]
async fn a_loss_is_seen_by_each_who_opens_the_file_until_it_was_told() {
    let Fixture { writer, folder } = fixture().await;
    let open = || async { Writer::open(&folder.path().join("x.db"), Synchronous::Full).await.unwrap() };
    writer.execute("CREATE TABLE written (number BIGINT NOT NULL)", &[]).await.unwrap();
    writer.execute("INSERT INTO written (number) VALUES (0)", &[]).await.unwrap();
    assert_eq!(writer.count().await.unwrap(), 0);
    for name in ["a", "b", "c"] {
        writer.execute(INSERT, &args![name, 1]).await.unwrap();
    }
    writer.execute("DELETE FROM t WHERE a = 'nobody'", &[]).await.unwrap();
    writer.close().await;
    // As if the log had lost two of the three; a statement that touched nothing was not counted.
    let writer = open().await;
    writer.execute("UPDATE written SET number = number - 2 WHERE number = 3", &[]).await.unwrap();
    writer.close().await;
    for name in ["d", "e", "f", "g"] {
        let writer = open().await;
        assert_eq!(writer.count().await.unwrap(), 2, "{name}");
        writer.execute(INSERT, &args![name, 1]).await.unwrap();
        writer.close().await;
    }
    let writer = open().await;
    assert_eq!(writer.count().await.unwrap(), 2);
    writer.loss_was_told().await.unwrap();
    writer.execute(INSERT, &args!["h", 1]).await.unwrap();
    writer.close().await;
    assert_eq!(open().await.count().await.unwrap(), 0);
}
