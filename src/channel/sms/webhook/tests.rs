use http::Method;

use super::{Sender, WebhookError, decode, verify};
use crate::{
    channel::{
        DeliveryStatus, Provider as _, Reason, Refusal, Retry,
        testing::{self, Case, Peer, PeerAnswer, Seen, check},
    },
    config::Webhook,
    domain::message::{Body, Channel, Endpoint},
    intake::InboundKind,
};

fn account() -> Webhook {
    toml::from_str("account = 'a'\ninsurer = 'rives'\nsecret = 's3cret'").unwrap()
}

#[test]
fn the_secret_is_asked_for() {
    assert_eq!(verify(&account(), Some("Bearer s3cret")), Ok(()));
    for wrong in [None, Some("Bearer s3cre"), Some("s3cret"), Some("Bearer "), Some("Basic s3cret")] {
        assert_eq!(verify(&account(), wrong), Err(WebhookError::Unauthorized), "{wrong:?}");
    }
}

#[test]
fn json_and_forms_are_read_alike() {
    let json = br#"{"id": "m1", "from": "+33639980001", "text": "bonjour", "unknown": [1]}"#;
    let form = b"id=m1&from=%2B33639980001&text=bonjour&unknown=1";
    for (kind, body) in
        [("application/json; charset=utf-8", json.as_slice()), ("application/x-www-form-urlencoded", form.as_slice())]
    {
        let inbound = decode(&account(), kind, body).unwrap();
        assert_eq!((inbound.provider_id.as_str(), inbound.endpoint.address.as_str()), ("m1", "+33639980001"));
        assert!(matches!(inbound.kind, InboundKind::Message(body) if body.text == "bonjour"));
    }
}

#[test]
fn what_is_no_message_is_refused_by_name() {
    let field = |name: &str| WebhookError::Field(name.into());
    for (body, error) in [
        ("", WebhookError::Malformed),
        ("[]", WebhookError::Malformed),
        ("{\"from\": \"a\", \"text\": \"t\"}", field("id")),
        ("{\"id\": \"\", \"from\": \"a\", \"text\": \"t\"}", field("id")),
        ("{\"id\": \"1\", \"from\": {}, \"text\": \"t\"}", field("from")),
        ("{\"id\": \"1\", \"from\": \"a\"}", WebhookError::Text("text".into())),
        ("{\"id\": \"1\", \"from\": \"a\", \"text\": 3}", WebhookError::Text("text".into())),
    ] {
        assert_eq!(decode(&account(), "application/json", body.as_bytes()).unwrap_err(), error, "{body}");
    }
    let long = format!("{{\"id\": \"{}\", \"from\": \"a\", \"text\": \"t\"}}", "x".repeat(201));
    assert_eq!(decode(&account(), "application/json", long.as_bytes()).unwrap_err(), field("id"));
}

/// A sender whose fields are nested: it is configured with paths.
fn sender(peer: &str, format: &str) -> Sender {
    let text = format!(
        "account = 'a'\ninsurer = 'rives'\nsecret = 's3cret'\n\
         fields = {{ id = 'results.0.messageId', from = 'results.0.from', text = 'results.0.cleanText' }}\n\
         [send]\nurl = '{peer}/v1/{{key}}/messages?to={{to}}'\nformat = '{format}'\n\
         headers = {{ Authorization = 'App {{key}}' }}\n\
         body = {{ to = '{{to}}', text = '{{text}}', ref = '{{id}}', flash = false }}\n\
         secrets = {{ key = 'k3y' }}\nid = 'messages.0.id'\n\
         report = {{ id = 'report.id', status = 'report.status', delivered = ['DLV'], failed = ['REJ'] }}\n"
    );
    let config: Webhook = toml::from_str(&text).unwrap();
    Sender::open(&config, config.send.as_ref().unwrap(), &testing::client()).unwrap()
}

fn message(text: &str) -> crate::channel::Outbound {
    let to = Endpoint { channel: Channel::Sms, account: "a".into(), address: "+33639980001".into() };
    testing::outbound("o1", to, Body { text: text.into(), ..Body::default() })
}

#[test]
fn what_a_sender_posts() {
    let url = "https://g.example/channels/sms/a";
    let headers = vec![("authorization", "Bearer s3cret".into()), ("content-type", "application/json".into())];
    let case = |name, body: &str, expected| Case {
        name,
        method: Method::POST,
        url,
        headers: headers.clone(),
        body: body.as_bytes().to_vec(),
        expected,
    };
    let good = r#"{"results": [{"messageId": "m1", "from": "0692123456", "cleanText": "fuite", "new": {}}]}"#;
    let seen = || Ok(vec![Seen::text("m1", "+262692123456", "fuite")]);
    let malformed = |error: WebhookError| Err(Refusal::Malformed(error.to_string()));
    let long = good.replace("m1", &"x".repeat(201));
    check(
        &sender("http://127.0.0.1:9", "json"),
        vec![
            case("good", good, seen()),
            case("the same again", good, seen()),
            Case {
                headers: vec![],
                url: "https://g.example/channels/sms/a/s3cret",
                ..case("in the path", good, seen())
            },
            Case { headers: vec![], ..case("no secret", good, Err(Refusal::Unauthorized)) },
            Case {
                headers: vec![("authorization", "Bearer wrong".into())],
                ..case("a wrong secret", good, Err(Refusal::Unauthorized))
            },
            case("empty", "", malformed(WebhookError::Malformed)),
            case("oversize", &long, malformed(WebhookError::Field("results.0.messageId".into()))),
            case("wrong type", r#"{"results": 3}"#, malformed(WebhookError::Text("results.0.cleanText".into()))),
            case(
                "delivered, before the answer to our own post",
                r#"{"report": {"id": "o9", "status": "DLV"}}"#,
                Ok(vec![Seen::report("o9", DeliveryStatus::Delivered)]),
            ),
            case(
                "failed",
                r#"{"report": {"id": "o9", "status": "REJ"}}"#,
                Ok(vec![Seen::report("o9", DeliveryStatus::Failed(Reason::Undelivered))]),
            ),
            case("on its way", r#"{"report": {"id": "o9", "status": "ACK"}}"#, Ok(vec![])),
            case(
                "a report of nothing",
                r#"{"report": {"status": "DLV"}}"#,
                malformed(WebhookError::Field("report.id".into())),
            ),
        ],
    );
}

#[tokio::test]
async fn what_it_is_sent_is_filled_in() {
    let peer = Peer::start(vec![PeerAnswer::json(200, r#"{"messages": [{"id": 42}]}"#)]).await;
    // Braces in a person's text are no placeholders.
    let sent = sender(peer.url(), "json").deliver(&message("Voici {key} et {to} : \"fuite\"")).await.unwrap();
    assert_eq!(sent.provider_id, "42");
    sender(peer.url(), "form").deliver(&message("a&b=é")).await.unwrap();
    let requests = peer.requests();
    assert_eq!(
        (requests[0].method.as_str(), requests[0].path.as_str()),
        ("POST", "/v1/k3y/messages?to=%2B33639980001")
    );
    assert_eq!(requests[0].header("authorization"), Some("App k3y"));
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    let expected = serde_json::json!(
        { "to": "+33639980001", "text": "Voici {key} et {to} : \"fuite\"", "ref": "o1", "flash": false }
    );
    assert_eq!(body, expected);
    assert_eq!(requests[1].text(), "flash=false&ref=o1&text=a%26b%3D%C3%A9&to=%2B33639980001");
}

#[tokio::test]
async fn each_text_of_a_long_message_has_a_key_of_its_own() {
    let peer = Peer::start(vec![PeerAnswer::json(200, "{}")]).await;
    sender(peer.url(), "json").deliver(&message(&"mot ".repeat(500))).await.unwrap();
    let keys: Vec<_> = peer
        .requests()
        .iter()
        .map(|request| serde_json::from_slice::<serde_json::Value>(&request.body).unwrap()["ref"].to_string())
        .collect();
    assert_eq!(keys, ["\"o1\"", "\"o1-1\""]);
}

#[tokio::test]
async fn a_long_message_that_broke_off_goes_on_with_the_text_that_failed() {
    let done = || PeerAnswer::json(200, "{}");
    let peer = Peer::start(vec![done(), PeerAnswer::json(500, ""), done(), done()]).await;
    let (sender, message) = (sender(peer.url(), "json"), message(&"mot ".repeat(500)));
    assert_eq!(sender.deliver(&message).await.unwrap_err().retry, Retry::Later);
    sender.deliver(&message).await.unwrap();
    // The same message sent again by a handler is sent as a whole.
    sender.deliver(&message).await.unwrap();
    let key = |request: &testing::Request| {
        serde_json::from_slice::<serde_json::Value>(&request.body).unwrap()["ref"].as_str().unwrap().to_owned()
    };
    let keys: Vec<_> = peer.requests().iter().map(key).collect();
    assert_eq!(keys, ["o1", "o1-1", "o1-1", "o1", "o1-1"]);
}

#[tokio::test]
async fn a_refusal_says_whether_to_try_again() {
    let seconds = |seconds| Retry::After(std::time::Duration::from_secs(seconds));
    for (answer, retry, reason) in [
        (PeerAnswer::json(429, "").header("retry-after", "7"), seconds(7), Reason::Unavailable),
        (PeerAnswer::json(429, ""), Retry::Later, Reason::Unavailable),
        (PeerAnswer::json(500, ""), Retry::Later, Reason::Unavailable),
        (PeerAnswer::json(503, "").header("retry-after", "30"), seconds(30), Reason::Unavailable),
        (PeerAnswer::json(401, ""), Retry::Later, Reason::Account),
        (PeerAnswer::json(402, ""), Retry::Later, Reason::Account),
        (PeerAnswer::json(400, ""), Retry::Never, Reason::Content),
        (PeerAnswer::json(200, &"x".repeat(70_000)), Retry::Later, Reason::Unavailable),
        (PeerAnswer::Close, Retry::Later, Reason::Unavailable),
    ] {
        let peer = Peer::start(vec![answer.clone()]).await;
        let error = sender(peer.url(), "json").deliver(&message("x")).await.unwrap_err();
        assert_eq!((error.retry, error.reason), (retry, reason), "{answer:?}");
        assert!(!error.detail.contains("33639980001") && !error.detail.contains("k3y"), "{}", error.detail);
    }
    let mut to_a_name = message("x");
    to_a_name.to.address = "AMELI".into();
    let error = sender("http://127.0.0.1:9", "json").deliver(&to_a_name).await.unwrap_err();
    assert_eq!((error.retry, error.reason), (Retry::Never, Reason::NoSuchAddress));
}
