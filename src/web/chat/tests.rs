//! The chat's requests, against a real store.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use futures_util::StreamExt as _;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use crate::{
    conversation::{Action, Actor},
    document::{DocumentError, ScanError},
    web::{Streams, problem::Problem, router, testing::Trial},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

struct Service {
    router: Router,
    now: Arc<AtomicI64>,
    streams: Streams,
    trial: Trial,
}

impl Service {
    async fn start() -> Self {
        let trial = Trial::open(Vec::new()).await;
        let (now, streams) = (Arc::clone(&trial.now), trial.app.streams.clone());
        Self { router: router(trial.app.clone()), now, streams, trial }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str, token: &str) -> Response<Body> {
        self.send(request("GET", path, token).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, token: &str, body: &Json) -> (StatusCode, Json) {
        let request = request("POST", path, token).header(header::CONTENT_TYPE, "application/json");
        answer(self.send(request.body(body.to_string().into()).unwrap()).await).await
    }

    /// Opens a conversation with a `client_id` that repeats `letter`.
    async fn open(&self, letter: char) -> String {
        let id = letter.to_string().repeat(32);
        let (status, body) = self
            .post("/chat/api/conversations", "", &json!({ "insurer": "demo", "lang": "fr", "client_id": id }))
            .await;
        assert_eq!(status, StatusCode::CREATED);
        body["token"].as_str().unwrap().to_owned()
    }

    /// The page of a link to the chat, and the link's token.
    async fn link(&self, token: &str) -> (String, String) {
        let (_, link) = self.post("/chat/api/resume-link", token, &json!({})).await;
        let (page, secret) = link["url"].as_str().unwrap().split_once("#resume=").unwrap();
        (page.to_owned(), secret.to_owned())
    }

    /// Opens a link on the device called `letter`, which has the chat `own`.
    async fn resume(&self, secret: &str, letter: char, own: &str) -> (StatusCode, String) {
        let body = json!({ "token": secret, "client_id": letter.to_string().repeat(32) });
        let (status, body) = self.post("/chat/api/resume", own, &body).await;
        (status, body["token"].as_str().unwrap_or_default().to_owned())
    }

    async fn upload(&self, token: &str, id: &str, bytes: Vec<u8>) -> (StatusCode, Json) {
        let path = format!("/chat/api/uploads/{id}?name=salle%20de%20bain.jpg");
        answer(self.send(request("PUT", &path, token).body(bytes.into()).unwrap()).await).await
    }

    async fn listen(&self, token: &str, last: i64) -> Listener {
        let request = request("GET", "/chat/api/events", token).header("Last-Event-ID", last);
        let response = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        Listener { body: response.into_body(), text: String::new() }
    }
}

/// The other end of an event stream.
struct Listener {
    body: Body,
    text: String,
}

impl Listener {
    /// The next event: its name, its id and its data.
    async fn next(&mut self) -> (String, Option<i64>, Json) {
        loop {
            if let Some((event, rest)) = self.text.clone().split_once("\n\n") {
                self.text = rest.to_owned();
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                let id = field("id: ").map(|id| id.parse().unwrap());
                return (field("event: ").unwrap().into(), id, field("data: ").unwrap().parse().unwrap());
            }
            let body = std::mem::take(&mut self.body);
            let mut stream = body.into_data_stream();
            let chunk = stream.next().await.expect("the stream ended").unwrap();
            self.body = Body::from_stream(stream);
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn message(&mut self) -> Json {
        loop {
            let (name, id, data) = self.next().await;
            if name == "message" {
                assert_eq!(id, data["seq"].as_i64());
                return data;
            }
        }
    }
}

fn request(method: &str, path: &str, token: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    if token.is_empty() { request } else { request.header(header::AUTHORIZATION, format!("Bearer {token}")) }
}

async fn answer(response: Response<Body>) -> (StatusCode, Json) {
    let status = response.status();
    if !status.is_success() {
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn photo(side: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(side, side, |x, y| {
        image::Rgb([x * 7, y * 13, x / 9 * 31 + y / 7 * 17].map(|value| value.to_le_bytes()[0]))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_page_that_asks_twice_is_given_the_same_conversation() {
    let service = Service::start().await;
    let token = service.open('a').await;
    assert_eq!(token.len(), 64);
    assert_eq!(service.open('a').await, token);
    assert_ne!(service.open('b').await, token);
    for (body, status) in [
        (json!({ "insurer": "demo", "client_id": "short" }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "insurer": "demo", "client_id": "é".repeat(20) }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "insurer": "nobody", "client_id": "c".repeat(32) }), StatusCode::NOT_FOUND),
        (json!({ "site": "nowhere", "client_id": "c".repeat(32) }), StatusCode::NOT_FOUND),
        (json!({ "insurer": "demo" }), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(service.post("/chat/api/conversations", "", &body).await.0, status, "{body}");
    }
    let body = json!({ "site": "demo-site", "client_id": "d".repeat(32) });
    assert_eq!(service.post("/chat/api/conversations", "", &body).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn without_a_secret_there_is_nothing() {
    let service = Service::start().await;
    for token in ["", "0000", &"0".repeat(64)] {
        assert_eq!(answer(service.get("/chat/api/events", token).await).await.0, StatusCode::UNAUTHORIZED);
        let (status, _) = service.post("/chat/api/messages", token, &json!({ "client_id": "1", "text": "?" })).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(service.upload(token, "1", photo(8)).await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_message_sent_again_arrives_once() {
    let service = Service::start().await;
    let token = service.open('a').await;
    let body = json!({ "client_id": "m-1", "text": " Bonjour " });
    let (status, first) = service.post("/chat/api/messages", &token, &body).await;
    assert_eq!((status, &first["duplicate"]), (StatusCode::OK, &json!(false)));
    let (_, again) = service.post("/chat/api/messages", &token, &body).await;
    assert_eq!((&again["duplicate"], &again["seq"]), (&json!(true), &first["seq"]));

    let mut listener = service.listen(&token, first["seq"].as_i64().unwrap() - 1).await;
    let message = listener.message().await;
    assert_eq!(message["from"], "me");
    assert_eq!(message["client_id"], "m-1");
    assert_eq!(message["body"]["text"], "Bonjour");
    assert_eq!(listener.message().await["from"], "guichet");
}

#[tokio::test]
async fn what_cannot_be_received_is_refused_politely() {
    let service = Service::start().await;
    let token = service.open('a').await;
    for (body, status) in [
        (json!({ "client_id": "1", "text": "  " }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "client_id": "no spaces", "text": "?" }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "text": "?" }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "client_id": "2", "text": "x".repeat(70_000) }), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(service.post("/chat/api/messages", &token, &body).await.0, status);
    }
    let broken = request("POST", "/chat/api/messages", &token).header(header::CONTENT_TYPE, "application/json");
    assert_eq!(answer(service.send(broken.body("{".into()).unwrap()).await).await.0, StatusCode::BAD_REQUEST);
    let form = request("POST", "/chat/api/messages", &token);
    assert_eq!(
        answer(service.send(form.body("text=1".into()).unwrap()).await).await.0,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
}

#[tokio::test]
async fn a_listener_hears_what_it_missed_and_then_what_comes() {
    let service = Service::start().await;
    let token = service.open('a').await;
    let mut listener = service.listen(&token, 0).await;
    let (name, id, state) = listener.next().await;
    assert_eq!((name.as_str(), id), ("state", None));
    assert_eq!(state, json!({ "language": "fr", "handler": null, "read": 0 }));
    let opening = listener.message().await;
    assert_eq!((&opening["seq"], &opening["from"]), (&json!(1), &json!("guichet")));

    // Another's messages are not heard here.
    let other = service.open('b').await;
    service.post("/chat/api/messages", &other, &json!({ "client_id": "1", "text": "moi aussi" })).await;
    service.post("/chat/api/messages", &token, &json!({ "client_id": "1", "text": "à moi" })).await;
    let mine = loop {
        let message = listener.message().await;
        if message["from"] == "me" {
            break message;
        }
    };
    assert_eq!(mine["body"]["text"], "à moi");

    let seq = mine["seq"].as_i64().unwrap();
    assert_eq!(service.post("/chat/api/read", &token, &json!({ "seq": seq })).await.0, StatusCode::NO_CONTENT);
    let (_, _, state) = loop {
        let event = listener.next().await;
        if event.0 == "state" {
            break event;
        }
    };
    assert_eq!(state["read"], seq);
    let body = json!({ "client_id": "2", "language": "en" });
    assert_eq!(service.post("/chat/api/language", &token, &body).await.0, StatusCode::NO_CONTENT);
    let english = loop {
        let (name, _, data) = listener.next().await;
        if name == "state" {
            break data;
        }
    };
    assert_eq!(english["language"], "en");
}

#[tokio::test]
async fn a_file_sent_again_is_the_same_file_and_only_its_sender_sees_it() {
    let service = Service::start().await;
    let (token, other) = (service.open('a').await, service.open('b').await);
    let (status, first) = service.upload(&token, "u-1", photo(600)).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    assert_eq!(first["media_type"], "image/jpeg");
    assert_eq!(first["name"], "salle de bain.jpg");
    let (_, again) = service.upload(&token, "u-1", photo(600)).await;
    assert_eq!(again["document"], first["document"]);

    let preview = first["preview"].as_str().unwrap();
    for path in [preview.to_owned(), format!("{preview}?large=true")] {
        let response = service.get(&path, &token).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(service.get(&path, &other).await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(service.get("/chat/api/documents/none/preview", &token).await.status(), StatusCode::NOT_FOUND);

    let body = json!({ "client_id": "m-1", "attachments": [first["document"]] });
    let (status, _) = service.post("/chat/api/messages", &other, &body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, receipt) = service.post("/chat/api/messages", &token, &body).await;
    assert_eq!(status, StatusCode::OK);
    let mut listener = service.listen(&token, receipt["seq"].as_i64().unwrap() - 1).await;
    let message = listener.message().await;
    assert_eq!(message["body"]["attachments"][0]["document"], first["document"]);
}

#[tokio::test]
async fn a_file_in_a_slot_is_of_its_kind_and_the_slot_is_filled() {
    let service = Service::start().await;
    let token = service.open('a').await;
    assert_eq!(service.get("/chat/api/slots", "").await.status(), StatusCode::UNAUTHORIZED);
    let slots = async || answer(service.get("/chat/api/slots", &token).await).await.1["slots"].clone();
    assert_eq!(slots().await, json!([]), "nothing is wanted yet");
    let answers =
        ["non", "une fuite", "non", "non", "moi", "jsp", "jsp", "hier", "12 rue des Lilas 69003 Lyon", "passer"];
    let rest = ["de chez moi", "un joint", "non", "maison", "proprio", "cuisine", "sol", "400", "non"];
    for (at, text) in answers.into_iter().chain(rest).enumerate() {
        let body = json!({ "client_id": format!("t-{at}"), "text": text });
        service.post("/chat/api/messages", &token, &body).await;
    }
    let wanted = slots().await;
    assert_eq!(wanted[0]["kind"], "photo_wide", "{wanted}");
    assert_eq!(wanted[0]["name"], "La pièce entière");
    assert_eq!((&wanted[0]["required"], &wanted[0]["received"]), (&json!(true), &json!(false)));
    assert!(wanted[0]["drawing"][0].as_str().unwrap().starts_with('M'));
    let drawn: usize = wanted.as_array().unwrap().iter().map(|slot| slot["drawing"].to_string().len()).sum();
    assert!(drawn < 4 * 1024, "the drawings of a claim weigh {drawn} bytes");

    let (_, first) = service.upload(&token, "u-1", photo(600)).await;
    let (_, second) = service.upload(&token, "u-2", photo(700)).await;
    let of = |file: &Json| file["document"].as_str().unwrap().to_owned();
    // A kind that does not take photos, or that nobody knows, is no slot.
    let slots_of = json!({ of(&first): "photo_close", of(&second): "no_such_kind" });
    let body = json!({ "client_id": "m-1", "attachments": [first["document"], second["document"]], "slots": slots_of });
    let (status, receipt) = service.post("/chat/api/messages", &token, &body).await;
    assert_eq!(status, StatusCode::OK, "{receipt}");
    let now = slots().await;
    let state = |kind: &str| {
        let slot = now.as_array().unwrap().iter().find(|slot| slot["kind"] == kind).unwrap();
        (slot["received"] == json!(true), slot["supposed"] == json!(true))
    };
    assert_eq!(state("photo_close"), (true, false), "{now}");
    assert_eq!(state("photo_wide"), (false, true), "{now}");
}

#[tokio::test]
async fn files_that_are_not_taken_say_so() {
    let service = Service::start().await;
    let token = service.open('a').await;
    for (bytes, status) in [
        (b"MZ\x90\0 a program".to_vec(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Vec::new(), StatusCode::UNPROCESSABLE_ENTITY),
        ([photo(100), vec![0; 1 << 20]].concat(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(service.upload(&token, "u-1", bytes).await.0, status);
    }
    assert_eq!(service.upload(&token, "bad~name", photo(8)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_link_opens_the_same_conversation_on_one_more_device() {
    let service = Service::start().await;
    let token = service.open('a').await;
    service.post("/chat/api/messages", &token, &json!({ "client_id": "1", "text": "à suivre" })).await;
    let (page, secret) = service.link(&token).await;
    assert_eq!(page, "http://127.0.0.1:8480/chat?insurer=demo&lang=fr");
    assert_eq!(secret.len(), 64);
    let short = service.get(&format!("/c/{secret}"), "").await;
    assert_eq!(short.status(), StatusCode::SEE_OTHER);
    assert_eq!(short.headers()[header::LOCATION], format!("/chat?insurer=demo&lang=fr#resume={secret}"));
    assert_eq!(service.get("/c/nobody", "").await.status(), StatusCode::NOT_FOUND);

    let (status, elsewhere) = service.resume(&secret, 'p', "").await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(elsewhere, token);
    let mut listener = service.listen(&elsewhere, 0).await;
    while listener.message().await["body"]["text"] != "à suivre" {}
    // A message from one device is told to the other.
    service.post("/chat/api/messages", &elsewhere, &json!({ "client_id": "1", "text": "me revoici" })).await;
    let mut here = service.listen(&token, 0).await;
    while here.message().await["body"]["text"] != "me revoici" {}

    // It was used: whoever finds it opens nothing. Who lost the answer gets the same one again.
    assert_eq!(service.resume(&secret, 't', "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.resume(&secret, 'p', "").await.1, elsewhere);
    // The link's token is not the conversation's secret, and expires.
    assert_eq!(service.get("/chat/api/events", &secret).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(service.resume(&"0".repeat(64), 'q', "").await.0, StatusCode::NOT_FOUND);
    let (_, another) = service.link(&token).await;
    service.now.fetch_add(8 * DAY, Ordering::Relaxed);
    assert_eq!(service.resume(&another, 'q', "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.get("/chat/api/events", &token).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_link_replaces_no_conversation_of_the_device_unless_it_is_told_to() {
    let service = Service::start().await;
    let (mine, theirs) = (service.open('a').await, service.open('b').await);
    let (_, secret) = service.link(&theirs).await;
    assert_eq!(service.resume(&secret, 'p', &mine).await.0, StatusCode::CONFLICT);
    // A link to the conversation that is open here uses up nothing.
    assert_eq!(service.resume(&secret, 'p', &theirs).await, (StatusCode::OK, theirs.clone()));
    let told = json!({ "token": secret, "client_id": "p".repeat(32), "replace": true });
    let (status, other) = service.post("/chat/api/resume", &mine, &told).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(other["token"], theirs);
    assert_eq!(service.get("/chat/api/events", &mine).await.status(), StatusCode::OK, "mine is still there");
    // A device whose own conversation is over for it has nothing to lose.
    let (_, secret) = service.link(&theirs).await;
    assert_eq!(service.resume(&secret, 'q', &"0".repeat(64)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_person_sees_their_devices_and_logs_them_out() {
    let service = Service::start().await;
    let first = service.open('a').await;
    let (_, secret) = service.link(&first).await;
    service.now.fetch_add(DAY, Ordering::Relaxed);
    let (_, phone) = service.resume(&secret, 'p', "").await;
    let devices = answer(service.get("/chat/api/devices", &phone).await).await.1;
    let here: Vec<_> = devices.as_array().unwrap().iter().map(|device| device["here"].as_bool().unwrap()).collect();
    assert_eq!(here, [true, false], "{devices}");

    let mut watched = service.listen(&first, 0).await;
    watched.message().await;
    let (status, _) = service.post("/chat/api/devices/disconnect", &phone, &json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    // Its line ends, and it is told why when it asks again.
    std::mem::take(&mut watched.body).into_data_stream().for_each(|_| async {}).await;
    assert_eq!(service.get("/chat/api/events", &first).await.status(), StatusCode::UNAUTHORIZED);
    let words = json!({ "client_id": "2", "text": "encore moi" });
    assert_eq!(service.post("/chat/api/messages", &first, &words).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(service.post("/chat/api/messages", &phone, &words).await.0, StatusCode::OK);

    let (status, _) = service.post("/chat/api/devices/leave", &phone, &json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(service.get("/chat/api/events", &phone).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_device_that_is_not_used_is_logged_out_after_ninety_days() {
    let service = Service::start().await;
    let token = service.open('a').await;
    for _ in 0..2 {
        service.now.fetch_add(89 * DAY, Ordering::Relaxed);
        assert_eq!(service.get("/chat/api/devices", &token).await.status(), StatusCode::OK);
    }
    service.now.fetch_add(90 * DAY, Ordering::Relaxed);
    assert_eq!(service.get("/chat/api/devices", &token).await.status(), StatusCode::UNAUTHORIZED);
}

/// The attack: whoever reads the database, a backup or the file makes a live secret of what stands there.
#[tokio::test]
async fn nothing_that_is_stored_opens_a_chat() {
    let service = Service::start().await;
    let seed = "0123456789abcdef".repeat(2);
    let body = json!({ "insurer": "demo", "lang": "fr", "client_id": seed });
    let (_, opened) = service.post("/chat/api/conversations", "", &body).await;
    let token = opened["token"].as_str().unwrap();
    let (_, link) = service.link(token).await;
    service.post("/chat/api/messages", token, &json!({ "client_id": "1", "text": "bonjour" })).await;
    let stored = service.trial.stored();
    assert!(stored.windows(7).any(|window| window == b"bonjour"), "what is stored is looked at");
    for secret in [seed.as_str(), token, &link] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} is stored");
    }
}

#[tokio::test]
async fn the_page_runs_only_what_is_ours_and_is_framed_only_by_the_named_sites() {
    let service = Service::start().await;
    for (path, ancestors) in [
        ("/chat?insurer=demo&lang=en", "frame-ancestors 'none'"),
        ("/chat?site=demo-site", "frame-ancestors https://www.example.org https://example.org"),
    ] {
        let response = service.get(path, "").await;
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.ends_with(ancestors), "{policy}");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        let html = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let html = std::str::from_utf8(&html).unwrap();
        assert!(!html.contains("style=") && !html.contains("<style") && !html.contains("onload"));
        assert_eq!(html.matches("<script").count(), 1);
        assert!(html.contains("<noscript>"));
        assert!(html.contains("data-name=\"Mutuelle des Rives\""));
        assert!(html.contains("data-accent=\"#0f5c6e\""));
    }
    for path in ["/chat?insurer=nobody", "/chat?site=nowhere", "/chat?site=nowhere&insurer=demo"] {
        assert_eq!(service.get(path, "").await.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_page_speaks_the_language_of_the_link_or_else_of_the_browser() {
    let service = Service::start().await;
    for (query, accepted, language) in [
        ("", "en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("", "de-DE,de;q=0.9,ar;q=0.5", "ar"),
        ("", "de", "fr"),
        ("", "", "fr"),
        ("?lang=fr", "en", "fr"),
        ("?lang=ar-MA", "en", "ar"),
        ("?lang=xx", "en", "en"),
    ] {
        let request = request("GET", &format!("/chat{query}"), "").header(header::ACCEPT_LANGUAGE, accepted);
        let page = service.send(request.body(Body::empty()).unwrap()).await;
        let bytes = axum::body::to_bytes(page.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(&format!("<html lang=\"{language}\"")), "{query} {accepted}");
        assert_eq!(text.contains("dir=\"rtl\""), language == "ar");
        assert!(text.contains("data-choice=\"incident=water_damage\""), "the subjects are the flows'");
        assert!(text.contains("href=\"tel:112\""));
    }
}

#[tokio::test]
async fn a_place_is_taken_where_it_is_on_earth_and_towns_are_suggested_to_who_has_a_conversation() {
    let service = Service::start().await;
    let token = service.open('p').await;
    let (status, found) = answer(service.get("/chat/api/communes?q=8%20rue%20X%2C%20Villeurb", &token).await).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(found, json!({ "at": 9, "places": [{ "postcode": "69100", "name": "Villeurbanne" }] }));
    assert_eq!(service.get("/chat/api/communes?q=Lyon", "").await.status(), StatusCode::UNAUTHORIZED);
    for (latitude, expected) in [(45.76, StatusCode::OK), (145.0, StatusCode::UNPROCESSABLE_ENTITY)] {
        let place = json!({ "latitude": latitude, "longitude": 4.83 });
        let body = json!({ "client_id": format!("place-{}", expected.as_u16()), "place": place });
        assert_eq!(service.post("/chat/api/messages", &token, &body).await.0, expected);
    }
}

#[tokio::test]
async fn the_page_is_told_who_has_the_claim_and_when_it_is_closed() {
    let service = Service::start().await;
    let token = service.open('s').await;
    for (at, text) in ["non", "fuite d'eau dans la cuisine", "je veux parler à un conseiller"].into_iter().enumerate()
    {
        let body = json!({ "client_id": format!("stage-{at}"), "text": text });
        assert_eq!(service.post("/chat/api/messages", &token, &body).await.0, StatusCode::OK);
    }
    let state = |(name, _, data): (String, Option<i64>, Json)| (name == "state").then_some(data);
    let mut line = service.listen(&token, 0).await;
    let waiting = state(line.next().await).unwrap();
    assert_eq!(waiting["stage"], "waiting");
    let app = &service.trial.app;
    let one = app.doors.session(&super::secret::endpoint(&token), app.clock.now()).await.unwrap().unwrap();
    let dossier = one.dossier().await.unwrap().unwrap().id;
    let actor = Actor { login: "elise".into(), name: "Élise".into() };
    app.intake
        .act(dossier, actor, Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    // At night it says when somebody answers again.
    service.now.fetch_add(12 * 60 * 60 * 1000, Ordering::Relaxed);
    let mut line = service.listen(&token, 100).await;
    let closed = state(line.next().await).unwrap();
    assert_eq!(closed["stage"], "closed");
    assert!(closed["opens"].is_string(), "{closed}");
}

#[tokio::test]
async fn the_holder_of_the_chat_is_led_to_their_claim_and_once_it_is_over_to_how_it_stands() {
    let service = Service::start().await;
    let link = async |token: &str| service.post("/chat/api/dossier-link", token, &json!({})).await;
    let path = |link: &Json| {
        let url = link["url"].as_str().unwrap();
        url[url.find("/d/").or_else(|| url.find("/s/")).unwrap()..].to_owned()
    };
    let page = async |link: &Json| {
        let response = service.get(&path(link), "").await;
        assert_eq!(response.status(), StatusCode::OK);
        String::from_utf8(axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    };
    assert_eq!(link("").await.0, StatusCode::UNAUTHORIZED);
    let (token, other) = (service.open('l').await, service.open('m').await);
    for (at, text) in ["non", "fuite d'eau dans la cuisine"].into_iter().enumerate() {
        let body = json!({ "client_id": format!("link-{at}"), "text": text });
        assert_eq!(service.post("/chat/api/messages", &token, &body).await.0, StatusCode::OK);
    }
    assert_eq!(link(&other).await.0, StatusCode::NOT_FOUND, "of nobody else's claim, and there is none");
    let (status, own) = link(&token).await;
    assert_eq!(status, StatusCode::OK);
    let app = &service.trial.app;
    let one = app.doors.session(&super::secret::endpoint(&token), app.clock.now()).await.unwrap().unwrap();
    let dossier = one.dossier().await.unwrap().unwrap();
    assert!(path(&own).starts_with("/d/"), "{own}");
    assert!(page(&own).await.contains("Cuisine"), "what was declared is shown");

    let actor = Actor { login: "elise".into(), name: "Élise".into() };
    app.intake
        .act(dossier.id, actor, Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    let (status, over) = link(&token).await;
    assert_eq!(status, StatusCode::OK);
    assert!(path(&over).starts_with("/s/"), "{over}");
    assert!(!page(&over).await.contains("Cuisine"), "what was said is shown to nobody without a proof");
    // What was opened before lasts two hours.
    service.now.fetch_add(3 * 60 * 60 * 1000, Ordering::Relaxed);
    let response = service.get(&path(&own), "").await;
    let later = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(!String::from_utf8_lossy(&later).contains("Cuisine"));
}

#[tokio::test]
async fn scripts_are_light_on_the_wire() {
    let service = Service::start().await;
    for (path, most) in [
        (format!("/chat/assets/{}/chat.js", super::assets::revision()), 18 * 1024 + 512),
        (format!("/chat/assets/{}/talk.js", super::assets::revision()), 9 * 1024),
        (format!("/chat/assets/{}/strings-fr.js", super::assets::revision()), 4 * 1024),
        (format!("/chat/assets/{}/upload.js", super::assets::revision()), 16 * 1024),
        (format!("/chat/assets/{}/slots.js", super::assets::revision()), 5 * 1024),
        (format!("/chat/assets/{}/slots.css", super::assets::revision()), 1024),
        (format!("/chat/assets/{}/chat.css", super::assets::revision()), 5 * 1024),
        ("/widget.js".to_owned(), 2 * 1024),
    ] {
        let request = request("GET", &path, "").header(header::ACCEPT_ENCODING, "gzip");
        let response = service.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert!(bytes.len() < most, "{path}: {} bytes of {most}", bytes.len());
    }
}

#[tokio::test]
async fn one_address_opens_many_conversations_but_not_without_end() {
    let service = Service::start().await;
    let mut last = StatusCode::CREATED;
    for i in 0..=30 {
        let name = format!("{i:032}");
        let (status, _) =
            service.post("/chat/api/conversations", "", &json!({ "lang": "fr", "client_id": name })).await;
        last = status;
        assert!(status == StatusCode::CREATED || i == 30, "{i}: {status}");
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_conversation_takes_so_many_messages_and_the_rest_later() {
    let service = Service::start().await;
    let (token, other) = (service.open('a').await, service.open('b').await);
    let write = async |token: &str, number: u32| {
        let message = json!({ "client_id": number.to_string(), "text": "oui" });
        service.post("/chat/api/messages", token, &message).await.0
    };
    for number in 0..100 {
        assert_eq!(write(&token, number).await, StatusCode::OK);
    }
    assert_eq!(write(&token, 100).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(write(&other, 100).await, StatusCode::OK);
    service.trial.now.fetch_add(10 * 60 * 1000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(write(&token, 100).await, StatusCode::OK, "the page sends the same again");
}

#[tokio::test]
async fn a_conversation_has_so_many_lines_and_no_more_and_a_stop_ends_them() {
    let service = Service::start().await;
    let token = service.open('a').await;
    let mut lines = Vec::new();
    let refused = loop {
        let response = service.get("/chat/api/events", &token).await;
        if response.status() != StatusCode::OK {
            break response;
        }
        lines.push(response);
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "10");
    assert_eq!(service.trial.app.intake.listened_to(), 1);
    service.streams.stop();
    for line in lines {
        line.into_body().into_data_stream().for_each(|_| async {}).await;
    }
    assert_eq!(service.trial.app.intake.listened_to(), 0, "an entry outlives its lines");
    assert_eq!(service.get("/chat/api/events", &token).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn every_answer_is_fenced_in() {
    let service = Service::start().await;
    for path in ["/", "/live", "/ready", "/metrics", "/chat", "/nowhere", "/chat/api/events", "/widget.js", "/console"]
    {
        let answer = service.get(path, "").await;
        for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"] {
            assert!(answer.headers().contains_key(header), "{path} lacks {header}");
        }
    }
}

#[test]
fn one_address_takes_a_part_of_the_places_for_files_only() {
    let uploads = super::Uploads::default();
    let from = |last: u8| crate::web::client::ClientAddress(std::net::Ipv4Addr::new(198, 51, 100, last).into());
    let mut held: Vec<_> = (0..16).map(|_| uploads.place(from(1)).unwrap()).collect();
    assert!(uploads.place(from(1)).is_err());
    assert!(uploads.place(from(2)).is_ok());
    held.pop();
    assert!(uploads.place(from(1)).is_ok());
}

#[test]
fn a_person_is_not_told_what_is_wrong_with_the_scanner() {
    for error in [ScanError::Unreachable(std::io::Error::other("/run/clamd.ctl")), ScanError::Strange("x".into())] {
        let told = serde_json::to_string(&Problem::from(DocumentError::NotScanned(error))).unwrap();
        assert!(told.contains("Please try again.") && !told.contains("clamd"), "{told}");
    }
}
