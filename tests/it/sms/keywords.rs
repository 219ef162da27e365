//! STOP and CONTACT at the door of the real program.

use serde_json::json;

use crate::support::{Client, Database, Receipt, Server, endpoint, on_both_engines};
use guichet::{domain::message::Endpoint, store::OutboxRow};

on_both_engines! {
    a_stop_is_confirmed_once_and_taken_back_by_the_next_message,
    contact_tells_how_to_reach_the_service,
}

const PERSON: &str = "+33639980001";

async fn say(client: &mut Client, id: &str, text: &str) -> Receipt {
    client.send(&json!({ "id": id, "from": PERSON, "text": text })).await.unwrap()
}

async fn a_stop_is_confirmed_once_and_taken_back_by_the_next_message(db: Database) {
    let server = Server::start(&db.url);
    let mut client = server.client();
    let store = db.store().await;
    say(&mut client, "1", "stop, la fuite continue").await;
    let id = store.conversation_at(&endpoint(PERSON)).await.unwrap().unwrap();
    let to = |seq, to: Endpoint| OutboxRow::new(id, seq, to, jiff::Timestamp::UNIX_EPOCH);
    assert!(!store.opted_out(&to(1, endpoint(PERSON))).await.unwrap());

    let stopped = say(&mut client, "2", " Stop ! ").await;
    assert_eq!(stopped.replies.len(), 1, "{stopped:?}");
    assert!(store.opted_out(&to(stopped.seq, endpoint(PERSON))).await.unwrap());
    assert!(!store.opted_out(&to(stopped.seq + 1, endpoint(PERSON))).await.unwrap(), "the confirmation leaves");
    assert!(!store.opted_out(&to(stopped.seq, endpoint("+33639980002"))).await.unwrap());
    // Again, after a crash and on whatever node: it was confirmed once.
    let server = server.kill_and_start_again();
    let mut client = server.client();
    assert_eq!(say(&mut client, "3", "STOP").await.replies, Vec::<String>::new());
    assert_eq!(store.opt_outs(id).await.unwrap(), [endpoint(PERSON)]);

    let server = server.kill_and_start_again();
    let mut client = server.client();
    assert!(!say(&mut client, "4", "la fuite continue").await.replies.is_empty());
    assert_eq!(store.opt_outs(id).await.unwrap(), []);
    assert!(!store.opted_out(&to(1, endpoint(PERSON))).await.unwrap());
}

async fn contact_tells_how_to_reach_the_service(db: Database) {
    let server = Server::start(&db.url);
    let mut client = server.client();
    let told = say(&mut client, "1", "CONTACT").await;
    assert_eq!(told.replies.len(), 1);
    assert!(told.replies[0].contains("01 99 00 12 34"), "{}", told.replies[0]);
}
