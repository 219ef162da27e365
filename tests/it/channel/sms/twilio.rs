//! Our check of Twilio's signatures against the signatures that Twilio's own library makes.

use guichet::{
    channel::{Event, Post, Providers, Refusal, http::client},
    config::Config,
    domain::message::Channel,
};
use http::{HeaderMap, HeaderValue, Method};
use proptest::{
    collection::vec,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use crate::support::ask_node;

const CASES: usize = 300;
const TOKEN: &str = "the token of the tests";

#[derive(Clone, Debug, Serialize)]
struct Signed {
    token: &'static str,
    url: String,
    fields: Vec<(String, String)>,
}

#[test]
fn what_twilios_library_signs_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guichet.toml");
    let account = format!(
        "[[sms.twilio]]\naccount = 'a'\ninsurer = 'demo'\naccount_sid = 'AC1'\nauth_token = '{TOKEN}'\nfrom = '38123'\n"
    );
    std::fs::write(&file, account).unwrap();
    let providers = Providers::open(&Config::load(Some(&file), []).unwrap(), &client().unwrap(), "a key").unwrap();
    let twilio = providers.find(Channel::Sms, "a").unwrap();

    let mut runner = TestRunner::deterministic();
    // Names that Twilio may add, some of them several times, and values in any script.
    let fields = vec(("[A-Za-z]{1,3}[0-9]?", "[ -~éçœ€«»\\n]{0,30}"), 0..12);
    let mut signed: Vec<Signed> = Vec::new();
    for number in 0..CASES {
        let mut fields = fields.new_tree(&mut runner).unwrap().current();
        fields.push(("MessageSid".into(), format!("SM{number}")));
        fields.push(("From".into(), "+33639980001".into()));
        fields.push(("Body".into(), "fuite d'eau, 3 m²".into()));
        // Signed with the port or without, with a query or without.
        let port = ["", ":443"][number % 2];
        let query = ["", "?a=1&b=%20"][number / 2 % 2];
        signed.push(Signed { token: TOKEN, url: format!("https://g.example{port}/channels/sms/a{query}"), fields });
    }
    let signatures: Vec<String> = ask_node("twilio-signatures.mjs", &signed);
    assert_eq!(signatures.len(), CASES);
    for (Signed { url, fields, .. }, signature) in signed.iter().zip(&signatures) {
        let url = url.replace(":443", "");
        let decode = |fields: &[(String, String)]| {
            let body = Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes().into();
            let mut headers = HeaderMap::new();
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert("content-type", form);
            headers.insert("x-twilio-signature", signature.parse().unwrap());
            twilio.decode(&Post { method: &Method::POST, url: &url, headers: &headers, body: &body })
        };
        assert!(matches!(decode(fields).unwrap().as_slice(), [Event::Message(_)]), "{fields:?}");
        let mut tampered = fields.clone();
        tampered.last_mut().unwrap().1.push('!');
        assert_eq!(decode(&tampered).unwrap_err(), Refusal::Unauthorized);
    }
}
