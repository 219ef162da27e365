//! A carrier that refuses, limits, hangs and drips: what was said reaches it in the end, in its order.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures_util::stream;
use guichet::{
    domain::message::{Channel, Endpoint},
    store::{Delivery, Engine},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{sleep, timeout},
};

use super::{
    crowd::FOR_EVER,
    figures::{tell, times},
    ledger::Found,
};
use crate::support::{ALL, Database, Server, on_both_engines};

/// What the carrier does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Takes,
    Refuses,
    /// Asks to come again in a second.
    Limits,
    /// Takes it and never answers.
    Hangs,
    /// Takes it and answers a byte at a time, without an end.
    Drips,
}

/// The carrier.
#[derive(Clone)]
pub(super) struct Carrier(Arc<Inner>);

struct Inner {
    url: String,
    mood: Mutex<Mood>,
    /// By person, the keys of the posts that it took, in the order in which they came.
    taken: Mutex<HashMap<String, Vec<String>>>,
    posts: Semaphore,
}

impl Carrier {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let (mood, taken, posts) = (Mutex::new(Mood::Takes), Mutex::default(), Semaphore::new(0));
        let carrier = Self(Arc::new(Inner { url, mood, taken, posts }));
        let router = Router::new().route("/send", post(Self::post)).with_state(carrier.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        carrier
    }

    /// The sections of the account `pushed`, which sends by it.
    pub(super) fn account(&self) -> String {
        let url = &self.0.url;
        format!(
            "[[sms.webhooks]]\naccount = 'pushed'\ninsurer = 'demo'\nsecret = 's'\n[sms.webhooks.send]\nurl = '{url}'\n\
             method = 'POST'\nformat = 'json'\nbody = {{ to = '{{to}}', text = '{{text}}', reference = '{{id}}' }}\n\
             id = 'id'\nmessages_per_second = 100\n"
        )
    }

    fn is(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }

    /// Waits for so many posts more, whatever becomes of them.
    async fn hears(&self, posts: u32) {
        let heard = timeout(FOR_EVER, self.0.posts.acquire_many(posts)).await;
        heard.expect("nothing is sent any more").unwrap().forget();
    }

    async fn post(State(carrier): State<Self>, Json(message): Json<Value>) -> Response {
        let text = |name: &str| message[name].as_str().unwrap().to_owned();
        let mood = *carrier.0.mood.lock().unwrap();
        carrier.0.posts.add_permits(1);
        if matches!(mood, Mood::Takes | Mood::Hangs | Mood::Drips) {
            carrier.0.taken.lock().unwrap().entry(text("to")).or_default().push(text("reference"));
        }
        match mood {
            Mood::Takes => Json(json!({ "id": text("reference") })).into_response(),
            Mood::Refuses => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Mood::Limits => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")]).into_response(),
            Mood::Hangs => std::future::pending().await,
            Mood::Drips => {
                let drip = |()| async {
                    sleep(Duration::from_millis(300)).await;
                    Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
                };
                Body::from_stream(stream::unfold((), drip)).into_response()
            }
        }
    }
}

/// People who write to the account `pushed`, whose posts are answered by a status alone.
pub(super) struct People {
    count: usize,
    said: usize,
    http: reqwest::Client,
}

impl People {
    pub(super) fn new(count: usize) -> Self {
        Self { count, said: 0, http: reqwest::Client::new() }
    }

    fn endpoint(person: usize) -> Endpoint {
        Endpoint { channel: Channel::Sms, account: "pushed".into(), address: format!("+3363998{person:04}") }
    }

    /// Each asks for help, which is always answered.
    pub(super) async fn ask(&mut self, server: &Server) {
        self.said += 1;
        for person in 0..self.count {
            let message =
                json!({ "id": self.said.to_string(), "from": Self::endpoint(person).address, "text": "aide" });
            let post = || self.http.post(format!("{}/channels/sms/pushed", server.url)).bearer_auth("s").json(&message);
            while !post().send().await.is_ok_and(|answer| answer.status().is_success()) {
                sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// Everything that was said to them is sent, in its order, a doubled one right behind itself. Returns how many texts came twice.
    pub(super) async fn check(&self, db: &Database, carrier: &Carrier) -> (Found, usize) {
        all_sent(db).await;
        let store = db.store().await;
        let (mut found, mut doubled) = (Found { acknowledged: self.count * self.said, ..Found::default() }, 0);
        for person in 0..self.count {
            let conversation = store.conversation_at(&Self::endpoint(person)).await.unwrap().unwrap();
            let messages = store.messages(conversation, 0, 10_000).await.unwrap();
            let said: Vec<_> = messages.iter().filter_map(|message| message.client_id.clone()).collect();
            assert_eq!(said, (1..=self.said).map(|number| number.to_string()).collect::<Vec<_>>());
            found.replies += messages.len() - said.len();
            doubled += assert_all_sent(&store, carrier, person).await;
        }
        (found, doubled)
    }
}

/// Waits until nothing waits.
pub(super) async fn all_sent(db: &Database) {
    let sent = async {
        while db.number("SELECT COUNT(*) FROM outbox WHERE status = 'waiting'").await > 0 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(FOR_EVER, sent).await.expect("something waits for ever");
}

async fn assert_all_sent(store: &Engine, carrier: &Carrier, person: usize) -> usize {
    let at = People::endpoint(person);
    let conversation = store.conversation_at(&at).await.unwrap().unwrap();
    let rows = store.cases(&ALL).outbox(conversation, 0).await.unwrap();
    assert!(rows.len() > 2 && rows.iter().all(|row| row.delivery == Delivery::Sent), "{rows:?}");
    let taken = carrier.0.taken.lock().unwrap()[&at.address].clone();
    // A long message goes as several texts, whose keys begin with its own.
    let mut order: Vec<&str> = Vec::new();
    for key in &taken {
        let id = &key[..36];
        if !order.contains(&id) {
            order.push(id);
        }
    }
    let said: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(order, said, "{}: each in its order", at.address);
    taken.len() - taken.iter().collect::<std::collections::HashSet<_>>().len()
}

/// What waits is due now: nobody waits for the minute of a lease, or for the next try.
pub(super) async fn hurry(db: &Database) {
    db.execute("UPDATE outbox SET next_at = 0 WHERE status = 'waiting'").await;
}

on_both_engines! { whatever_the_carrier_does_what_was_said_reaches_it }

async fn whatever_the_carrier_does_what_was_said_reaches_it(db: Database) {
    let rounds = times(1, 10);
    let carrier = Carrier::start().await;
    let mut server = Server::start_with(&db.url, &carrier.account());
    let mut people = People::new(4);
    for _ in 0..rounds {
        for mood in [Mood::Refuses, Mood::Limits, Mood::Hangs, Mood::Drips] {
            people.ask(&server).await;
            carrier.hears(4).await;
            carrier.is(mood);
            people.ask(&server).await;
            carrier.hears(2).await;
            // As if it had gone on for longer than anybody waits.
            let killed = tokio::task::block_in_place(|| server.kill());
            carrier.is(Mood::Takes);
            hurry(&db).await;
            server = tokio::task::block_in_place(|| killed.start());
            carrier.0.posts.forget_permits(usize::MAX);
        }
    }
    people.ask(&server).await;
    hurry(&db).await;
    let (found, doubled) = people.check(&db, &carrier).await;
    drop(server);
    let what = format!("{rounds} × a carrier that refuses, limits, hangs and drips");
    tell(15, &what, db.engine(), &found, &format!("{doubled} texts came twice: taken, and not answered"));
}
