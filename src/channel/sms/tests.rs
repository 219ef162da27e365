//! What holds for every account of the channel.

use super::{super::testing, open};
use crate::config::Config;

/// One account of each provider; every secret in it begins with "a-hidden".
const ACCOUNTS: &str = r#"
[[sms.webhooks]]
account = "webhook"
insurer = "demo"
secret = "a-hidden-word"
send = { url = "http://127.0.0.1:9/", body = { text = "{text}" }, secrets = { key = "a-hidden-key" } }

[[sms.twilio]]
account = "twilio"
insurer = "demo"
account_sid = "AC1"
auth_token = "a-hidden-token"
from = "38123"

[[sms.ovh]]
account = "ovh"
insurer = "demo"
application_key = "a-hidden-key"
application_secret = "a-hidden-word"
consumer_key = "a-hidden-consumer"
service = "sms-1"
user = "u"
callback_secret = "a-hidden-callback"

[[sms.octopush]]
account = "octopush"
insurer = "demo"
login = "me@example.org"
api_key = "a-hidden-key"
callback_secret = "a-hidden-callback"

[[sms.smpp]]
account = "smpp"
insurer = "demo"
url = "smpp://127.0.0.1:9"
system_id = "guichet"
password = "hidden"
source = "38123"
"#;

#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), ACCOUNTS).unwrap();
    let config = Config::load(Some(file.path()), []).unwrap();
    let providers = open(&config, &testing::client()).unwrap();
    assert_eq!(providers.len(), 5);
    for provider in providers {
        let shown = format!("{provider:?}");
        assert!(shown.contains(provider.account()), "{shown}");
        for octets in ["hidden-", "hidden\"", "104, 105, 100, 100, 101, 110"] {
            assert!(!shown.contains(octets), "{}: {shown}", provider.account());
        }
    }
}
