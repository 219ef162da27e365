use std::{io::Write as _, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use jiff::Timestamp;
use sha2::Sha256;

use super::{EmailProvider, Renderer, parse};
use crate::{
    channel::{
        DeliveryStatus, Event, Outbound, Reason, Refusal,
        testing::{Case, Seen, check, outbound},
    },
    config::EmailAccount,
    domain::{
        clock::Clock,
        language::Language,
        message::{Body, Channel, Endpoint, QuickReply, SummaryLine},
    },
};

/// 2025-11-21, in Unix seconds.
const NOW: i64 = 1_763_700_000;
const CONVERSATION: &str = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab";

fn account() -> EmailProvider {
    let config = toml::from_str(
        "account = 'mail'\ninsurer = 'rives'\naddress = 'Sinistres@rives.example'\nname = 'Sinistres Rives'\n\
         plus_address = true\nauthserv_id = 'mx.rives.example'\nsecret = 'S3CRET'\nsmtp = { host = 'localhost' }",
    )
    .unwrap();
    open(config).unwrap()
}

fn open(config: EmailAccount) -> Result<EmailProvider, String> {
    let clock = Clock::new(|| Timestamp::from_second(NOW).unwrap());
    EmailProvider::open(config, "key", Arc::new(Renderer::new().unwrap()), clock)
}

fn mail(id: &str, head: &str) -> Vec<u8> {
    format!(
        "From: Anne <anne@example.org>\r\nTo: sinistres@rives.example\r\nSubject: Fuite\r\nMessage-ID: <{id}>\r\n{head}\
         Content-Type: text/plain; charset=iso-8859-1\r\n\r\nFuite "
    )
    .bytes()
    .chain(*b"\xe0 la cuisine\r\n")
    .collect()
}

/// A form as browsers send files.
fn form(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        write!(body, "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").unwrap();
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

const MULTIPART: &str = "multipart/form-data; boundary=x";
const URLENCODED: &str = "application/x-www-form-urlencoded";

#[test]
fn posts_of_raw_messages_are_verified_and_read() {
    let signature_at = |key: &[u8], timestamp: i64| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(format!("{timestamp}nonce").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    };
    let signature = |key: &[u8]| signature_at(key, NOW);
    let raw = mail("m1@example.org", "");
    let mailgun_at = |timestamp: i64, signature: &str, raw: &[u8]| {
        form(&[
            ("timestamp", timestamp.to_string().as_bytes()),
            ("token", b"nonce"),
            ("signature", signature.as_bytes()),
            ("body-mime", raw),
        ])
    };
    let mailgun = |signature: &str, raw: &[u8]| mailgun_at(NOW, signature, raw);
    let (late, too_late) = (NOW - 11 * 3600, NOW - 13 * 3600);
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("recipient", "sinistres@rives.example")
        .append_pair(
            "body-mime",
            "From: anne@example.org\r\nMessage-ID: <m1@example.org>\r\n\r\nFuite à la cuisine\r\n",
        )
        .finish()
        .into_bytes();
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let seen = |files: &[&str]| {
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        let (id, from, text) = ("m1@example.org".into(), "anne@example.org".into(), "Fuite à la cuisine".into());
        vec![Seen::Message { id, from, text, choice: None, files }]
    };
    let signed = |files: &[&str]| [vec![Seen::Proof], seen(files)].concat();
    let case = |name, kind: &str, authorization: &str, body: &[u8], expected| {
        let mut headers = vec![("content-type", kind.to_owned())];
        if !authorization.is_empty() {
            headers.push(("authorization", authorization.to_owned()));
        }
        let url = "https://guichet.example.org/channels/email/mail";
        Case { name, method: Method::POST, url, headers, body: body.to_vec(), expected }
    };
    let bearer = "Bearer S3CRET";
    let missing =
        || Err(Refusal::Malformed("the raw message is missing: have the provider post the full MIME message".into()));
    let unreadable = |why: &str| Err(Refusal::Malformed(why.to_owned()));
    check(
        &account(),
        vec![
            case("the message itself", "message/rfc822", bearer, &raw, Ok(seen(&["Fuite.eml"]))),
            case("the same again", "message/rfc822", bearer, &raw, Ok(seen(&["Fuite.eml"]))),
            case(
                "a password in the address",
                MULTIPART,
                &basic("any:S3CRET"),
                &form(&[("email", &raw)]),
                Ok(seen(&["Fuite.eml"])),
            ),
            case(
                "Mailgun's signature",
                MULTIPART,
                "",
                &mailgun(&signature(b"S3CRET"), &raw),
                Ok(signed(&["Fuite.eml"])),
            ),
            case(
                "Mailgun's signature, when we were away",
                MULTIPART,
                "",
                &mailgun_at(late, &signature_at(b"S3CRET", late), &raw),
                Ok(signed(&["Fuite.eml"])),
            ),
            case(
                "Mailgun's signature, kept and played again",
                MULTIPART,
                "",
                &mailgun_at(too_late, &signature_at(b"S3CRET", too_late), &raw),
                Err(Refusal::Unauthorized),
            ),
            case(
                "Mailgun's signature, for another time",
                MULTIPART,
                "",
                &mailgun_at(NOW, &signature_at(b"S3CRET", too_late), &raw),
                Err(Refusal::Unauthorized),
            ),
            case("a form in one line", URLENCODED, bearer, &encoded, Ok(seen(&[".eml"]))),
            case(
                "unknown fields",
                MULTIPART,
                bearer,
                &form(&[("spam_score", b"1"), ("envelope", b"{}"), ("email", &raw), ("x", b"\xff")]),
                Ok(seen(&["Fuite.eml"])),
            ),
            case("no secret", "message/rfc822", "", &raw, Err(Refusal::Unauthorized)),
            case("a wrong secret", "message/rfc822", "Bearer s3cret", &raw, Err(Refusal::Unauthorized)),
            case(
                "a wrong password",
                MULTIPART,
                &basic("S3CRET:x"),
                &form(&[("email", &raw)]),
                Err(Refusal::Unauthorized),
            ),
            case("no password at all", MULTIPART, "Basic !!", &form(&[("email", &raw)]), Err(Refusal::Unauthorized)),
            case(
                "another's signature",
                MULTIPART,
                "",
                &mailgun(&signature(b"other"), &raw),
                Err(Refusal::Unauthorized),
            ),
            case("a signature that is none", MULTIPART, "", &mailgun("zz", &raw), Err(Refusal::Unauthorized)),
            case("parsed and not raw", MULTIPART, bearer, &form(&[("text", b"Fuite")]), missing()),
            case("wrong types", "application/json", bearer, b"{\"email\": 1}", missing()),
            case(
                "no message",
                "message/rfc822",
                bearer,
                b"\r\nbonjour",
                unreadable("the message is empty or has no headers"),
            ),
            case(
                "no sender",
                "",
                bearer,
                b"Subject: x\r\n\r\nx",
                unreadable("the message does not name exactly one sender"),
            ),
            case("an empty post", "message/rfc822", bearer, b"", missing()),
            case("a form that is none", MULTIPART, bearer, b"garbage", missing()),
            case(
                "a list",
                "message/rfc822",
                bearer,
                &mail("l@example.org", "List-Id: <x.example.org>\r\n"),
                Ok(Vec::new()),
            ),
            case(
                "too large",
                "message/rfc822",
                bearer,
                &[mail("x@example.org", ""), vec![b'x'; parse::MAX_BYTES]].concat(),
                Err(Refusal::Malformed("the message is larger than may be taken".into())),
            ),
        ],
    );
    let mut without = account();
    without.config.secret = None;
    check(&without, vec![case("no secret is configured", "message/rfc822", bearer, &raw, Err(Refusal::NotServed))]);
}

fn events(raw: &str) -> Vec<Event> {
    account().events(parse::parse(&raw.replace('\n', "\r\n").into()).unwrap()).unwrap_or_default()
}

/// The sender's address and the token of the one message.
fn received(raw: &str) -> Option<(String, Option<String>)> {
    match events(raw).pop()? {
        Event::Message(received) => Some((received.inbound.endpoint.address, received.inbound.token)),
        _ => None,
    }
}

#[test]
fn the_sender_s_address_says_who_writes() {
    let ours = account().tokens.token(CONVERSATION.parse().unwrap());
    let forged = "Authentication-Results: mx.rives.example; dmarc=fail header.from=example.org\n";
    for (head, expected) in [
        ("From: Anne <ANNE@example.org>\n".to_owned(), Some(("anne@example.org", None))),
        (format!("From: anne@example.org\n{forged}"), Some(("anne@example.org (unverified)", None))),
        // A token of ours only cites a conversation; any other text may be the secret of a channel switch.
        (format!("From: anne@example.org\nTo: sinistres+{ours}@rives.example\n"), Some(("anne@example.org", None))),
        ("From: anne@example.org\nTo: sinistres+k7qf@rives.example\n".into(), Some(("anne@example.org", Some("k7qf")))),
        (
            "Delivered-To: sinistres@rives.example\nFrom: anne@example.org\nTo: sinistres+k7qf@rives.example\n".into(),
            Some(("anne@example.org", Some("k7qf"))),
        ),
        (
            format!("From: anne@example.org\nTo: sinistres+k7qf@rives.example\n{forged}"),
            Some(("anne@example.org (unverified)", None)),
        ),
        ("From: anne@example.org\nTo: other+k7qf@rives.example\n".into(), Some(("anne@example.org", None))),
        ("From: sinistres@rives.example\n".into(), None),
        ("From: sinistres+x@rives.example\n".into(), None),
        ("From: a@example.org, b@example.org\n".into(), None),
    ] {
        let expected = expected.map(|(address, token)| (address.to_owned(), token.map(str::to_owned)));
        assert_eq!(received(&format!("{head}Subject: x\n\nbonjour\n")), expected, "{head}");
    }
}

#[test]
fn only_reports_on_our_own_messages_are_told() {
    let ours = account().tokens.message_id(CONVERSATION.parse().unwrap(), "1");
    for (id, is_ours) in [(ours.as_str(), true), ("m1@example.org", false), ("x.y@rives.example", false)] {
        let raw = format!(
            "From: MAILER-DAEMON@example.org\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
             Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.2.1\n\n--b\n\
             Content-Type: text/rfc822-headers\n\nMessage-ID: <{id}>\n\n--b--\n"
        );
        let seen: Vec<Seen> = events(&raw).iter().map(Seen::of).collect();
        let expected =
            if is_ours { vec![Seen::report(id, DeliveryStatus::Failed(Reason::NoSuchAddress))] } else { Vec::new() };
        assert_eq!(seen, expected, "{id}");
    }
}

#[test]
fn a_subject_speaks_where_nothing_else_does() {
    let text = |head: &str| match events(&format!("From: a@example.org\nSubject: Fuite au 3e\n{head}\n\n")).pop() {
        Some(Event::Message(received)) => Seen::of(&Event::Message(received)),
        other => panic!("{other:?}"),
    };
    let texts = |seen| if let Seen::Message { text, .. } = seen { text } else { String::new() };
    assert_eq!(texts(text("")), "Fuite au 3e");
    assert_eq!(texts(text("In-Reply-To: <x@rives.example>\n")), "");
}

#[test]
fn an_address_too_long_for_its_token_is_told_at_the_start() {
    let mut config = account().config;
    config.address = format!("{}@rives.example", "a".repeat(30));
    let problem = open(config.clone()).unwrap_err();
    assert!(problem.contains("plus_address"), "{problem}");
    config.plus_address = false;
    assert!(open(config).is_ok());
}

#[test]
fn who_checks_the_senders_must_be_said() {
    let mut config = account().config;
    config.authserv_id = String::new();
    let problem = open(config.clone()).unwrap_err();
    assert!(problem.contains("authserv_id") && problem.contains("unchecked"), "{problem}");
    config.authserv_id = "unchecked".into();
    assert!(open(config).is_ok());
}

fn letter(language: Language) -> Outbound {
    let to = Endpoint { channel: Channel::Email, account: "mail".into(), address: "anne@example.org".into() };
    let body = Body {
        text: "Voici ce que j'ai noté <b> :\n1. un\n2. deux\n\nEst-ce juste ?".into(),
        summary: vec![SummaryLine::new("cause".into(), "Cause", "fuite & gel")],
        quick_replies: vec![
            QuickReply { payload: "yes".into(), label: "Oui".into() },
            QuickReply { payload: "no".into(), label: "Non".into() },
        ],
        ..Body::default()
    };
    Outbound { language, link: Some("https://guichet.example.org/u/x".into()), ..outbound("1", to, body) }
}

#[test]
fn a_letter_says_the_same_as_text_and_as_html() {
    let rendered = Renderer::new().unwrap().render(&letter(Language::Fr), "Sinistres Rives").unwrap();
    assert_eq!(rendered.subject, "Votre déclaration de sinistre [K7QF-93MX]");
    assert_eq!(
        rendered.text,
        "Voici ce que j'ai noté <b> :\n1. un\n2. deux\n\nEst-ce juste ?\n\n- Cause\u{a0}: fuite & gel\n\n- Oui\n- Non\n\n\
         Vous pouvez joindre vos photos et vos documents à votre réponse, ou les déposer ici, une case par pièce\u{a0}:\n\
         https://guichet.example.org/u/x\n\nPour répondre, répondez simplement à cet e-mail.\n\n-- \nSinistres Rives\n\
         Votre référence\u{a0}: K7QF-93MX"
    );
    for part in [
        "<p>Voici ce que j&#x27;ai noté &lt;b&gt; :<br>1. un<br>2. deux</p>",
        "<p>Est-ce juste ?</p>",
        "<li>Cause\u{a0}: <strong>fuite &amp; gel</strong></li>",
        "<li>Oui</li>",
        "<html lang=\"fr\">",
    ] {
        assert!(rendered.html.contains(part), "{part}\n{}", rendered.html);
    }
    for fetched in ["<img", "<script", "<link", "src=", "url("] {
        assert!(!rendered.html.contains(fetched), "{fetched}");
    }
    let english = Renderer::new().unwrap().render(&letter(Language::En), "Rives Claims").unwrap();
    assert_eq!(english.subject, "Your claim [K7QF-93MX]");
    assert!(english.text.contains("Cause: fuite") && english.text.contains("simply reply"));
    assert!(english.html.contains("<html lang=\"en\">"));
}

#[test]
fn urgent_advice_stands_out_and_nothing_is_left_of_what_is_not_there() {
    let mut letter = letter(Language::Fr);
    letter.body = Body { text: "Appelez le 112.".into(), urgent: true, ..Body::default() };
    letter.link = None;
    let rendered = Renderer::new().unwrap().render(&letter, "Sinistres Rives").unwrap();
    assert!(rendered.text.starts_with("*** Appelez le 112. ***\n\nPour répondre"), "{}", rendered.text);
    assert!(rendered.html.contains("<strong>Appelez le 112.</strong>") && !rendered.html.contains("<ul>"));
}
