//! How SQLite's log stays short.

use super::*;
use crate::store::{
    value::args,
    writer::{Synchronous, Writer},
};

async fn write(writer: &Writer, rows: usize) {
    for _ in 0..rows {
        writer.execute("INSERT INTO t (a) VALUES ($1)", &args!["x".repeat(4000)]).await.unwrap();
    }
}

#[tokio::test]
async fn a_log_that_is_copied_begins_anew_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::open(&folder.path().join("x.db"), Synchronous::Full).await.unwrap();
    writer.execute("CREATE TABLE t (a TEXT)", &[]).await.unwrap();
    write(&writer, 50).await;
    let length = || std::fs::metadata(folder.path().join("x.db-wal")).unwrap().len();
    let before = length();
    let connection = writer.another_connection().await.unwrap();
    let (connection, remains) = copy(connection, 20).unwrap();
    assert_eq!(remains, Some(0), "nobody wrote meanwhile");
    writer.copy_log().await.unwrap();
    write(&writer, 1).await;
    let (pages, _) = checkpoint(&connection, "NOOP").unwrap();
    assert!(pages < 20, "the log began anew, and has {pages} pages");
    assert_eq!(length(), before, "in the pages that its file had");
    let (_, remains) = copy(connection, 20).unwrap();
    assert_eq!(remains, None, "it is short");
}

#[tokio::test]
async fn a_log_that_somebody_reads_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::open(&folder.path().join("x.db"), Synchronous::Full).await.unwrap();
    writer.execute("CREATE TABLE t (a TEXT)", &[]).await.unwrap();
    write(&writer, 10).await;
    let reader = writer.another_connection().await.unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();
    write(&writer, 50).await;
    let connection = writer.another_connection().await.unwrap();
    let (_, remains) = copy(connection, 20).unwrap();
    assert!(remains.is_some_and(|pages| pages >= 50), "what was written since the reader began: {remains:?}");
    reader.execute_batch("COMMIT").unwrap();
}
