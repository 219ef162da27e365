//! `kill -9` under load, again and again.

use super::{
    crowd::{Crowd, Manner},
    figures::{tell, times},
};
use crate::support::{Database, Server, on_both_engines};

on_both_engines! { whatever_is_killed_what_was_acknowledged_is_there }

async fn whatever_is_killed_what_was_acknowledged_is_there(db: Database) {
    let kills = times(4, 200);
    let mut server = Server::start(&db.url);
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    for _ in 0..kills {
        // Any moment is good: a number of messages that nobody could foresee.
        crowd.hears(40 + getrandom::u32().unwrap() % 150).await;
        server = tokio::task::block_in_place(|| server.kill_and_start_again());
        crowd.turn_to(&[&server]);
    }
    crowd.hears(200).await;
    // The last one dies as well: what follows reads what is on disk, and nothing else.
    drop(server);
    let store = db.store().await;
    let found = crowd.leave_at_once(&store).await;
    assert!(found.acknowledged > kills * 40);
    assert!(found.replies * 2 > found.acknowledged, "{found}: this was no conversation");
    tell(1, &format!("{kills} × `kill -9` under load"), db.engine(), &found, "");
}
