use http::Method;
use serde_json::json;

use super::Octopush;
use crate::{
    channel::{
        DeliveryStatus, Event, Post, Provider as _, Reason, Refusal, Retry, Sent,
        testing::{self, Case, Peer, PeerAnswer, Seen, check},
    },
    config,
    domain::message::{Body, Channel, Endpoint},
};

const URL: &str = "https://g.example/channels/sms/a/s3cret";

fn octopush(api: &str) -> Octopush {
    let text = format!(
        "account = 'a'\ninsurer = 'rives'\nlogin = 'me@example.org'\napi_key = 'k3y'\nsender = 'RIVES'\n\
         callback_secret = 's3cret'\napi = '{api}'"
    );
    let config: config::Octopush = toml::from_str(&text).unwrap();
    Octopush::open(&config, &testing::client()).unwrap()
}

fn message(text: &str) -> crate::channel::Outbound {
    let to = Endpoint { channel: Channel::Sms, account: "a".into(), address: "+33639980001".into() };
    testing::outbound("o1", to, Body { text: text.into(), ..Body::default() })
}

#[tokio::test]
async fn a_message_leaves_with_its_idempotency_key() {
    let peer = Peer::start(vec![PeerAnswer::json(201, r#"{"sms_ticket": "sms_1", "number_of_contacts": 1}"#)]).await;
    assert_eq!(octopush(peer.url()).deliver(&message("L'eau coule ?")).await.unwrap().provider_id, "sms_1");
    let request = &peer.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/sms-campaign/send"));
    assert_eq!((request.header("api-login"), request.header("api-key")), (Some("me@example.org"), Some("k3y")));
    let expected = json!({
        "recipients": [{ "phone_number": "+33639980001" }], "text": "L'eau coule ?", "type": "sms_premium",
        "purpose": "alert", "with_replies": true, "auto_optimize_text": false, "request_id": "o1", "sender": "RIVES",
    });
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&request.body).unwrap(), expected);
}

#[tokio::test]
async fn a_refusal_says_whether_to_try_again() {
    for (answer, retry, reason) in [
        (PeerAnswer::json(400, r#"{"code": 101}"#), Retry::Later, Reason::Account),
        (PeerAnswer::json(400, r#"{"code": "104"}"#), Retry::Later, Reason::Account),
        (PeerAnswer::json(400, r#"{"code": 117}"#), Retry::Never, Reason::NoSuchAddress),
        (PeerAnswer::json(401, ""), Retry::Later, Reason::Account),
        (PeerAnswer::json(402, ""), Retry::Later, Reason::Account),
        (PeerAnswer::json(400, r#"{"code": 123, "message": "+33639980001"}"#), Retry::Never, Reason::Content),
    ] {
        let peer = Peer::start(vec![answer.clone()]).await;
        let error = octopush(peer.url()).deliver(&message("x")).await.unwrap_err();
        assert_eq!((error.retry, error.reason), (retry, reason), "{answer:?}");
        assert!(!error.detail.contains("33639980001"), "{}", error.detail);
    }
}

#[tokio::test]
async fn a_message_that_was_taken_before_is_sent() {
    let peer =
        Peer::start(vec![PeerAnswer::Close, PeerAnswer::json(400, r#"{"code": 120, "message": "request_id"}"#)]).await;
    let octopush = octopush(peer.url());
    assert_eq!(octopush.deliver(&message("x")).await.unwrap_err().retry, Retry::Later);
    assert_eq!(octopush.deliver(&message("x")).await, Ok(Sent::default()));
}

/// The identifier of the message in a post with this body.
fn id_of(body: &str) -> String {
    let (method, headers, body) = (Method::POST, http::HeaderMap::new(), body.to_owned().into());
    let post = Post { method: &method, url: URL, headers: &headers, body: &body };
    let Event::Message(received) = octopush("http://127.0.0.1:9").decode(&post).unwrap().remove(0) else { panic!() };
    received.inbound.provider_id
}

#[test]
fn two_answers_to_one_message_are_two_and_a_redelivery_is_one() {
    let body = |date: &str, text: &str| {
        format!(
            "{{\"message_id\": \"sms_1\", \"number\": \"+33639980001\", \"text\": \"{text}\", \"reception_date\": \"{date}\"}}"
        )
    };
    let first = id_of(&body("2026-11-21 10:00:00", "oui"));
    assert_eq!(first, id_of(&body("2026-11-21 10:00:00", "oui")));
    assert_ne!(first, id_of(&body("2026-11-21 10:00:00", "non")));
    assert_ne!(first, id_of(&body("2026-11-21 10:00:01", "oui")));
}

#[test]
fn what_octopush_posts() {
    let case = |name, body: &str, expected| Case {
        name,
        method: Method::POST,
        url: URL,
        headers: vec![("content-type", "application/json".into())],
        body: body.as_bytes().to_vec(),
        expected,
    };
    let good = r#"{"message_id": "sms_1", "number": "+33639980001", "text": "fuite", "sim_card_number": "+33757000001",
        "reception_date": "2026-11-21 10:00:00", "new": [1]}"#;
    let seen = || Ok(vec![Seen::text(&id_of(good), "+33639980001", "fuite")]);
    let missing = |name: &str| Err(Refusal::Malformed(format!("the field `{name}` is missing, too long, or no text")));
    let no_json = || Err(Refusal::Malformed("the body must be a JSON object".into()));
    let long = format!("{{\"message_id\": \"{}\", \"number\": \"+33639980001\", \"text\": \"x\"}}", "x".repeat(201));
    let unasked = r#"{"message_id": null, "number": "+33639980001", "text": "fuite", "sim_card_number": "38123"}"#;
    let stop =
        r#"{"message_id": "sms_1", "number": "+33639980001", "text": "stop", "stop_date": "2026-11-21 10:00:00"}"#;
    check(
        &octopush("http://127.0.0.1:9"),
        vec![
            case("good", good, seen()),
            case("the same again", good, seen()),
            Case {
                url: "https://g.example/channels/sms/a/wrong",
                ..case("a wrong secret", good, Err(Refusal::Unauthorized))
            },
            Case { url: "https://g.example/channels/sms/a", ..case("no secret", good, Err(Refusal::Unauthorized)) },
            Case {
                method: Method::GET,
                ..case("a GET", good, Err(Refusal::Malformed("messages and reports are posted".into())))
            },
            case("empty", "", no_json()),
            case("answers nothing of ours", unasked, Ok(vec![Seen::text(&id_of(unasked), "+33639980001", "fuite")])),
            case("a request to stop", stop, Ok(vec![Seen::text(&id_of(stop), "+33639980001", "stop")])),
            case("no object", "[1]", missing("message_id")),
            case("oversize", &long, missing("message_id")),
            case("wrong type", r#"{"message_id": 3, "number": "+33639980001", "text": "x"}"#, missing("message_id")),
            case(
                "no text",
                r#"{"message_id": "sms_1", "number": "+33639980001", "text": 3}"#,
                Err(Refusal::Malformed("the field `text` must be text".into())),
            ),
            case(
                "delivered before it was sent",
                r#"{"message_id": "sms_9", "number": "+33639980001", "status": "DELIVERED"}"#,
                Ok(vec![Seen::report("sms_9", DeliveryStatus::Delivered)]),
            ),
            case(
                "opted out at Octopush",
                r#"{"message_id": "sms_9", "status": "BLACKLISTED_NUMBER"}"#,
                Ok(vec![Seen::report("sms_9", DeliveryStatus::Failed(Reason::Refused))]),
            ),
            case("a status of tomorrow", r#"{"message_id": "sms_9", "status": "TELEPORTED"}"#, Ok(vec![])),
            case("a report without a status", r#"{"message_id": "sms_9"}"#, missing("status")),
        ],
    );
}
