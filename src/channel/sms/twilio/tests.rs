use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{Fields, Twilio, addresses, delivery_status, signed_by};
use crate::{
    channel::{
        DeliveryStatus, FetchError, Outbound, Provider as _, Reason, Refusal, Retry,
        testing::{self, Case, Peer, PeerAnswer, Seen, check},
    },
    config,
    domain::message::{Body, Channel, Endpoint},
};

const URL: &str = "https://g.example/channels/sms/a";
const TOKEN: &str = "12345";

fn twilio(api: &str) -> Twilio {
    let text = format!(
        "account = 'a'\ninsurer = 'rives'\naccount_sid = 'AC1'\nauth_token = '{TOKEN}'\nfrom = '+33757000001'\napi = '{api}'"
    );
    let config: config::Twilio = toml::from_str(&text).unwrap();
    Twilio::open(&config, "https://g.example/", 1000, &testing::client()).unwrap()
}

fn message(text: &str) -> Outbound {
    let to = Endpoint { channel: Channel::Sms, account: "a".into(), address: "+33639980001".into() };
    testing::outbound("o1", to, Body { text: text.into(), ..Body::default() })
}

fn sign(signed: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[test]
fn the_documented_signature() {
    let body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    let signature = STANDARD.decode("RSOYDt4T1cUTdK1PDd93/VVr8B8=").unwrap();
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert!(signed_by(TOKEN, url, &Fields::of_form(body), &signature));
    assert!(!signed_by("12346", url, &Fields::of_form(body), &signature));
    assert!(!signed_by(TOKEN, url, &Fields::of_form(&body[1..]), &signature));
}

#[test]
fn the_address_is_tried_with_its_port_and_without() {
    for (url, expected) in [
        ("https://g.example/a?b", ["https://g.example/a?b", "https://g.example/a?b", "https://g.example:443/a?b"]),
        ("http://g.example:8480/a", ["http://g.example:8480/a", "http://g.example/a", "http://g.example:80/a"]),
        ("https://[::1]/a", ["https://[::1]/a", "https://[::1]/a", "https://[::1]:443/a"]),
    ] {
        assert_eq!(addresses(url), expected);
    }
}

/// A form signed as Twilio signs it: the names in order, each followed by its value.
fn case<'a>(name: &'a str, fields: &[(&str, &str)], expected: Result<Vec<Seen>, Refusal>) -> Case<'a> {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let signed = sorted.iter().fold(URL.to_owned(), |signed, (name, value)| signed + name + value);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = vec![
        ("content-type", "application/x-www-form-urlencoded; charset=UTF-8".to_owned()),
        ("x-twilio-signature", sign(&signed)),
    ];
    Case { name, method: Method::POST, url: URL, headers, body: body.into_bytes(), expected }
}

#[test]
fn what_twilio_posts() {
    let good = [("MessageSid", "SM1"), ("From", "+33639980001"), ("To", "+33757000001"), ("Body", "fuite d'eau")];
    let seen = || Ok(vec![Seen::text("SM1", "+33639980001", "fuite d'eau")]);
    let missing = |name: &str| Err(Refusal::Malformed(format!("the field `{name}` is missing or too long")));
    let with = |more: &[(&'static str, &'static str)]| [good.as_slice(), more].concat();
    let status = |more: &[(&'static str, &'static str)]| [&[("MessageSid", "SM9")], more].concat();
    let mut tampered = case("tampered with", &good, Err(Refusal::Unauthorized));
    tampered.body.extend_from_slice(b"&NumMedia=1");
    let mut elsewhere = case("signed for another address", &good, Err(Refusal::Unauthorized));
    elsewhere.url = "https://g.example/channels/sms/b";
    let mut unsigned = case("unsigned", &good, Err(Refusal::Unauthorized));
    unsigned.headers.pop();
    let mut no_base64 = case("no base64", &good, Err(Refusal::Unauthorized));
    no_base64.headers[1].1 = "é".into();
    let long = "x".repeat(201);
    let photos = with(&[
        ("NumMedia", "2"),
        ("MediaUrl0", "https://api.twilio.com/m/0"),
        ("MediaContentType0", "image/jpeg"),
        ("MediaUrl1", "https://api.twilio.com/m/1"),
    ]);
    let seen_photos = Ok(vec![Seen::Message {
        id: "SM1".into(),
        from: "+33639980001".into(),
        text: "fuite d'eau".into(),
        choice: None,
        files: vec!["https://api.twilio.com/m/0".into(), "https://api.twilio.com/m/1".into()],
    }]);
    check(
        &twilio("https://api.twilio.com"),
        vec![
            case("good", &good, seen()),
            case("the same again", &good, seen()),
            case("unknown fields", &with(&[("ChannelMetadata", "{}"), ("Zürich", "é")]), seen()),
            case("repeated values", &with(&[("Tag", "b"), ("Tag", "a"), ("Tag", "b")]), seen()),
            case("photos", &photos, seen_photos),
            tampered,
            elsewhere,
            unsigned,
            no_base64,
            case("empty", &[], missing("MessageSid")),
            case("no sender", &[("MessageSid", "SM1"), ("Body", "x")], missing("From")),
            case("oversize", &[("MessageSid", &long), ("Body", "x")], missing("MessageSid")),
            case(
                "no text",
                &[("MessageSid", "SM1"), ("From", "+33639980001")],
                Err(Refusal::Malformed("the field `Body` is missing".into())),
            ),
            Case {
                method: Method::GET,
                ..case("a GET", &good, Err(Refusal::Malformed("set the webhook's method to POST".into())))
            },
            case("on its way", &status(&[("MessageStatus", "sent")]), Ok(vec![])),
            case(
                "delivered before it was sent",
                &status(&[("MessageStatus", "delivered")]),
                Ok(vec![Seen::report("SM9", DeliveryStatus::Delivered)]),
            ),
            case(
                "blocked",
                &status(&[("MessageStatus", "undelivered"), ("ErrorCode", "30004")]),
                Ok(vec![Seen::report("SM9", DeliveryStatus::Failed(Reason::Refused))]),
            ),
            case(
                "failed for a reason that is no number",
                &status(&[("MessageStatus", "failed"), ("ErrorCode", "?")]),
                Ok(vec![Seen::report("SM9", DeliveryStatus::Failed(Reason::Undelivered))]),
            ),
            case("a status of tomorrow", &status(&[("MessageStatus", "teleported")]), Ok(vec![])),
        ],
    );
}

#[test]
fn a_json_body_is_signed_by_its_hash() {
    let body = br#"{"MessageSid": "SM1", "From": "+33639980001", "Body": "fuite", "NumMedia": 0}"#.to_vec();
    let url = format!("{URL}?bodySHA256={}", hex::encode(Sha256::digest(&body)));
    let headers = vec![("content-type", "application/json".to_owned()), ("x-twilio-signature", sign(&url))];
    let case = |name, body: &[u8], expected| Case {
        name,
        method: Method::POST,
        url: &url,
        headers: headers.clone(),
        body: body.to_vec(),
        expected,
    };
    check(
        &twilio("https://api.twilio.com"),
        vec![
            case("good", &body, Ok(vec![Seen::text("SM1", "+33639980001", "fuite")])),
            case("tampered with", &body[1..], Err(Refusal::Unauthorized)),
            case("empty", b"", Err(Refusal::Unauthorized)),
        ],
    );
    let body = br#"{"MessageSid": 1, "From": ["+33639980001"], "Body": "fuite"}"#.to_vec();
    let url = format!("{URL}?bodySHA256={}", hex::encode(Sha256::digest(&body)));
    let headers = vec![("content-type", "application/json".to_owned()), ("x-twilio-signature", sign(&url))];
    let expected = Err(Refusal::Malformed("the field `MessageSid` is missing or too long".into()));
    let case = Case { name: "wrong types", method: Method::POST, url: &url, headers, body, expected };
    check(&twilio("https://api.twilio.com"), vec![case]);
}

#[test]
fn reports_tell_why() {
    for (code, reason) in [
        (Some(30003), Reason::Undelivered),
        (Some(30005), Reason::NoSuchAddress),
        (Some(30007), Reason::Content),
        (Some(21610), Reason::Refused),
        (None, Reason::Undelivered),
    ] {
        assert_eq!(delivery_status("failed", code), Some(DeliveryStatus::Failed(reason)), "{code:?}");
    }
    assert_eq!((delivery_status("read", None), delivery_status("queued", None)), (Some(DeliveryStatus::Read), None));
}

#[tokio::test]
async fn a_message_leaves_with_our_credentials_and_the_address_for_reports() {
    let peer = Peer::start(vec![PeerAnswer::json(201, r#"{"sid": "SM42", "status": "queued"}"#)]).await;
    let sent = twilio(peer.url()).deliver(&message("Ça coule ?")).await.unwrap();
    assert_eq!(sent.provider_id, "SM42");
    let request = &peer.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/2010-04-01/Accounts/AC1/Messages.json"));
    assert_eq!(request.header("authorization"), Some(&*format!("Basic {}", STANDARD.encode("AC1:12345"))));
    let fields: Vec<_> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let expected = [
        ("To", "+33639980001"),
        ("From", "+33757000001"),
        ("Body", "Ça coule ?"),
        ("StatusCallback", "https://g.example/channels/sms/a"),
    ];
    assert!(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected), "{fields:?}");
}

#[tokio::test]
async fn a_code_says_more_than_a_status() {
    let code =
        |status, code: u32| PeerAnswer::json(status, &format!("{{\"code\": {code}, \"message\": \"+33639980001\"}}"));
    for (answer, retry, reason) in [
        (code(400, 21211), Retry::Never, Reason::NoSuchAddress),
        (code(400, 21610), Retry::Never, Reason::Refused),
        (code(400, 21606), Retry::Later, Reason::Account),
        (code(401, 20003), Retry::Later, Reason::Account),
        (code(400, 21617), Retry::Never, Reason::Content),
        (code(429, 20429), Retry::Later, Reason::Unavailable),
        (code(500, 20500), Retry::Later, Reason::Unavailable),
        (PeerAnswer::json(400, "<html>"), Retry::Never, Reason::Content),
    ] {
        let peer = Peer::start(vec![answer.clone()]).await;
        let error = twilio(peer.url()).deliver(&message("x")).await.unwrap_err();
        assert_eq!((error.retry, error.reason), (retry, reason), "{answer:?}");
        assert!(!error.detail.contains("33639980001"), "{}", error.detail);
    }
}

#[tokio::test]
async fn a_file_is_fetched_with_the_credentials_which_go_nowhere_else() {
    let said = |body: &str| PeerAnswer::Say { status: 200, headers: vec![], body: body.into() };
    let moved = |to: String| PeerAnswer::Say { status: 307, headers: vec![("location", to)], body: String::new() };
    let peer = Peer::start(vec![moved("/kept/1".into()), said("a photo")]).await;
    let bytes = twilio(peer.url()).fetch(&format!("{}/media/1", peer.url())).await.unwrap();
    assert_eq!(&bytes[..], b"a photo");
    assert!(peer.requests().iter().all(|request| request.header("authorization").is_some()));

    // A second peer plays a host that is not Twilio's.
    let stranger = Peer::start(vec![said("secret")]).await;
    let peer = Peer::start(vec![moved(format!("{}/1", stranger.url()))]).await;
    let fetched = twilio(peer.url()).fetch(&format!("{}/media/1", peer.url())).await;
    assert_eq!((fetched, stranger.requests().len()), (Err(FetchError::Gone), 0));

    for (answer, expected) in [
        (said(&"x".repeat(1001)), FetchError::TooLarge),
        (PeerAnswer::json(404, ""), FetchError::Gone),
        (PeerAnswer::json(500, ""), FetchError::Unavailable),
        (PeerAnswer::Close, FetchError::Unavailable),
        (moved("/again".into()), FetchError::Gone),
    ] {
        let peer = Peer::start(vec![answer.clone()]).await;
        assert_eq!(twilio(peer.url()).fetch(&format!("{}/1", peer.url())).await, Err(expected), "{answer:?}");
    }
    for strange in ["http://169.254.169.254/latest", "https://evil-twilio.com/1", "file:///etc/passwd", "", "x"] {
        assert_eq!(twilio("https://api.twilio.com").fetch(strange).await, Err(FetchError::Gone), "{strange}");
    }
}
