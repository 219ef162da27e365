//! What every provider posts, at the door of the real program: the same list for each, from its signature to the store.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use guichet::{
    domain::message::{Author, Channel, Endpoint},
    store::Engine,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Client, StatusCode};
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::Serializer;

use crate::support::{Database, Server, on_both_engines};

on_both_engines! { every_provider_is_believed_once_and_by_its_signature_only }

/// What the configuration calls this service.
const PUBLIC_URL: &str = "https://guichet.example.org";
const NUMBER: &str = "+33639980001";
/// Nothing leaves: there is nobody at this port.
const ACCOUNTS: &str = "
[[sms.webhooks]]\naccount = 'webhook'\ninsurer = 'demo'\nsecret = 's3cret'\nsend = { url = 'http://127.0.0.1:9', body = {}, \
report = { id = 'report', status = 'status', delivered = ['ok'], failed = [] } }
[[sms.twilio]]\naccount = 'twilio'\ninsurer = 'demo'\naccount_sid = 'AC1'\nauth_token = 's3cret'\nfrom = '38123'\n\
api = 'http://127.0.0.1:9'
[[sms.octopush]]\naccount = 'octopush'\ninsurer = 'demo'\nlogin = 'l'\napi_key = 'k'\ncallback_secret = 's3cret'\n\
api = 'http://127.0.0.1:9'
[[telegram.bots]]\naccount = 'bot'\ninsurer = 'demo'\ntoken = '1:T'\napi_url = 'http://127.0.0.1:9'
[[email.accounts]]\naccount = 'mail'\ninsurer = 'demo'\naddress = 'claims@guichet.example.org'\nname = 'Claims'\n\
authserv_id = 'unchecked'\nsecret = 's3cret'\nsmtp = { host = '127.0.0.1', port = 9 }
";

/// A post below `/channels/`.
#[derive(Clone)]
struct Post {
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// What a provider posts.
enum Said<'a> {
    /// A message with this identifier, with a field that nobody knows.
    Text(&'a str, &'a str),
    /// A message whose fields are of other types.
    Mistyped,
    /// What became of a message that nobody sent.
    Report,
    Empty,
    /// More than is read.
    Large,
}

struct Provider {
    channel: Channel,
    account: &'static str,
    /// Of the person.
    address: &'static str,
    post: fn(&Said) -> Post,
    /// The answers to what is mistyped, to nothing at all, and to too much: none where only the unit's table can say.
    answers: [Option<StatusCode>; 3],
}

const MALFORMED: Option<StatusCode> = Some(StatusCode::UNPROCESSABLE_ENTITY);
const TOO_LARGE: Option<StatusCode> = Some(StatusCode::PAYLOAD_TOO_LARGE);

const PROVIDERS: [Provider; 5] = [
    Provider {
        channel: Channel::Sms,
        account: "webhook",
        address: NUMBER,
        post: webhook,
        answers: [MALFORMED, MALFORMED, TOO_LARGE],
    },
    Provider {
        channel: Channel::Sms,
        account: "twilio",
        address: NUMBER,
        post: twilio,
        answers: [MALFORMED, MALFORMED, TOO_LARGE],
    },
    Provider {
        channel: Channel::Sms,
        account: "octopush",
        address: NUMBER,
        post: octopush,
        answers: [MALFORMED, MALFORMED, TOO_LARGE],
    },
    // An update that cannot be understood is done with: Telegram would send it for ever.
    Provider {
        channel: Channel::Telegram,
        account: "bot",
        address: "7",
        post: telegram,
        answers: [Some(StatusCode::OK), MALFORMED, TOO_LARGE],
    },
    // A whole message may be as large as fifty million octets, and is bytes of no type.
    Provider {
        channel: Channel::Email,
        account: "mail",
        address: "anne@example.org",
        post: mail,
        answers: [MALFORMED, MALFORMED, None],
    },
];

fn webhook(said: &Said) -> Post {
    let body = match said {
        Said::Text(id, text) => json!({ "id": id, "from": NUMBER, "text": text, "new": [1] }).to_string(),
        Said::Mistyped => json!({ "id": {}, "from": [], "text": 3 }).to_string(),
        Said::Report => json!({ "report": "x", "status": "ok" }).to_string(),
        Said::Empty => String::new(),
        Said::Large => json!({ "id": "l", "from": NUMBER, "text": "x".repeat(300_000) }).to_string(),
    };
    let headers = vec![("content-type", "application/json".into()), ("authorization", "Bearer s3cret".into())];
    Post { path: "sms/webhook".into(), headers, body: body.into() }
}

fn twilio(said: &Said) -> Post {
    let large = "x".repeat(300_000);
    let mut fields = match said {
        Said::Text(id, text) => vec![("Body", *text), ("From", NUMBER), ("MessageSid", id), ("Zone", "new")],
        // A form has texts only: what is no identifier is empty.
        Said::Mistyped => vec![("Body", "x"), ("From", NUMBER), ("MessageSid", "")],
        Said::Report => vec![("MessageSid", "SM0"), ("MessageStatus", "delivered")],
        Said::Empty => Vec::new(),
        Said::Large => vec![("Body", large.as_str()), ("From", NUMBER), ("MessageSid", "l")],
    };
    fields.sort_unstable();
    let signed =
        fields.iter().fold(format!("{PUBLIC_URL}/channels/sms/twilio"), |all, (name, value)| all + name + value);
    let mut mac = Hmac::<Sha1>::new_from_slice(b"s3cret").unwrap();
    mac.update(signed.as_bytes());
    let headers = vec![
        ("content-type", "application/x-www-form-urlencoded".into()),
        ("x-twilio-signature", STANDARD.encode(mac.finalize().into_bytes())),
    ];
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    Post { path: "sms/twilio".into(), headers, body: body.into() }
}

fn octopush(said: &Said) -> Post {
    let body = match said {
        Said::Text(id, text) => {
            json!({ "message_id": null, "number": NUMBER, "text": text, "reception_date": id, "new": {} }).to_string()
        }
        Said::Mistyped => json!({ "message_id": 3, "number": [], "text": {} }).to_string(),
        Said::Report => json!({ "message_id": "sms_0", "number": NUMBER, "status": "DELIVERED" }).to_string(),
        Said::Empty => String::new(),
        Said::Large => json!({ "number": NUMBER, "text": "x".repeat(300_000) }).to_string(),
    };
    let headers = vec![("content-type", "application/json".into())];
    Post { path: "sms/octopush/s3cret".into(), headers, body: body.into() }
}

fn telegram(said: &Said) -> Post {
    let message = |id: i64, text: &str| {
        let (chat, from) =
            (json!({ "id": 7, "type": "private" }), json!({ "id": 7, "is_bot": false, "first_name": "A" }));
        let message = json!({ "message_id": id, "date": 1, "chat": chat, "from": from, "text": text, "new": [1] });
        json!({ "update_id": id, "message": message, "newer": {} }).to_string()
    };
    let body = match said {
        Said::Text(id, text) => message(id.parse().unwrap(), text),
        Said::Mistyped => json!({ "update_id": 3, "message": "text" }).to_string(),
        // It tells nothing of what we send.
        Said::Report => json!({ "update_id": 4, "read_of_2031": {} }).to_string(),
        Said::Empty => String::new(),
        Said::Large => message(5, &"x".repeat(300_000)),
    };
    let secret = hex::encode(Sha256::digest("guichet telegram webhook 1:T"));
    let headers = vec![("content-type", "application/json".into()), ("x-telegram-bot-api-secret-token", secret)];
    Post { path: "telegram/bot".into(), headers, body: body.into() }
}

fn mail(said: &Said) -> Post {
    let from = "From: anne@example.org\r\nTo: claims@guichet.example.org\r\n";
    let (kind, body) = match said {
        Said::Text(id, text) => {
            ("message/rfc822", format!("{from}X-New: 1\r\nMessage-ID: <{id}@example.org>\r\n\r\n{text}\r\n"))
        }
        Said::Mistyped => ("application/json", json!({ "email": 1 }).to_string()),
        Said::Report => {
            ("message/rfc822", format!("{from}Auto-Submitted: auto-replied\r\nSubject: Absence\r\n\r\nx\r\n"))
        }
        Said::Empty | Said::Large => ("message/rfc822", String::new()),
    };
    let headers = vec![("content-type", kind.to_owned()), ("authorization", "Bearer s3cret".into())];
    Post { path: "email/mail".into(), headers, body: body.into() }
}

/// The same with everything that makes it believed a little wrong.
fn tampered(mut post: Post) -> Post {
    post.path = post.path.replace("s3cret", "s3cre");
    for (name, value) in &mut post.headers {
        if *name != "content-type" {
            value.replace_range(value.len() - 3.., "AAA");
        }
    }
    post
}

async fn send(server: &Server, post: Post) -> StatusCode {
    let mut request = Client::new().post(format!("{}/channels/{}", server.url, post.path)).body(post.body);
    for (name, value) in post.headers {
        request = request.header(name, value);
    }
    request.send().await.unwrap().status()
}

async fn stored(store: &Engine, provider: &Provider) -> Vec<String> {
    let Provider { channel, account, address, .. } = *provider;
    let endpoint = Endpoint { channel, account: account.into(), address: address.into() };
    let Some(id) = store.conversation_at(&endpoint).await.unwrap() else { return Vec::new() };
    let messages = store.messages(id, 0, 100).await.unwrap();
    let by_person = messages.into_iter().filter(|message| message.author == Author::Policyholder);
    by_person.map(|message| message.body.text).collect()
}

async fn every_provider_is_believed_once_and_by_its_signature_only(db: Database) {
    let server = Server::start_with(&db.url, ACCOUNTS);
    let store = db.store().await;
    for provider in &PROVIDERS {
        let name = provider.account;
        let (newer, older) = (Said::Text("12", "une fuite"), Said::Text("11", "dans la cuisine"));
        assert_eq!(send(&server, tampered((provider.post)(&newer))).await, StatusCode::UNAUTHORIZED, "{name}");
        assert!(stored(&store, provider).await.is_empty(), "{name}");
        let [mistyped, empty, large] = provider.answers;
        for (said, answer) in [(Said::Mistyped, mistyped), (Said::Empty, empty), (Said::Large, large)] {
            if let Some(answer) = answer {
                assert_eq!(send(&server, (provider.post)(&said)).await, answer, "{name}");
            }
        }
        assert_eq!(send(&server, (provider.post)(&Said::Report)).await, StatusCode::OK, "{name}: a report too early");
        assert!(stored(&store, provider).await.is_empty(), "{name}");
        // A message, the same again, an older one behind it, and the first once more.
        for said in [&newer, &newer, &older, &newer] {
            assert_eq!(send(&server, (provider.post)(said)).await, StatusCode::OK, "{name}");
        }
        assert_eq!(stored(&store, provider).await, ["une fuite", "dans la cuisine"], "{name}");
    }
}
