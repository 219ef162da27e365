//! How every account that sends by HTTP handles a provider's failures; and what `guichet doctor` finds.

use std::{fmt::Write as _, time::Duration};

use super::{
    Checked, Outbound, Providers, Reason, Retry,
    testing::{self, Peer, PeerAnswer},
};
use crate::{
    config::Config,
    domain::message::{Body, Channel, Endpoint},
};

/// The address of a person, which must stand in no log.
const PERSON: &str = "+33639980001";
const CHAT: &str = "639980001";
/// OVHcloud's clock, which is asked before the first message.
const TIME: &str = "1763700000";

/// Each account that sends by HTTP, whom it sends to, and what it asks its server before its first message.
const ACCOUNTS: [(Channel, &str, &str, &[&str]); 5] = [
    (Channel::Sms, "webhook", PERSON, &[]),
    (Channel::Sms, "twilio", PERSON, &[]),
    (Channel::Sms, "ovh", PERSON, &[TIME]),
    (Channel::Sms, "octopush", PERSON, &[]),
    (Channel::Telegram, "bot", CHAT, &[]),
];

fn accounts(url: &str, http: &reqwest::Client) -> Providers {
    let mut text = String::new();
    for (section, settings) in [
        (
            "sms.webhooks",
            "account = 'webhook'\nsecret = 's'\nsend = { url = 'URL', body = { to = '{to}', text = '{text}', id = '{id}' } }",
        ),
        ("sms.twilio", "account = 'twilio'\naccount_sid = 'AC1'\nauth_token = 't'\nfrom = '38123'\napi = 'URL'"),
        (
            "sms.ovh",
            "account = 'ovh'\napplication_key = 'AK'\napplication_secret = 'AS'\nconsumer_key = 'CK'\nservice = 'sms-1'\n\
             callback_secret = 's'\napi = 'URL'",
        ),
        ("sms.octopush", "account = 'octopush'\nlogin = 'l'\napi_key = 'k'\ncallback_secret = 's'\napi = 'URL'"),
        ("telegram.bots", "account = 'bot'\ntoken = '1:T'\napi_url = 'URL'"),
    ] {
        let _ = write!(text, "[[{section}]]\ninsurer = 'demo'\n{}\n", settings.replace("URL", url));
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    Providers::open(&Config::load(Some(file.path()), []).unwrap(), http, "a key").unwrap()
}

fn message(channel: Channel, account: &str, address: &str) -> Outbound {
    let to = Endpoint { channel, account: account.into(), address: address.into() };
    testing::outbound("o1", to, Body { text: "L'eau coule ?".into(), ..Body::default() })
}

#[tokio::test]
async fn a_server_in_trouble_gets_the_same_message_again_when_it_wants() {
    // Telegram says how long in its answer, the others in a header.
    let limited =
        r#"{"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}}"#;
    for (name, answer, retry) in [
        ("limited", PeerAnswer::json(429, limited).header("retry-after", "7"), Retry::After(Duration::from_secs(7))),
        ("limited for a time that it does not tell", PeerAnswer::json(429, "{}"), Retry::Later),
        ("broken", PeerAnswer::json(500, "<html>+33639980001</html>"), Retry::Later),
        ("overloaded", PeerAnswer::json(503, ""), Retry::Later),
        ("closed after it took the message", PeerAnswer::Close, Retry::Later),
    ] {
        for (channel, account, address, before) in ACCOUNTS {
            let case = format!("{account}: {name}");
            let mut script: Vec<PeerAnswer> = before.iter().map(|body| PeerAnswer::json(200, body)).collect();
            script.push(answer.clone());
            let peer = Peer::start(script).await;
            let providers = accounts(peer.url(), &testing::client());
            let (provider, message) = (providers.find(channel, account).unwrap(), message(channel, account, address));
            for _ in 0..2 {
                let error = provider.deliver(&message).await.unwrap_err();
                assert_eq!((error.retry, error.reason), (retry, Reason::Unavailable), "{case}");
                assert!(!error.detail.contains(CHAT), "{case}: {}", error.detail);
            }
            let requests = peer.requests();
            let [first, second] = &requests[before.len()..] else { panic!("{case}: {requests:?}") };
            assert_eq!((&first.path, first.text()), (&second.path, second.text()), "{case}");
        }
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for() {
    for (channel, account, address, before) in ACCOUNTS {
        // Telegram's client has a time-out of its own.
        if channel == Channel::Telegram {
            continue;
        }
        let mut script: Vec<PeerAnswer> = before.iter().map(|body| PeerAnswer::json(200, body)).collect();
        script.push(PeerAnswer::Hang);
        let peer = Peer::start(script).await;
        let providers = accounts(peer.url(), &testing::client_that_waits(Duration::from_millis(500)));
        let error = providers.find(channel, account).unwrap().deliver(&message(channel, account, address)).await;
        let error = error.unwrap_err();
        assert_eq!((error.retry, error.reason), (Retry::Later, Reason::Unavailable), "{account}");
    }
}

#[tokio::test]
async fn the_doctor_says_whether_an_accounts_keys_are_good() {
    for (status, expected) in [
        (200, Ok("takes the account's keys")),
        (401, Err("refuses the account's keys (status 401)")),
        (403, Err("copy them anew")),
        (500, Err("cannot be asked: status 500")),
    ] {
        for (channel, account, _, before) in
            ACCOUNTS.iter().filter(|(_, account, ..)| !["webhook", "bot"].contains(account))
        {
            let mut script: Vec<PeerAnswer> = before.iter().map(|body| PeerAnswer::json(200, body)).collect();
            script.push(PeerAnswer::json(status, "[]"));
            let peer = Peer::start(script).await;
            let checked = accounts(peer.url(), &testing::client()).find(*channel, account).unwrap().check().await;
            let [Checked { what: "keys", outcome }] = checked.as_slice() else { panic!("{account}: {checked:?}") };
            let is_as_expected = match (outcome, expected) {
                (Ok(told), Ok(part)) | (Err(told), Err(part)) => told.contains(part),
                _ => false,
            };
            assert!(is_as_expected, "{account} {status}: {outcome:?}");
            assert_eq!(peer.requests().last().unwrap().method, "GET", "{account}: nothing is sent");
        }
    }
}
