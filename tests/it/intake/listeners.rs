//! Who listens to a conversation hears of its changes, on whichever node they are made, and of no other's.

use std::time::Duration;

use futures_util::FutureExt as _;
use guichet::{
    domain::message::Channel,
    intake::{Heard, Listener},
};
use tokio::time::timeout;

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    a_turn_is_heard_by_its_own_listeners,
}

const AT: &str = "2026-11-20T10:00:00+01:00";
/// After this the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The next change; what is no change is passed over.
async fn change(listener: &mut Listener) {
    let heard = async { while !listener.next().await.unwrap().changed {} };
    timeout(PATIENCE, heard).await.expect("nothing was heard");
}

/// Passes over what is still to come of turns that were heard already: PostgreSQL also tells the node that made them.
async fn quiet(listeners: &mut [&mut Listener]) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    for listener in listeners {
        while listener.next().now_or_never().is_some() {}
    }
}

async fn a_turn_is_heard_by_its_own_listeners(db: Database) {
    let house = House::open(&db, AT).await;
    let (lea, max) = (on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002"));
    house.say(&lea, "bonjour").await;
    house.say(&max, "bonjour").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut hers = house.intake.listen(house.at(&lea).await);
    let mut his = house.intake.listen(house.at(&max).await);
    let mut all = house.intake.listen_to_all();

    house.say(&lea, "une fuite d'eau").await;
    change(&mut hers).await;
    change(&mut all).await;
    quiet(&mut [&mut hers, &mut all]).await;
    assert_eq!(his.next().now_or_never(), None, "what she said was told to whoever listens to him");

    house.intake.tell_typing(house.at(&max).await);
    assert_eq!(his.next().now_or_never().flatten(), Some(Heard { changed: false, typing: true }));
    assert_eq!((hers.next().now_or_never(), all.next().now_or_never()), (None, None));

    house.intake.tell_change(house.at(&max).await);
    assert_eq!(his.next().now_or_never().flatten(), Some(Heard { changed: true, typing: false }));
    assert_eq!(hers.next().now_or_never(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_is_heard_on_the_other_node() {
    let db = Database::postgres().await;
    let (here, there) = (House::open(&db, AT).await, House::open(&db, AT).await);
    let (lea, max) = (on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002"));
    here.say(&lea, "bonjour").await;
    here.say(&max, "bonjour").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut hers = there.intake.listen(there.at(&lea).await);
    let mut his = there.intake.listen(there.at(&max).await);
    let mut all = there.intake.listen_to_all();

    here.say(&lea, "une fuite d'eau").await;
    change(&mut hers).await;
    change(&mut all).await;
    assert_eq!(his.next().now_or_never(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_listens_reads_anew_when_a_broken_connection_is_there_again() {
    let db = Database::postgres().await;
    let (here, there) = (House::open(&db, AT).await, House::open(&db, AT).await);
    let (lea, max) = (on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002"));
    here.say(&lea, "bonjour").await;
    here.say(&max, "bonjour").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut hers = there.intake.listen(there.at(&lea).await);
    let mut his = there.intake.listen(there.at(&max).await);
    let mut all = there.intake.listen_to_all();
    assert_eq!((hers.next().now_or_never(), all.next().now_or_never()), (None, None));

    // Every connection of both nodes, the one that listens among them.
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    for listener in [&mut hers, &mut his, &mut all] {
        change(listener).await;
    }
    quiet(&mut [&mut hers, &mut his, &mut all]).await;

    // From then on it is heard as before.
    here.say(&lea, "une fuite d'eau").await;
    change(&mut hers).await;
    change(&mut all).await;
    assert_eq!(his.next().now_or_never(), None);
}
