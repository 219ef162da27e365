//! Two nodes on one database: messages shuffled between them, each fourth sent to both at once, one node frozen, one killed.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    crowd::{Crowd, Manner},
    figures::{is_full, tell, times},
};
use crate::support::{Database, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_take_each_message_once_and_in_order_postgres() {
    let rounds = times(2, 12);
    // In full, past the lease of what it has claimed (60 s); in any case past what PostgreSQL lets a transaction stand (10 s).
    let frozen = if is_full() { Duration::from_secs(75) } else { Duration::from_secs(2) };
    let db = Database::postgres().await;
    let mut nodes = [Server::start(&db.url), Server::start(&db.url)];
    let crowd = Crowd::gather(&[&nodes[0], &nodes[1]], Manner::Shuffled);
    for round in 0..rounds {
        crowd.hears(100).await;
        let [one, other] = &nodes;
        one.freeze();
        // Who asks the other one is served meanwhile.
        crowd.turn_to(&[other]);
        crowd.hears(50).await;
        sleep(frozen).await;
        one.thaw();
        crowd.turn_to(&[one, other]);
        if round % 2 == 1 {
            let [one, other] = nodes;
            nodes = [tokio::task::block_in_place(|| one.kill_and_start_again()), other];
            crowd.turn_to(&[&nodes[0], &nodes[1]]);
        }
        nodes.reverse();
        crowd.forget();
    }
    crowd.hears(100).await;
    let found = crowd.leave(&db.store().await).await;
    let what = format!(
        "two nodes, messages shuffled and doubled, {rounds} × one frozen for {frozen:?}, {} × killed",
        rounds / 2
    );
    tell(3, &what, "PostgreSQL", &found, "");
}
