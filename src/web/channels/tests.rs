//! Providers' posts, against a real store and a provider with a minimal protocol.

use std::sync::{Arc, Mutex};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::{
    channel::{
        Acknowledgement, Admission, Content, DeliveryStatus, Event, FetchError, File, Head, Outbound, Pace, Post,
        Provider, Received, Refusal, Report, SendError, Sent,
    },
    domain::{
        language::Language,
        message::{Author, Body as Said, Channel, Endpoint},
    },
    intake::{Inbound, InboundKind},
    store::MessageRow,
    web::{router, testing::Trial},
};

/// Each line of a post is an event: `say ID TEXT`, `send ID MEDIA TEXT`, `delivered ID`.
#[derive(Debug, Default)]
struct Plain {
    fetched: Mutex<Vec<String>>,
    url: Mutex<String>,
    is_down: Mutex<bool>,
}

impl Provider for Plain {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn account(&self) -> &'static str {
        "plain"
    }

    fn pace(&self) -> Pace {
        Pace { messages: 1, per: std::time::Duration::from_secs(1), at_once: 1, apart: std::time::Duration::ZERO }
    }

    fn deliver<'a>(&'a self, _: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async { Ok(Sent { provider_id: String::new() }) })
    }

    fn fetch<'a>(&'a self, media: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        self.fetched.lock().unwrap().push(media.to_owned());
        let answer = match media {
            _ if *self.is_down.lock().unwrap() => Err(FetchError::Unavailable),
            "large" => Err(FetchError::TooLarge),
            "gone" => Err(FetchError::Gone),
            "program" => Ok(Bytes::from_static(b"MZ\x90\0 a program")),
            _ => Ok(Bytes::from_static(b"%PDF-1.4\n%%EOF\n")),
        };
        Box::pin(async { answer })
    }

    fn admit(&self, _: &Head<'_>) -> Result<Admission, Refusal> {
        Ok(Admission::Unproven)
    }

    fn decode(&self, post: &Post<'_>) -> Result<Vec<Event>, Refusal> {
        post.url.clone_into(&mut self.url.lock().unwrap());
        if post.headers.get("secret").is_none_or(|secret| secret != "s") {
            return Err(Refusal::Unauthorized);
        }
        let text = std::str::from_utf8(post.body).map_err(|_| Refusal::Malformed("no text".into()))?;
        text.lines().map(event).collect()
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: StatusCode::ACCEPTED, content_type: "text/xml", body: "<ok/>" }
    }

    fn max_bytes(&self) -> usize {
        1000
    }
}

fn event(line: &str) -> Result<Event, Refusal> {
    let mut words = line.split(' ');
    let (Some(kind), Some(id)) = (words.next(), words.next()) else {
        return Err(Refusal::Malformed("no identifier".into()));
    };
    if kind == "delivered" {
        return Ok(Event::Report(Report { provider_id: id.into(), status: DeliveryStatus::Delivered }));
    }
    let media = (kind == "send").then(|| words.next().unwrap_or_default().to_owned());
    let files = media.into_iter().map(|media| File { name: "devis.pdf".into(), content: Content::Media(media) });
    let text = words.collect::<Vec<_>>().join(" ");
    Ok(Event::Message(Box::new(Received {
        inbound: Inbound {
            endpoint: Endpoint { channel: Channel::Telegram, account: "plain".into(), address: "42".into() },
            provider_id: id.into(),
            insurer: "demo".into(),
            language: Language::Fr,
            token: None,
            cites: Vec::new(),
            settle: false,
            kind: InboundKind::Message(Said { text, ..Said::default() }),
        },
        files: files.collect(),
        more_may_follow: false,
        is_sender_proven: true,
    })))
}

struct Service {
    trial: Trial,
    provider: Arc<Plain>,
}

impl Service {
    async fn open() -> Self {
        let provider = Arc::new(Plain::default());
        Self { trial: Trial::open(vec![provider.clone()]).await, provider }
    }

    async fn send(&self, method: &str, path: &str, secret: &str, body: impl Into<Body>) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).header("secret", secret).body(body.into()).unwrap();
        let response = router(self.trial.app.clone()).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (head.status, format!("{}: {text}", head.headers["content-type"].to_str().unwrap()))
    }

    async fn post(&self, body: &str) -> StatusCode {
        self.send("POST", "/channels/telegram/plain", "s", body.to_owned()).await.0
    }

    async fn messages(&self) -> Vec<MessageRow> {
        let at = Endpoint { channel: Channel::Telegram, account: "plain".into(), address: "42".into() };
        let store = &self.trial.app.engine;
        let Some(conversation) = store.conversation_at(&at).await.unwrap() else { return Vec::new() };
        store.messages(conversation, 0, 100).await.unwrap()
    }

    /// The texts of the person's messages, with the names of the files.
    async fn said(&self) -> Vec<String> {
        let messages = self.messages().await.into_iter().filter(|message| message.author == Author::Policyholder);
        let line = |message: MessageRow| {
            let names = message.body.attachments.into_iter().map(|file| format!("[{}]", file.name));
            std::iter::once(message.body.text).chain(names).collect::<Vec<_>>().join(" ")
        };
        messages.map(line).collect()
    }

    fn fetched(&self) -> usize {
        self.provider.fetched.lock().unwrap().len()
    }
}

#[tokio::test]
async fn what_is_posted_is_stored_in_its_order_and_acknowledged_as_the_provider_wants() {
    let service = Service::open().await;
    let body = "say 1 bonjour\ndelivered nobody-knows\nsay 2 une fuite";
    let (status, answer) = service.send("POST", "/channels/telegram/plain/a/b?c=d%20e", "s", body).await;
    assert_eq!((status, answer.as_str()), (StatusCode::ACCEPTED, "text/xml: <ok/>"));
    assert_eq!(*service.provider.url.lock().unwrap(), "http://127.0.0.1:8480/channels/telegram/plain/a/b?c=d%20e");
    assert_eq!(service.said().await, ["bonjour", "une fuite"]);
    assert_eq!(service.post("say 1 bonjour").await, StatusCode::ACCEPTED);
    assert_eq!(service.send("GET", "/channels/telegram/plain", "s", "").await.0, StatusCode::ACCEPTED);
    assert_eq!(service.said().await.len(), 2, "a redelivery is acknowledged and changes nothing");
}

#[tokio::test]
async fn refusals_come_as_problems_before_anything_is_stored() {
    let service = Service::open().await;
    for (path, secret, body, status) in [
        ("/channels/telegram/plain", "wrong", "say 1 a".to_owned(), StatusCode::UNAUTHORIZED),
        ("/channels/telegram/plain", "s", "say 1 a\nsay".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("/channels/telegram/nobody", "s", "say 1 a".to_owned(), StatusCode::NOT_FOUND),
        ("/channels/sms/plain", "s", "say 1 a".to_owned(), StatusCode::NOT_FOUND),
        ("/channels/pigeon/plain", "s", "say 1 a".to_owned(), StatusCode::NOT_FOUND),
        ("/channels/telegram/plain", "s", "x".repeat(1001), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (answered, problem) = service.send("POST", path, secret, body).await;
        assert_eq!(answered, status, "{path} {secret}");
        assert!(problem.starts_with("application/problem+json"), "{problem}");
    }
    assert!(service.messages().await.is_empty());
}

#[tokio::test]
async fn a_file_is_on_disk_before_its_message_is_acknowledged() {
    let service = Service::open().await;
    *service.provider.is_down.lock().unwrap() = true;
    assert_eq!(service.post("send 1 quote voici").await, StatusCode::SERVICE_UNAVAILABLE);
    assert!(service.messages().await.is_empty());
    *service.provider.is_down.lock().unwrap() = false;
    assert_eq!(service.post("send 1 quote voici").await, StatusCode::ACCEPTED);
    assert_eq!(service.said().await, ["voici [devis.pdf]"]);
    let messages = service.messages().await;
    let attachment = &messages[0].body.attachments[0];
    let document = service
        .trial
        .app
        .engine
        .cases(&crate::identity::Scope::everything())
        .document(attachment.document)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(document.conversation, messages[0].conversation);
    assert_eq!((document.media_type.as_str(), attachment.media_type.as_str()), ("application/pdf", "application/pdf"));
    assert_eq!(service.fetched(), 2);
    assert_eq!(service.post("send 1 quote voici").await, StatusCode::ACCEPTED);
    assert_eq!(service.fetched(), 2, "what was received is not fetched again");
    assert_eq!(service.trial.app.engine.documents(document.conversation).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_that_will_never_come_is_told_and_the_words_go_on() {
    let service = Service::open().await;
    for (number, (media, words)) in
        (1..).zip([("large", "trop lourd"), ("gone", "n’est plus là"), ("program", "ce type de fichier")])
    {
        assert_eq!(service.post(&format!("send {number} {media} j'ai une fuite")).await, StatusCode::ACCEPTED);
        let messages = service.messages().await;
        let last = messages.iter().rposition(|message| message.author == Author::Policyholder).unwrap();
        assert_eq!(messages[last].body.text, "j'ai une fuite");
        assert!(messages[last].body.attachments.is_empty());
        assert!(messages[last + 1].body.text.contains(words), "{}", messages[last + 1].body.text);
        assert!(messages.len() > last + 2, "the flow answers the words");
    }
    // A message without text or files is not answered.
    assert_eq!(service.post("send 9 gone").await, StatusCode::ACCEPTED);
    let messages = service.messages().await;
    assert_eq!(messages[messages.len() - 2].author, Author::Policyholder);
}
