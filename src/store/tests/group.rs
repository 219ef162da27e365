//! Turns that one transaction stores.

use std::time::Duration;

use super::rows::Case;
use crate::store::{CommitError, Engine};

/// The simulation found it (seed 233): whoever sent a message again, having given it up while a database hung, was told that it had
/// been received by the first one, which another node's turn had made fall out of the same group.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redelivery_of_a_turn_that_drops_out_is_not_said_to_be_stored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guichet.db");
    let store = Engine::open(&format!("sqlite:{}", file.display())).await.unwrap();
    let mut case = Case::new("x");
    store.commit(case.turn("1", "")).await.unwrap();
    let stale = case.clone();
    store.commit(case.turn("2", "")).await.unwrap();
    // While another program has the file what comes is queued: the two are of one group.
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        other.execute_batch("ROLLBACK").unwrap();
    };
    let (first, one, again, ()) = tokio::join!(
        store.commit(Case::new("y").turn("3", "")),
        store.commit(stale.clone().turn("4", "")),
        store.commit(stale.clone().turn("4", "")),
        release
    );
    first.unwrap();
    for answer in [one, again] {
        assert!(matches!(answer, Err(CommitError::Conflict)), "{answer:?}");
    }
    store.commit(case.turn("4", "")).await.unwrap();
    store.close().await;
}
