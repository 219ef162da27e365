//! `kill -9` of the real program in the middle of sending: what was said reaches the provider, in order, nothing is lost,
//! and each kill doubles at most what was on its way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use futures_util::FutureExt as _;
use guichet::{
    conversation::Accounts,
    domain::message::Channel,
    store::{Delivery, Engine},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};

use crate::support::{ALL, Database, House, Server, on, on_both_engines};

const KILLS: usize = 4;
const PEOPLE: usize = 6;
const MESSAGES: usize = 20;

on_both_engines! { every_word_reaches_the_provider_in_order_whatever_dies }

/// The provider: takes every message after a moment, and remembers.
#[derive(Clone)]
struct Provider {
    /// By person, the keys of the posts in the order in which they came.
    posts: Arc<Mutex<HashMap<String, Vec<String>>>>,
    taken: Arc<Semaphore>,
}

impl Provider {
    async fn start() -> (Self, String) {
        let provider = Self { posts: Arc::default(), taken: Arc::new(Semaphore::new(0)) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let router = Router::new().route("/send", post(Self::take)).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (provider, url)
    }

    async fn take(State(provider): State<Self>, Json(message): Json<Value>) -> Json<Value> {
        let text = |name: &str| message[name].as_str().unwrap().to_owned();
        provider.posts.lock().unwrap().entry(text("to")).or_default().push(text("reference"));
        provider.taken.add_permits(1);
        // So that a kill finds messages that were taken and are not known to be.
        tokio::time::sleep(Duration::from_millis(5)).await;
        Json(json!({ "id": text("reference") }))
    }
}

async fn every_word_reaches_the_provider_in_order_whatever_dies(db: Database) {
    let (provider, url) = Provider::start().await;
    let account = format!(
        "[[sms.webhooks]]\naccount = 'pushed'\ninsurer = 'demo'\nsecret = 's'\n[sms.webhooks.send]\nurl = '{url}'\n\
         method = 'POST'\nformat = 'json'\nbody = {{ to = '{{to}}', text = '{{text}}', reference = '{{id}}' }}\n\
         id = 'id'\nmessages_per_second = 100\n"
    );
    let mut server = Server::start_with(&db.url, &account);
    let (address, addresses) = tokio::sync::watch::channel(server.url.clone());
    let people: Vec<_> = (0..PEOPLE).map(|person| tokio::spawn(talk(person, addresses.clone()))).collect();
    for _ in 0..KILLS {
        // Any moment is good.
        let moment = 3 + getrandom::u32().unwrap() % 12;
        provider.taken.acquire_many(moment).await.unwrap().forget();
        server = restart(server, &db).await;
        address.send(server.url.clone()).unwrap();
    }
    for person in people {
        person.await.unwrap();
    }
    let server = restart(server, &db).await;
    while db.number("SELECT COUNT(*) FROM outbox WHERE status = 'waiting'").await > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let store = db.store().await;
    drop(server);
    for person in 0..PEOPLE {
        assert_all_sent(&store, &provider, &number(person)).await;
    }
}

/// `kill -9`, and a new one, as if the minute of a lease had passed between the two.
async fn restart(server: Server, db: &Database) -> Server {
    let killed = tokio::task::block_in_place(|| server.kill());
    db.execute("UPDATE outbox SET next_at = 0 WHERE status = 'waiting'").await;
    tokio::task::block_in_place(|| killed.start())
}

fn number(person: usize) -> String {
    format!("+3363998{person:04}")
}

async fn talk(person: usize, mut addresses: tokio::sync::watch::Receiver<String>) {
    for message in 0..MESSAGES {
        let id = message.to_string();
        let mut url = addresses.borrow_and_update().clone();
        while say(&number(person), &id, &url).await.is_err() {
            addresses.changed().await.unwrap();
            url.clone_from(&addresses.borrow_and_update());
        }
    }
}

async fn say(from: &str, id: &str, url: &str) -> Result<(), reqwest::Error> {
    // A person who waits for an adviser is not answered at every line; whoever asks for help is.
    let message = json!({ "id": id, "from": from, "text": "aide" });
    let post = reqwest::Client::new().post(format!("{url}/channels/sms/pushed")).bearer_auth("s").json(&message);
    post.send().await?.error_for_status().map(drop)
}

async fn assert_all_sent(store: &Engine, provider: &Provider, person: &str) {
    let at = guichet::domain::message::Endpoint {
        channel: guichet::domain::message::Channel::Sms,
        account: "pushed".into(),
        address: person.into(),
    };
    let conversation = store.conversation_at(&at).await.unwrap().unwrap();
    let rows = store.cases(&ALL).outbox(conversation, 0).await.unwrap();
    assert!(rows.len() > 2 && rows.iter().all(|row| row.delivery == Delivery::Sent), "{rows:?}");
    let posts = provider.posts.lock().unwrap()[person].clone();
    // A long message goes as several texts, whose keys begin with its own.
    let id_of = |key: &String| key.chars().take(36).collect::<String>();
    let mut order: Vec<String> = posts.iter().map(id_of).collect();
    order.dedup();
    let said: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(order, said, "{person}: each in its order, a doubled one right behind itself");
    for key in &posts {
        let times = posts.iter().filter(|other| *other == key).count();
        assert!(times <= 2 + KILLS, "{person}: {key} came {times} times");
    }
    let doubled = posts.len() - posts.iter().collect::<std::collections::HashSet<_>>().len();
    // One at a time is on its way to a person; it may be a few texts.
    assert!(doubled <= (KILLS + 1) * 3, "{person}: {doubled} texts came twice");
}

/// On SQLite there is one node.
#[tokio::test]
async fn what_one_node_writes_wakes_the_sender_of_another() {
    let db = Database::postgres().await;
    let accounts = || Accounts::new(["a, b/c", "other"].map(|name| (Channel::Sms, name.to_owned())));
    let open = || House::open_with(&db, "2026-11-20T10:00:00+01:00", accounts());
    let (writer, sender) = (open().await, open().await);
    let waker = |account| sender.intake.accounts().waker(Channel::Sms, account);
    let mut from = on(Channel::Sms, "+33639980001");
    from.account = "a, b/c".into();
    writer.say(&from, "bonjour").await;
    waker("a, b/c").notified().await;
    assert!(waker("other").notified().now_or_never().is_none());
}
