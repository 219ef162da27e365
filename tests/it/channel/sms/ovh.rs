//! The real program with a strict OVHcloud: what is received is polled for and removed once it is stored, what is sent is
//! signed, and what OVHcloud answers is understood.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use guichet::{
    domain::message::{Author, Channel, Endpoint},
    store::{Delivery, Engine, OutboxRow},
};
use serde_json::{Value as Json, json};
use sha1::{Digest as _, Sha1};
use tokio::sync::{
    Semaphore,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::support::{ALL, Database, Server, on_both_engines};

on_both_engines! {
    what_is_received_is_removed_when_it_is_stored_whatever_dies,
    what_ovh_tells_of_a_message_is_understood,
    a_service_without_a_user_is_read_itself,
}

const PERSON: &str = "+33639980001";
/// A number that OVHcloud takes no messages for.
const NOBODY: &str = "+33639980009";
/// What the peer's clock says at the start, whatever ours does.
const TIME: i64 = 1_700_000_000;
/// How far a signature's time may be from the peer's, in seconds.
const TOLERANCE: u64 = 30;

/// OVHcloud's API for one account, as strict as the real one about who asks, and stricter about what a job may say.
#[derive(Clone)]
struct Peer {
    url: String,
    folder: &'static str,
    started: Instant,
    incoming: Arc<Mutex<BTreeMap<i64, Json>>>,
    /// How the next requests for messages, or to remove them, fail.
    faults: Arc<Mutex<VecDeque<StatusCode>>>,
    jobs: UnboundedSender<Json>,
    last_id: Arc<AtomicI64>,
    /// What is to be removed is told here, and waits for a permit.
    removing: UnboundedSender<i64>,
    may_remove: Arc<Semaphore>,
}

impl Peer {
    async fn start(folder: &'static str) -> (Self, UnboundedReceiver<Json>, UnboundedReceiver<i64>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ((jobs, sent), (removing, removed)) = (unbounded_channel(), unbounded_channel());
        let peer = Self {
            url,
            folder,
            started: Instant::now(),
            incoming: Arc::default(),
            faults: Arc::default(),
            jobs,
            last_id: Arc::new(AtomicI64::new(4242)),
            removing,
            may_remove: Arc::new(Semaphore::new(0)),
        };
        let router = Router::new().fallback(answer).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (peer, sent, removed)
    }

    fn now(&self) -> i64 {
        TIME + i64::try_from(self.started.elapsed().as_secs()).unwrap()
    }

    /// A message arrives.
    fn receive(&self, id: i64, from: &str, text: &str) {
        let message = json!({
            "id": id, "sender": from, "message": text, "credits": 0, "tag": null,
            "creationDatetime": "2026-11-21T10:00:00+01:00",
        });
        self.incoming.lock().unwrap().insert(id, message);
    }

    fn is_signed(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &str) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let time = header("x-ovh-timestamp");
        let signed = format!("AS+CK+{method}+{}{uri}+{body}+{time}", self.url);
        let in_time = time.parse().is_ok_and(|time: i64| time.abs_diff(self.now()) <= TOLERANCE);
        (header("x-ovh-application"), header("x-ovh-consumer")) == ("AK", "CK")
            && header("x-ovh-signature") == format!("$1${}", hex::encode(Sha1::digest(signed)))
            && in_time
    }

    /// Takes a job whose fields are those of the API console.
    fn take(&self, body: &str) -> Result<String, Failure> {
        let job: Json = serde_json::from_str(body).map_err(|_| failure(StatusCode::BAD_REQUEST, "INVALID_BODY"))?;
        let is_one_of = |name: &str, values: &[&str]| job[name].as_str().is_some_and(|value| values.contains(&value));
        let has_sender = job["senderForResponse"] == true || job["sender"].is_string();
        let receivers: Vec<&str> = job["receivers"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let is_good = is_one_of("coding", &["7bit", "8bit"])
            && is_one_of("charset", &["UTF-8"])
            && is_one_of("priority", &["high", "medium", "low", "veryLow"])
            && job["noStopClause"] == true
            && job["validityPeriod"].is_u64()
            && job["message"].is_string()
            && has_sender
            && !receivers.is_empty();
        if !is_good {
            return Err(failure(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"));
        }
        let (invalid, valid): (Vec<_>, Vec<_>) = receivers.into_iter().partition(|receiver| *receiver == NOBODY);
        let ids = valid.iter().map(|_| self.last_id.fetch_add(1, Ordering::Relaxed)).collect::<Vec<_>>();
        let report = json!({
            "ids": ids, "invalidReceivers": invalid, "validReceivers": valid, "tag": "", "totalCreditsRemoved": 1,
        });
        let _ = self.jobs.send(job);
        Ok(report.to_string())
    }
}

type Failure = (StatusCode, String);

fn failure(status: StatusCode, code: &str) -> Failure {
    let told = json!({ "errorCode": code, "httpCode": status.to_string(), "message": "of the tests" });
    (status, told.to_string())
}

async fn answer(
    State(peer): State<Peer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Result<String, Failure> {
    if uri.path() == "/auth/time" {
        return Ok(peer.now().to_string());
    }
    if !peer.is_signed(&method, &uri, &headers, &body) {
        return Err(failure(StatusCode::BAD_REQUEST, "INVALID_SIGNATURE"));
    }
    let not_found = || failure(StatusCode::NOT_FOUND, "NOT_FOUND");
    let path = uri.path().strip_prefix(peer.folder).ok_or_else(not_found)?;
    if (method.as_str(), path) == ("POST", "/jobs") {
        return peer.take(&body);
    }
    let rest = path.strip_prefix("/incoming").ok_or_else(not_found)?;
    let id = rest.strip_prefix('/').map(|id| id.parse::<i64>().unwrap());
    if let Some(status) = peer.faults.lock().unwrap().pop_front() {
        return Err(failure(status, "INTERNAL"));
    }
    match (method.as_str(), id) {
        // The newest first: nobody promises an order.
        ("GET", None) => Ok(json!(peer.incoming.lock().unwrap().keys().rev().collect::<Vec<_>>()).to_string()),
        ("GET", Some(id)) => peer.incoming.lock().unwrap().get(&id).map(Json::to_string).ok_or_else(not_found),
        ("DELETE", Some(id)) => {
            peer.removing.send(id).unwrap();
            peer.may_remove.acquire().await.unwrap().forget();
            peer.incoming.lock().unwrap().remove(&id).map(|_| "null".into()).ok_or_else(not_found)
        }
        _ => Err(failure(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED")),
    }
}

fn account(peer: &Peer, more: &str) -> String {
    format!(
        "[[sms.ovh]]\naccount = 'ovh'\ninsurer = 'demo'\napplication_key = 'AK'\napplication_secret = 'AS'\n\
         consumer_key = 'CK'\nservice = 'sms-1'\ncallback_secret = 's3cret'\npoll_seconds = 1\napi = '{}'\n{more}\n",
        peer.url
    )
}

/// What a person said, as far as it is stored.
async fn said(store: &Engine, person: &str) -> Vec<String> {
    let endpoint = Endpoint { channel: Channel::Sms, account: "ovh".into(), address: person.into() };
    let Some(id) = store.conversation_at(&endpoint).await.unwrap() else { return Vec::new() };
    let messages = store.messages(id, 0, 100).await.unwrap();
    let by_person = messages.into_iter().filter(|message| message.author == Author::Policyholder);
    by_person.map(|message| message.body.text).collect()
}

/// The first message to a person, once it came so far.
async fn sent(store: &Engine, person: &str, delivery: Delivery) -> OutboxRow {
    let endpoint = Endpoint { channel: Channel::Sms, account: "ovh".into(), address: person.into() };
    loop {
        if let Some(id) = store.conversation_at(&endpoint).await.unwrap()
            && let Some(row) = store.cases(&ALL).outbox(id, 0).await.unwrap().into_iter().next()
            && row.delivery == delivery
        {
            return row;
        }
        tokio::task::yield_now().await;
    }
}

async fn what_is_received_is_removed_when_it_is_stored_whatever_dies(db: Database) {
    let (peer, mut jobs, mut removing) = Peer::start("/sms/sms-1/users/u").await;
    peer.receive(7, PERSON, "une fuite");
    peer.receive(9, PERSON, "dans la cuisine");
    // The list, then the first message, cannot be had at first.
    peer.faults.lock().unwrap().extend([StatusCode::TOO_MANY_REQUESTS, StatusCode::INTERNAL_SERVER_ERROR]);
    let server = Server::start_with(&db.url, &account(&peer, "user = 'u'"));
    let store = db.store().await;
    assert_eq!(removing.recv().await, Some(7));
    assert_eq!(said(&store, PERSON).await, ["une fuite"], "it is stored before it is removed");
    // OVHcloud does not answer, and the power goes: the message is there still, and is known.
    let server = server.kill_and_start_again();
    assert_eq!(removing.recv().await, Some(7));
    peer.may_remove.add_permits(8);
    assert_eq!(removing.recv().await, Some(9));
    assert_eq!(jobs.recv().await.unwrap()["receivers"], json!([PERSON]));
    peer.receive(12, PERSON, "au plafond");
    assert_eq!(removing.recv().await, Some(12));
    assert_eq!(said(&store, PERSON).await, ["une fuite", "dans la cuisine", "au plafond"]);
    server.stop();
}

async fn what_ovh_tells_of_a_message_is_understood(db: Database) {
    let (peer, mut jobs, _removing) = Peer::start("/sms/sms-1/users/u").await;
    peer.may_remove.add_permits(8);
    peer.receive(1, PERSON, "une fuite");
    let server = Server::start_with(&db.url, &account(&peer, "user = 'u'"));
    let store = db.store().await;
    let job = jobs.recv().await.unwrap();
    assert_eq!((&job["receivers"], &job["senderForResponse"]), (&json!([PERSON]), &json!(true)));
    assert_eq!(sent(&store, PERSON, Delivery::Sent).await.provider_id.as_deref(), Some("4242"));
    let report = |secret: &str| format!("{}/channels/sms/ovh/{secret}?id=4242&ptt=4&date=20261121100000", server.url);
    assert_eq!(reqwest::get(report("wrong")).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(reqwest::get(report("s3cret")).await.unwrap().status(), StatusCode::OK);
    let delivered = store.outbox_by_provider_id(Channel::Sms, "ovh", "4242").await.unwrap().unwrap();
    assert_eq!(delivered.delivery, Delivery::Delivered);
    // A number that takes no messages is given up at once.
    peer.receive(2, NOBODY, "bonjour");
    let failed = sent(&store, NOBODY, Delivery::Failed).await;
    assert_eq!((failed.reason.as_deref(), failed.attempts), (Some("no_such_address"), 1));
}

async fn a_service_without_a_user_is_read_itself(db: Database) {
    let (peer, mut jobs, mut removing) = Peer::start("/sms/sms-1").await;
    peer.may_remove.add_permits(8);
    peer.receive(3, PERSON, "une fuite");
    let _server = Server::start_with(&db.url, &account(&peer, "sender = 'RIVES'"));
    assert_eq!(removing.recv().await, Some(3));
    assert_eq!(jobs.recv().await.unwrap()["sender"], "RIVES");
}
