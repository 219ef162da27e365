//! Looking rows up on the thread that asks.

use super::*;
use crate::store::{
    value::args,
    writer::{Synchronous, Writer},
};

#[tokio::test]
async fn a_look_up_sees_what_was_written_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let writer = Writer::open(&file, Synchronous::Full).await.unwrap();
    writer.execute("CREATE TABLE t (a TEXT PRIMARY KEY, b BIGINT)", &[]).await.unwrap();
    let readers = NearReaders::of(&file);
    for number in 0..3 {
        writer.execute("INSERT INTO t VALUES ($1, $2)", &args!["a".repeat(number + 1), 7]).await.unwrap();
        let rows = readers.fetch("SELECT b FROM t WHERE a = $1", &args!["a".repeat(number + 1)]).unwrap();
        assert_eq!(rows.iter().map(|row| row.int(0).unwrap()).collect::<Vec<_>>(), [7]);
    }
    assert_eq!(lock(&readers.idle).len(), 1, "one after the other they use one connection");
}

#[tokio::test]
async fn what_fails_or_is_closed_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let writer = Writer::open(&file, Synchronous::Full).await.unwrap();
    writer.execute("CREATE TABLE t (a TEXT)", &[]).await.unwrap();
    let readers = NearReaders::of(&file);
    assert!(readers.fetch("SELECT * FROM nothing", &[]).is_none());
    assert!(readers.fetch("SELECT * FROM t", &[]).is_some(), "another connection is opened");
    readers.close();
    assert!(readers.fetch("SELECT * FROM t", &[]).is_none());
    assert!(NearReaders::none().fetch("SELECT 1", &[]).is_none());
}
