//! Nodes of two versions on one database: what a later one wrote is not guessed at.

use guichet::{
    domain::message::{Body, Channel},
    intake::IntakeError,
};

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! { a_node_refuses_a_conversation_that_a_later_program_wrote_and_a_later_one_takes_the_message }

async fn a_node_refuses_a_conversation_that_a_later_program_wrote_and_a_later_one_takes_the_message(db: Database) {
    const NOON: &str = "2026-11-20T12:00:00+01:00";
    let person = on(Channel::Sms, "+33639980001");
    let house = House::open(&db, NOON).await;
    house.say(&person, "bonjour").await;
    let kept = house.store.messages(house.at(&person).await, 0, 100).await.unwrap();
    db.execute("UPDATE log SET value = REPLACE(value, '{\"v\":1,', '{\"v\":2,') WHERE kind = 'state'").await;

    let earlier = House::open(&db, NOON).await;
    let message = earlier.inbound(&person, Body { text: "une fuite d'eau".into(), ..Body::default() });
    let refused = earlier.intake.receive(message.clone()).await;
    assert!(matches!(refused, Err(IntakeError::Outdated(_))), "{refused:?}");
    assert_eq!(earlier.store.messages(earlier.at(&person).await, 0, 100).await.unwrap(), kept, "nothing is stored");

    // The sender brings it again, to a node that reads that form.
    db.execute("UPDATE log SET value = REPLACE(value, '{\"v\":2,', '{\"v\":1,') WHERE kind = 'state'").await;
    let later = House::open(&db, NOON).await;
    let receipt = later.receive(message).await;
    assert!(!receipt.duplicate && receipt.seq > kept.last().unwrap().seq);
}
