//! The upload page's requests, against a real store: a person declares by SMS and was sent a link.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use jiff::ToSpan;
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::{
    conversation::{Action, Actor},
    domain::{
        id::ConversationId,
        language::Language,
        link::LinkPurpose,
        message::{self, Author, Channel, Endpoint},
        token,
    },
    intake::{Inbound, InboundKind},
    store::{DocumentRow, LinkRow, MessageRow},
    web::{
        chat::uploads::{MAX_FROM_ADDRESS, WINDOW, counted_for},
        client::ClientAddress,
        router,
        testing::Trial,
    },
};

const TOKEN: &str = "aLinkOfTwentyTwoSigns_";
const HOUR: i64 = 60 * 60 * 1000;

struct Service {
    router: Router,
    trial: Trial,
    conversation: ConversationId,
}

impl Service {
    /// Somebody wrote by SMS that water leaks, and was sent a link that is valid for an hour.
    async fn start() -> Self {
        let trial = Trial::open(Vec::new()).await;
        let endpoint = Endpoint { channel: Channel::Sms, account: "test".into(), address: "+33639980001".into() };
        let mut conversation = None;
        for (provider_id, text) in [("1", "bonjour"), ("2", "aucun danger"), ("3", "une fuite d'eau")] {
            let kind = InboundKind::Message(message::Body { text: text.into(), ..message::Body::default() });
            let inbound = Inbound {
                endpoint: endpoint.clone(),
                provider_id: provider_id.into(),
                insurer: "demo".into(),
                language: Language::Fr,
                token: None,
                cites: Vec::new(),
                settle: false,
                kind,
            };
            conversation = Some(trial.app.intake.receive(inbound).await.unwrap().conversation);
        }
        let conversation = conversation.unwrap();
        let until = trial.app.clock.now() + 1.hours();
        let purpose = LinkPurpose::Upload;
        let link = LinkRow { token_hash: token::hash(TOKEN), purpose, conversation, expires_at: until };
        trial.app.engine.add_link(&link).await.unwrap();
        Self { router: router(trial.app.clone()), trial, conversation }
    }

    async fn send(&self, method: &str, path: &str, token: &str, body: impl Into<Body>) -> (StatusCode, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = response.status();
        (status, to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec())
    }

    async fn page(&self, token: &str) -> (StatusCode, String) {
        let (status, html) = self.send("GET", &format!("/u/{token}"), "", Body::empty()).await;
        (status, String::from_utf8(html).unwrap())
    }

    async fn upload(&self, id: &str, token: &str) -> (StatusCode, Json) {
        let path = format!("/u/api/uploads/{id}?name=cuisine.jpg");
        let (status, body) = self.send("PUT", &path, token, photo()).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn finish(&self, token: &str, attachments: &Json) -> StatusCode {
        let body = json!({ "attachments": attachments }).to_string();
        self.send("POST", "/u/api/message", token, body).await.0
    }

    async fn messages(&self) -> Vec<MessageRow> {
        self.trial.app.engine.messages(self.conversation, 0, 100).await.unwrap()
    }
}

fn photo() -> Vec<u8> {
    let image = image::RgbImage::from_fn(600, 600, |x, y| {
        image::Rgb([x * 7, y * 13, x / 9 * 31 + y / 7 * 17].map(|value| value.to_le_bytes()[0]))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn the_files_become_one_message_where_the_person_is() {
    let service = Service::start().await;
    let before = service.messages().await.len();
    let (status, first) = service.upload("file-1", TOKEN).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let (_, second) = service.upload("file-2", TOKEN).await;
    // The response was lost, so the page sends the same file again.
    assert_eq!(service.upload("file-1", TOKEN).await.1["document"], first["document"]);
    assert_eq!(service.messages().await.len(), before, "nothing is said before the person is done");
    let files = json!([first["document"], second["document"]]);
    for _ in 0..2 {
        assert_eq!(service.finish(TOKEN, &files).await, StatusCode::NO_CONTENT);
    }
    let messages = service.messages().await;
    let theirs = &messages[before];
    assert_eq!((&theirs.author, theirs.channel), (&Author::Policyholder, Channel::Sms));
    assert_eq!(theirs.body.attachments.len(), 2);
    assert!(messages[before + 1..].iter().all(|message| message.author == Author::Guichet), "said once");
    assert!(messages.len() > before + 1 && messages.iter().all(|message| message.channel == Channel::Sms));
    let store = &service.trial.app.engine;
    let received = store.received_ids(service.conversation, Channel::Sms, i64::MAX, 10).await.unwrap();
    assert_eq!(received, ["1", "2", "3"], "no provider knows of the upload");
}

#[tokio::test]
async fn the_page_shows_what_is_wanted_and_opening_it_changes_nothing() {
    let service = Service::start().await;
    let before = service.messages().await;
    let (status, html) = service.page(TOKEN).await;
    assert_eq!(status, StatusCode::OK);
    for part in ["Mutuelle des Rives", "data-channel=\"sms\"", "lang=\"fr\"", "upload.js", "slots.css", "data-slots="] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains(TOKEN) && !html.contains("style=") && !html.contains("onclick"));
    assert_eq!(service.messages().await.len(), before.len());
}

#[tokio::test]
async fn a_link_that_is_unknown_or_over_opens_nothing() {
    let service = Service::start().await;
    let (_, file) = service.upload("file-1", TOKEN).await;
    let files = json!([file["document"]]);
    assert_eq!(service.finish(TOKEN, &json!([])).await, StatusCode::UNPROCESSABLE_ENTITY);
    let foreign = json!(["0190a0b0-c0d0-7e0f-8a0b-0123456789ab"]);
    assert_eq!(service.finish(TOKEN, &foreign).await, StatusCode::UNPROCESSABLE_ENTITY);
    for token in ["", "another", &TOKEN[1..]] {
        assert_eq!(service.upload("file-2", token).await.0, StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(service.finish(token, &files).await, StatusCode::UNAUTHORIZED, "{token}");
    }
    assert_eq!(service.page("another").await.0, StatusCode::NOT_FOUND);
    service.trial.now.fetch_add(2 * HOUR, Ordering::Relaxed);
    assert_eq!(service.finish(TOKEN, &files).await, StatusCode::UNAUTHORIZED);
    let (status, html) = service.page(TOKEN).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("plus valable") && !html.contains("upload.js"));
}

#[tokio::test]
async fn a_file_in_a_slot_is_of_its_kind() {
    let service = Service::start().await;
    let (_, file) = service.upload("file-1", TOKEN).await;
    let document = file["document"].as_str().unwrap();
    let body = json!({ "attachments": [document], "slots": { document: "photo_close" } }).to_string();
    assert_eq!(service.send("POST", "/u/api/message", TOKEN, body).await.0, StatusCode::NO_CONTENT);
    let rows = service.trial.app.engine.documents(service.conversation).await.unwrap();
    assert_eq!((rows[0].kind.as_deref(), rows[0].is_supposed), (Some("photo_close"), false));
}

/// The attack: whoever finds the link reads what was said, and writes as the person.
#[tokio::test]
async fn a_link_for_files_opens_no_conversation() {
    let service = Service::start().await;
    assert_eq!(service.send("GET", &format!("/c/{TOKEN}"), "", Body::empty()).await.0, StatusCode::NOT_FOUND);
    let resume = json!({ "token": TOKEN, "client_id": "a".repeat(32) }).to_string();
    assert_eq!(service.send("POST", "/chat/api/resume", "", resume).await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.send("GET", "/chat/api/events", TOKEN, Body::empty()).await.0, StatusCode::UNAUTHORIZED);
    let words = json!({ "client_id": "1", "text": "je suis elle" }).to_string();
    assert_eq!(service.send("POST", "/chat/api/messages", TOKEN, words).await.0, StatusCode::UNAUTHORIZED);
    // The page says what is wanted, and nothing that was said.
    let page = service.page(TOKEN).await.1;
    for said in ["fuite", "danger", "bonjour", "+3363998", "06 39"] {
        assert!(!page.to_lowercase().contains(said), "{said} stands in {page}");
    }
}

#[tokio::test]
async fn there_are_never_more_messages_than_files() {
    let service = Service::start().await;
    let (_, first) = service.upload("file-1", TOKEN).await;
    let (_, second) = service.upload("file-2", TOKEN).await;
    let (first, second) = (&first["document"], &second["document"]);
    let before = service.messages().await.len();
    for files in [json!([first]), json!([first]), json!([second]), json!([second, first]), json!([first, second])] {
        assert_eq!(service.finish(TOKEN, &files).await, StatusCode::NO_CONTENT);
    }
    let theirs = service.messages().await.split_off(before);
    assert_eq!(theirs.iter().filter(|message| message.author == Author::Policyholder).count(), 2);
}

#[tokio::test]
async fn a_link_ends_with_the_dossier() {
    let service = Service::start().await;
    let (_, file) = service.upload("file-1", TOKEN).await;
    let store = &service.trial.app.engine;
    let dossier = store.dossier_of(service.conversation).await.unwrap().unwrap();
    let actor = Actor { login: "elise".into(), name: "Élise".into() };
    service
        .trial
        .app
        .intake
        .act(dossier, actor, Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    assert_eq!(service.page(TOKEN).await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.upload("file-2", TOKEN).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(service.finish(TOKEN, &json!([file["document"]])).await, StatusCode::UNAUTHORIZED);
}

impl Service {
    /// Puts a file whose bytes the test gives, and tells whether anybody asked for them.
    fn put(&self, id: &str, bytes: &[u8]) -> (JoinHandle<(StatusCode, Json)>, Arc<AtomicBool>) {
        let all_taken = Arc::new(AtomicBool::new(false));
        let taken = Arc::clone(&all_taken);
        let pieces = stream::iter(bytes.chunks(1000).map(Bytes::copy_from_slice).collect::<Vec<_>>());
        // The end of the body: whoever asks for it has everything.
        let end = stream::once(async move {
            taken.store(true, Ordering::Release);
            Bytes::new()
        });
        let body = Body::from_stream(pieces.chain(end).map(Ok::<_, std::convert::Infallible>));
        let request = Request::builder()
            .method("PUT")
            .uri(format!("/u/api/uploads/{id}?name=cuisine.jpg"))
            .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
            .body(body)
            .unwrap();
        let router = self.router.clone();
        let sending = tokio::spawn(async move {
            let response = router.oneshot(request).await.unwrap();
            let status = response.status();
            let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            (status, serde_json::from_slice(&body).unwrap())
        });
        (sending, all_taken)
    }

    async fn documents(&self) -> Vec<DocumentRow> {
        self.trial.app.engine.documents(self.conversation).await.unwrap()
    }
}

/// Two hostile files kept everybody's uploads waiting for the decoders.
#[tokio::test]
async fn a_file_is_acknowledged_before_anybody_looks_at_it() {
    let service = Service::start().await;
    let busy = service.trial.app.documents.hold_decoders().await;
    let (status, file) = service.upload("file-1", TOKEN).await;
    assert_eq!((status, &file["inspecting"]), (StatusCode::OK, &json!(true)), "{file}");
    assert!(service.documents().await[0].inspection.pending);
    drop(busy);
    // Asking again, without bytes, tells what was seen in it.
    let (_, seen) = service.upload("file-1", TOKEN).await;
    assert_eq!((&seen["document"], &seen["inspecting"]), (&file["document"], &Json::Null), "{seen}");
    assert_eq!(service.documents().await[0].inspection.width, Some(600));
    // Where nobody else is in front, the response tells it at once: the same photo.
    let (_, same) = service.upload("file-2", TOKEN).await;
    assert!(same["remark"].is_string() && same["inspecting"].is_null(), "{same}");
}

/// A line that was cut while the file was looked at left a file without a row.
#[tokio::test]
async fn a_line_that_is_cut_behind_the_last_byte_loses_nothing() {
    let service = Service::start().await;
    let _busy = service.trial.app.documents.hold_decoders().await;
    let (sending, all_taken) = service.put("file-1", &photo());
    while !all_taken.load(Ordering::Acquire) {
        tokio::task::yield_now().await;
    }
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    while service.documents().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.documents().await[0].upload_id, "file-1");
}

/// A full disk refused messages, and took files.
#[tokio::test]
async fn what_refuses_a_file_does_so_before_its_first_byte() {
    let service = Service::start().await;
    let app = &service.trial.app;
    app.intake.set_no_room(true);
    let (sending, all_taken) = service.put("file-1", &photo());
    assert_eq!(sending.await.unwrap().0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!all_taken.load(Ordering::Acquire), "it was read");
    app.intake.set_no_room(false);
    let key = counted_for(ClientAddress(Ipv4Addr::UNSPECIFIED.into()));
    let now = app.clock.now();
    for _ in 0..MAX_FROM_ADDRESS {
        app.doors.may_upload(&key, MAX_FROM_ADDRESS, now, now + WINDOW).await.unwrap();
    }
    let (sending, all_taken) = service.put("file-1", &photo());
    assert_eq!(sending.await.unwrap().0, StatusCode::TOO_MANY_REQUESTS);
    assert!(!all_taken.load(Ordering::Acquire), "it was read");
    assert!(service.documents().await.is_empty());
}
