//! The webhook of the real program: what it takes, what it refuses and how, one node and two.

use guichet::{domain::message::Author, store::Engine};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::{Client, Database, Mount, Receipt, Server, endpoint, on_both_engines};

on_both_engines! {
    a_message_is_answered_and_its_redelivery_hears_the_same,
    where_photos_are_asked_for_the_answer_brings_the_link,
    a_first_message_sent_many_times_at_once_opens_one_conversation,
    two_nodes_share_a_conversation_in_order,
    a_stop_keeps_all_that_was_acknowledged,
}

fn message(id: &str, from: &str, text: &str) -> Value {
    json!({ "id": id, "from": from, "text": text })
}

/// Two servers on one database; an SQLite file has one.
fn nodes(db: &Database) -> Vec<Server> {
    (0..if db.is_sqlite() { 1 } else { 2 }).map(|_| Server::start(&db.url)).collect()
}

async fn a_message_is_answered_and_its_redelivery_hears_the_same(db: Database) {
    let server = Server::start(&db.url);
    let mut client = server.client();
    let first: Receipt = client.send(&message("1", "+33639980001", "Bonjour")).await.unwrap();
    assert!(!first.duplicate && !first.replies.is_empty(), "{first:?}");
    let again: Receipt = client.send(&message("1", "+33639980001", "Bonjour")).await.unwrap();
    assert!(again.duplicate);
    assert_eq!((&again.conversation, again.seq), (&first.conversation, first.seq));
    let other: Receipt = client.send(&message("1", "+33639980002", "Bonjour")).await.unwrap();
    assert!(!other.duplicate, "identifiers are a sender's own");
    assert_ne!(other.conversation, first.conversation);
}

async fn where_photos_are_asked_for_the_answer_brings_the_link(db: Database) {
    let server = Server::start(&db.url);
    let mut client = server.client();
    let first: Receipt = client.send(&message("1", "+33639980001", "une fuite d'eau")).await.unwrap();
    assert!(first.replies.iter().all(|reply| !reply.contains("/u/")), "{first:?}");
    let asked: Receipt =
        client.send(&message("2", "+33639980001", "comment je vous envoie les photos ?")).await.unwrap();
    let link = asked.replies.iter().find_map(|reply| reply.split_whitespace().find(|word| word.contains("/u/")));
    assert!(link.is_some_and(|link| link.starts_with("http")), "{asked:?}");
}

async fn a_first_message_sent_many_times_at_once_opens_one_conversation(db: Database) {
    let servers = nodes(&db);
    let mut tasks = tokio::task::JoinSet::new();
    for try_ in 0..16 {
        let mut client = servers[try_ % servers.len()].client();
        // Half are redeliveries of one message, half are messages of their own: two photos at the same instant.
        let id = if try_ < 8 { "same".to_owned() } else { try_.to_string() };
        tasks.spawn(async move { client.send::<Receipt>(&message(&id, "+33639980001", "une fuite")).await.unwrap() });
    }
    let receipts = tasks.join_all().await;
    assert!(receipts.iter().all(|receipt| receipt.conversation == receipts[0].conversation));
    assert_eq!(receipts.iter().filter(|receipt| !receipt.duplicate).count(), 9);
    let store = db.store().await;
    let id = store.conversation_at(&endpoint("+33639980001")).await.unwrap().unwrap();
    let messages = store.messages(id, 0, 1000).await.unwrap();
    assert_eq!(messages.iter().filter(|message| message.author == Author::Policyholder).count(), 9);
    assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
}

async fn two_nodes_share_a_conversation_in_order(db: Database) {
    const TURNS: usize = 20;
    let servers = nodes(&db);
    let mut clients: Vec<Client> = servers.iter().map(Server::client).collect();
    let mut seqs = Vec::new();
    for turn in 0..TURNS {
        let sent = message(&turn.to_string(), "+33639980001", "je ne sais pas");
        let node = turn % clients.len();
        let receipt: Receipt = clients[node].send(&sent).await.unwrap();
        seqs.push(receipt.seq);
    }
    assert!(seqs.is_sorted());
    let store = db.store().await;
    let id = store.conversation_at(&endpoint("+33639980001")).await.unwrap().unwrap();
    let messages = store.messages(id, 0, 1000).await.unwrap();
    assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
    let ids = messages.iter().filter_map(|message| message.client_id.clone());
    assert!(ids.eq((0..TURNS).map(|turn| turn.to_string())));
}

async fn a_stop_keeps_all_that_was_acknowledged(db: Database) {
    let server = Server::start(&db.url);
    let mut tasks = tokio::task::JoinSet::new();
    for person in 0..8 {
        let mut client = server.client();
        tasks.spawn(async move {
            let from = format!("+3363998{person:04}");
            let mut receipts = Vec::new();
            // Until the server no longer answers.
            while let Ok(receipt) = client.send::<Receipt>(&message(&receipts.len().to_string(), &from, "oui")).await {
                receipts.push(receipt);
            }
            (from, receipts)
        });
    }
    // All are in conversation when the stop is asked for.
    server.client().send::<Receipt>(&message("1", "+33639989999", "bonjour")).await.unwrap();
    tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    let store = db.store().await;
    for (from, receipts) in tasks.join_all().await {
        if let Some(last) = receipts.last() {
            let id = store.conversation_at(&endpoint(&from)).await.unwrap().unwrap();
            assert!(store.conversation(id).await.unwrap().unwrap().1.last_seq >= last.seq);
        }
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_by_its_status() {
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    let good = message("1", "+33639980001", "Bonjour");
    let refused = |account, secret| Client::new(&server.url, account, secret);
    for (mut client, sent, expected) in [
        (refused("nobody", Server::SECRET), good.clone(), "status 404"),
        (refused(Server::ACCOUNT, "wrong"), good.clone(), "status 401"),
        (server.client(), json!([]), "status 422"),
        (server.client(), json!({ "from": "+33639980001", "text": "no id" }), "status 422"),
        (server.client(), message("1", "+33639980001", &"x".repeat(300_000)), "status 413"),
    ] {
        assert_eq!(client.send::<Value>(&sent).await.unwrap_err(), expected);
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM log").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_a_503_and_space_is_enough_to_go_on() {
    let disk = Mount::memory("3m");
    let url = format!("sqlite:{}", disk.file("guichet.db").display());
    let server = Server::start_on_small_disk(&url);
    let mut client = server.client();
    let text = "l'eau coule ".repeat(2000);
    let mut receipts = Vec::new();
    let refused = loop {
        match client.send::<Receipt>(&message(&receipts.len().to_string(), "+33639980001", &text)).await {
            Ok(receipt) => receipts.push(receipt),
            Err(refused) => break refused,
        }
        assert!(receipts.len() < 1000, "the disk should be full by now");
    };
    assert_eq!(refused, "status 503");
    disk.again("size=64m");
    // The provider delivers it again.
    let again = message(&receipts.len().to_string(), "+33639980001", &text);
    let receipt: Receipt = client.send(&again).await.unwrap();
    assert!(!receipt.duplicate && receipt.seq > receipts.last().unwrap().seq);
    drop(server);
    let store = Engine::open(&url).await.unwrap();
    let id = store.conversation_at(&endpoint("+33639980001")).await.unwrap().unwrap();
    let messages = store.messages(id, 0, 10_000).await.unwrap();
    let ids = messages.iter().filter_map(|message| message.client_id.clone());
    assert!(ids.eq((0..=receipts.len()).map(|number| number.to_string())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_is_a_503_and_then_forgotten() {
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    let mut client = server.client();
    client.send::<Receipt>(&message("1", "+33639980001", "Bonjour")).await.unwrap();
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(client.send::<Value>(&message("2", "+33639980001", "oui")).await.unwrap_err(), "status 503");
    other.execute("ROLLBACK").await.unwrap();
    let receipt: Receipt = client.send(&message("2", "+33639980001", "oui")).await.unwrap();
    assert!(!receipt.duplicate);
}
