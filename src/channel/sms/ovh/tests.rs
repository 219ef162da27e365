use http::Method;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha1::{Digest as _, Sha1};

use super::Ovh;
use crate::{
    channel::{
        DeliveryStatus, Outbound, Provider as _, Reason, Refusal, Retry,
        testing::{self, Case, Peer, PeerAnswer, Seen, check},
    },
    config,
    domain::{
        clock::Clock,
        message::{Body, Channel, Endpoint},
    },
};

fn ovh(api: &str, sender: &str) -> Ovh {
    let text = format!(
        "account = 'a'\ninsurer = 'rives'\napplication_key = 'AK'\napplication_secret = 'AS'\nconsumer_key = 'CK'\n\
         service = 'sms-1'\nuser = 'u'\nsender = '{sender}'\ncallback_secret = 's3cret'\napi = '{api}'"
    );
    open(&text)
}

fn open(text: &str) -> Ovh {
    let config: config::Ovh = toml::from_str(text).unwrap();
    let clock = Clock::fixed(Timestamp::from_second(1_000_000).unwrap());
    Ovh::open(&config, clock, &testing::client()).unwrap()
}

fn message(text: &str) -> Outbound {
    let to = Endpoint { channel: Channel::Sms, account: "a".into(), address: "+33639980001".into() };
    testing::outbound("o1", to, Body { text: text.into(), ..Body::default() })
}

#[tokio::test]
async fn a_message_is_signed_at_the_providers_time() {
    let sent = r#"{"ids": [4242], "invalidReceivers": [], "validReceivers": ["+33639980001"]}"#;
    let peer = Peer::start(vec![PeerAnswer::json(200, "1000123"), PeerAnswer::json(200, sent)]).await;
    let ovh = ovh(peer.url(), "");
    assert_eq!(ovh.deliver(&message("L'eau coule ?")).await.unwrap().provider_id, "4242");
    ovh.deliver(&message("ça coule ?")).await.unwrap();
    let requests = peer.requests();
    assert_eq!(requests.len(), 3, "the time is asked for once");
    assert_eq!(requests[0].path, "/auth/time");
    for request in &requests[1..] {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/sms/sms-1/users/u/jobs"));
        let names = ["x-ovh-application", "x-ovh-consumer", "x-ovh-timestamp"];
        assert_eq!(names.map(|name| request.header(name).unwrap()), ["AK", "CK", "1000123"]);
        let signed = format!("AS+CK+POST+{}/sms/sms-1/users/u/jobs+{}+1000123", peer.url(), request.text());
        let expected = format!("$1${}", hex::encode(Sha1::digest(signed)));
        assert_eq!(request.header("x-ovh-signature"), Some(expected.as_str()));
    }
    let jobs: Vec<Json> = requests[1..].iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
    assert_eq!(jobs[0]["receivers"], json!(["+33639980001"]));
    assert_eq!((&jobs[0]["senderForResponse"], &jobs[0]["noStopClause"]), (&json!(true), &json!(true)));
    assert_eq!((&jobs[0]["coding"], &jobs[1]["coding"]), (&json!("7bit"), &json!("8bit")));
    assert_eq!(jobs[1]["message"], "ça coule ?");
}

#[tokio::test]
async fn a_sender_of_its_own_takes_no_answers() {
    let peer = Peer::start(vec![PeerAnswer::json(200, "1000123"), PeerAnswer::json(200, r#"{"ids": [1]}"#)]).await;
    ovh(peer.url(), "RIVES").deliver(&message("x")).await.unwrap();
    let job: Json = serde_json::from_slice(&peer.requests()[1].body).unwrap();
    assert_eq!((&job["sender"], job.get("senderForResponse")), (&json!("RIVES"), None));
}

#[tokio::test]
async fn a_refusal_says_whether_to_try_again_and_asks_for_the_time_anew() {
    let invalid = r#"{"ids": [], "invalidReceivers": ["+33639980001"]}"#;
    for (answer, retry, reason) in [
        (PeerAnswer::json(200, invalid), Retry::Never, Reason::NoSuchAddress),
        (PeerAnswer::json(403, r#"{"errorCode": "INVALID_CREDENTIAL"}"#), Retry::Later, Reason::Account),
        (PeerAnswer::json(400, r#"{"errorCode": "INVALID_SIGNATURE"}"#), Retry::Later, Reason::Account),
        (PeerAnswer::json(400, "{}"), Retry::Never, Reason::Content),
    ] {
        let peer = Peer::start(vec![PeerAnswer::json(200, "1000123"), answer.clone()]).await;
        let error = ovh(peer.url(), "").deliver(&message("x")).await.unwrap_err();
        assert_eq!((error.retry, error.reason), (retry, reason), "{answer:?}");
    }
    let answers = vec![PeerAnswer::json(200, "1000123"), PeerAnswer::json(403, ""), PeerAnswer::json(200, "1000500")];
    let peer = Peer::start(answers).await;
    let ovh = ovh(peer.url(), "");
    let _ = ovh.deliver(&message("x")).await;
    let _ = ovh.deliver(&message("x")).await;
    assert_eq!(peer.requests()[2].path, "/auth/time");
    assert_eq!(peer.requests()[3].header("x-ovh-timestamp"), Some("1000500"));
}

#[tokio::test]
async fn a_service_without_a_user_sends_by_itself() {
    let peer = Peer::start(vec![PeerAnswer::json(200, "1000123"), PeerAnswer::json(200, r#"{"ids": [1]}"#)]).await;
    let text = format!(
        "account = 'a'\ninsurer = 'rives'\napplication_key = 'AK'\napplication_secret = 'AS'\nconsumer_key = 'CK'\n\
         service = 'sms-1'\ncallback_secret = 's3cret'\napi = '{}'",
        peer.url()
    );
    open(&text).deliver(&message("x")).await.unwrap();
    assert_eq!(peer.requests()[1].path, "/sms/sms-1/jobs");
}

#[test]
fn what_a_report_tells() {
    let case = |name, url, expected| Case { name, method: Method::GET, url, headers: vec![], body: vec![], expected };
    let malformed = |what: &str| Err(Refusal::Malformed(what.into()));
    check(
        &ovh("http://127.0.0.1:9", ""),
        vec![
            case(
                "delivered",
                "https://g.example/channels/sms/a/s3cret?id=42&ptt=4&date=20260101&description=ok&new=1",
                Ok(vec![Seen::report("42", DeliveryStatus::Delivered)]),
            ),
            case(
                "failed",
                "https://g.example/channels/sms/a/s3cret?id=42&ptt=33",
                Ok(vec![Seen::report("42", DeliveryStatus::Failed(Reason::Undelivered))]),
            ),
            case(
                "the same again",
                "https://g.example/channels/sms/a/s3cret?id=42&ptt=4&date=20260101&description=ok&new=1",
                Ok(vec![Seen::report("42", DeliveryStatus::Delivered)]),
            ),
            case("accepted", "https://g.example/channels/sms/a/s3cret?id=42&ptt=3", Ok(vec![])),
            case("unknown", "https://g.example/channels/sms/a/s3cret?id=42&ptt=6", Ok(vec![])),
            case("a wrong secret", "https://g.example/channels/sms/a/wrong?id=42&ptt=4", Err(Refusal::Unauthorized)),
            case("no secret", "https://g.example/channels/sms/a?id=42&ptt=4", Err(Refusal::Unauthorized)),
            case("empty", "https://g.example/channels/sms/a/s3cret", malformed("`id` is missing or too long")),
            case(
                "oversize",
                "https://g.example/channels/sms/a/s3cret?id=123456789012345678901&ptt=4",
                malformed("`id` is missing or too long"),
            ),
            case(
                "wrong type",
                "https://g.example/channels/sms/a/s3cret?id=42&ptt=four",
                malformed("`ptt` must be a number"),
            ),
        ],
    );
}
