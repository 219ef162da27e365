//! One claim through several doors of the real program: it begins by SMS, its photos come by the link that was sent there,
//! it goes on by Telegram and ends by e-mail. The peers are a carrier that speaks Twilio's HTTP, a strict Bot API, Dovecot
//! and an SMTP server; the story is one dossier.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use guichet::{
    domain::{
        contact::Proof,
        message::{Author, Channel, Endpoint},
    },
    dossier::{Status, reference_of},
    store::{Delivery, MessageRow},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::{net::TcpListener, sync::watch};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::email;
use crate::support::{ALL, BotApi, Database, Server, Someone, on_both_engines};

on_both_engines! {
    a_claim_goes_from_sms_by_the_link_and_telegram_to_mail_in_one_dossier,
    two_first_photos_at_the_same_instant_open_one_conversation,
}

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const AUTH_TOKEN: &str = "the carrier's secret";
const NUMBER: &str = "+33639980001";
const CHAT: i64 = 4711;
/// After this the test has failed.
const PATIENCE: Duration = Duration::from_mins(1);
const PUBLIC_URL: &str = "https://guichet.example.org";

/// A part of what Guichet asks, and the answer in words. The first that fits is given.
const ANSWERS: &[(&str, &str)] = &[
    ("Répondez OUI pour envoyer", "oui"),
    ("Voici ce que j’ai noté", "envoyer"),
    ("danger électrique", "non, aucun danger"),
    ("s’est-il passé", "une fuite d'eau dans la cuisine"),
    ("coule-t-elle encore", "non"),
    ("n de ces cas", "rien de tout ça"),
    ("touche-t-elle une prise", "non"),
    ("plafond gonfle", "non"),
    ("rester chez vous", "oui"),
    ("Qui êtes-vous", "1"),
    ("numéro de contrat", "7541289"),
    ("nom de famille", "Moreau"),
    ("date de naissance", "12/03/1984"),
    ("code postal du logement", "69003"),
    ("Quand est-ce arrivé", "hier soir"),
    ("quelle adresse", "12 rue des Lilas 69003 Lyon"),
    ("numéro de porte", "passer"),
    ("autres logements sont-ils touchés", "non"),
    ("D’où vient l’eau", "1"),
    ("qui a fui", "le lave-linge"),
    ("fuite est-elle réparée", "oui"),
    ("Qui l’a réparée", "1"),
    ("Le logement est", "2"),
    ("moins de 10 ans", "non"),
    ("Vous êtes\u{a0}:", "1"),
    ("autres dégâts des eaux", "1"),
    ("Quelles pièces", "la cuisine"),
    ("est abîmé", "le parquet"),
    ("montant", "900 euros"),
    ("en vidéo", "oui"),
];

/// The answer to what was said, whatever accents and marks a text message lost.
fn answer_to(said: &str) -> Option<&'static str> {
    let said = plain(said);
    ANSWERS.iter().find(|(part, _)| said.contains(&plain(part))).map(|(_, answer)| *answer)
}

fn plain(text: &str) -> String {
    let marks = |letter| match letter {
        '’' => '\'',
        '\u{a0}' => ' ',
        other => other,
    };
    text.nfd().filter(|letter| !is_combining_mark(*letter)).map(marks).collect()
}

/// The other end of Twilio's API: takes what Guichet sends and reports it as delivered.
#[derive(Clone)]
struct Carrier {
    sent: watch::Sender<Vec<String>>,
    /// Where it posts to, once that is known.
    guichet: Arc<Mutex<String>>,
}

impl Carrier {
    async fn start() -> (Self, String) {
        let carrier = Self { sent: watch::channel(Vec::new()).0, guichet: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let path = format!("/2010-04-01/Accounts/{SID}/Messages.json");
        let media = |Path(number): Path<u32>| ready(photo(number));
        let router = Router::new().route(&path, post(Self::take)).route("/media/{number}", get(media));
        let router = router.with_state(carrier.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (carrier, url)
    }

    fn take(State(carrier): State<Self>, Form(form): Form<HashMap<String, String>>) -> Ready<Json<Value>> {
        assert_eq!(form["To"], NUMBER);
        let mut sid = String::new();
        carrier.sent.send_modify(|sent| {
            sent.push(form["Body"].clone());
            sid = format!("SM{}", sent.len());
        });
        assert!(form["StatusCallback"].starts_with(PUBLIC_URL));
        let report = [("MessageSid", sid.clone()), ("MessageStatus", "delivered".into()), ("To", NUMBER.into())];
        let guichet = carrier.guichet.lock().unwrap().clone();
        tokio::spawn(async move { Self::post(&guichet, &report).await });
        ready(Json(json!({ "sid": sid, "status": "queued" })))
    }

    /// Posts a form, signed as Twilio signs.
    async fn post(guichet: &str, fields: &[(&str, String)]) {
        let mut sorted = fields.to_vec();
        sorted.sort();
        let mut mac = Hmac::<Sha1>::new_from_slice(AUTH_TOKEN.as_bytes()).unwrap();
        mac.update(format!("{PUBLIC_URL}/channels/sms/twilio").as_bytes());
        for (name, value) in &sorted {
            mac.update(format!("{name}{value}").as_bytes());
        }
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let url = format!("{guichet}/channels/sms/twilio");
        let request = reqwest::Client::new().post(url).header("x-twilio-signature", signature).form(fields);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn say(&self, text: &str) {
        let sid = format!("SM-in-{}", getrandom::u64().unwrap());
        let fields = [("MessageSid", sid), ("From", NUMBER.into()), ("To", "38123".into()), ("Body", text.into())];
        let guichet = self.guichet.lock().unwrap().clone();
        Self::post(&guichet, &fields).await;
    }

    /// The text message number `at`, when it has come.
    async fn hear(&self, at: usize) -> String {
        let mut sent = self.sent.subscribe();
        let come = tokio::time::timeout(PATIENCE, sent.wait_for(|sent| sent.len() > at)).await;
        come.unwrap_or_else(|_| panic!("no more comes after {:?}", self.sent.borrow().last())).unwrap()[at].clone()
    }
}

/// The accounts of the text messages and of the bot.
fn phone_doors(carrier: &str, api: &BotApi) -> String {
    format!(
        "[[sms.twilio]]\naccount = 'twilio'\ninsurer = 'demo'\naccount_sid = '{SID}'\nauth_token = \"{AUTH_TOKEN}\"\n\
         from = '38123'\nmessages_per_second = 1000\napi = '{carrier}'\n\
         [[telegram.bots]]\naccount = 'rives-bot'\ninsurer = 'demo'\ntoken = '{}'\nreceive = 'webhook'\n\
         api_url = '{}'\nchat_pause_ms = 0\n",
        BotApi::TOKEN,
        api.url
    )
}

/// Talks by SMS until a text has these words; returns it.
async fn talk(carrier: &Carrier, at: &mut usize, until: &str) -> String {
    loop {
        let text = carrier.hear(*at).await;
        *at += 1;
        if plain(&text).contains(&plain(until)) {
            return text;
        }
        if let Some(answer) = answer_to(&text) {
            carrier.say(answer).await;
        }
    }
}

/// What stands behind `start` in a text, up to the next blank.
fn after<'t>(text: &'t str, start: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_whitespace().next().unwrap()
}

/// Opens the page of the link, and sends two photos there, each in its slot.
async fn upload(server: &Server, link: &str) {
    let http = reqwest::Client::new();
    let page = http.get(format!("{}/u/{link}", server.url)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Mutuelle des Rives"));
    let mut files = Vec::new();
    for number in [1, 2] {
        let url = format!("{}/u/api/uploads/photo-{number}?name=cuisine-{number}.jpg", server.url);
        let put = http.put(url).bearer_auth(link).body(photo(number)).send().await.unwrap();
        assert_eq!(put.status(), 200);
        files.push(put.json::<Value>().await.unwrap()["document"].clone());
    }
    let done = http.post(format!("{}/u/api/message", server.url)).bearer_auth(link);
    let slot = |file: &Value, kind: &str| (file.as_str().unwrap().to_owned(), Value::from(kind));
    let slots = Value::Object([slot(&files[0], "photo_wide"), slot(&files[1], "photo_close")].into_iter().collect());
    let done = done.json(&json!({ "attachments": files, "slots": slots })).send().await.unwrap();
    assert_eq!(done.status(), 204);
}

/// A photo unlike the others.
fn photo(number: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(640, 480, |x, y| {
        let shade = u8::try_from((x / (11 + 7 * number) * 53 + y / (9 + 7 * number) * 91) % 256).unwrap();
        image::Rgb([shade, 255 - shade, shade / 2 + 60])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The person's mailbox.
struct Mailbox {
    address: String,
    /// The insurer's, without its domain.
    user: String,
    received: usize,
}

impl Mailbox {
    /// Writes; an answer goes to where the letter before asked for it.
    fn write(&self, to: &str, reply_to: Option<&email::Sent>, text: &str) {
        let head = reply_to.map(|letter| format!("In-Reply-To: {}\n", letter.header("message-id"))).unwrap_or_default();
        let raw = format!(
            "From: Julie Moreau <{}>\nTo: {to}\nSubject: Mon sinistre\nMessage-ID: <{}@example.org>\n{head}MIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\n\n{text}\n",
            self.address,
            getrandom::u64().unwrap(),
        );
        let answer = email::hand_over(&email::peer("DOVECOT_LMTP"), "LHLO", &self.address, to, &raw);
        assert!(answer.starts_with("250"), "{answer}");
    }

    async fn hear(&mut self) -> email::Sent {
        let letter = email::sent(&self.address, self.received).await;
        self.received += 1;
        letter
    }

    /// Answers a letter below it, as people do.
    fn answer(&self, letter: &email::Sent, text: &str) {
        let reply_to = letter.header("reply-to").split(['<', '>']).nth(1).unwrap().to_owned();
        let quoted = letter.text.replace('\n', "\n> ");
        let text =
            format!("{text}\n\nLe ven. 20 nov. 2026 à 14:05, Sinistres Rives <{reply_to}> a écrit :\n> {quoted}");
        self.write(&reply_to, Some(letter), &text);
    }
}

async fn a_claim_goes_from_sms_by_the_link_and_telegram_to_mail_in_one_dossier(db: Database) {
    let engine = if db.is_sqlite() { "sqlite" } else { "postgres" };
    let user = format!("doors-{engine}-{}", std::process::id());
    let mut julie = Mailbox { address: email::person(&format!("julie-{engine}")), user, received: 0 };
    let (carrier, api_url) = Carrier::start().await;
    let mut api = BotApi::start().await;
    let sections = format!("{}{}", phone_doors(&api_url, &api), email::by_imap(&julie.user));
    let server = Server::start_with(&db.url, &sections);
    carrier.guichet.lock().unwrap().clone_from(&server.url);
    api.post_to(&server.url);
    let store = db.store().await;

    // By SMS, up to the photos, which no text message carries.
    let mut at = 0;
    carrier.say("bonjour").await;
    let asked = talk(&carrier, &mut at, "Envoyez vos photos").await;
    let sms = Endpoint { channel: Channel::Sms, account: "twilio".into(), address: NUMBER.into() };
    let id = store.conversation_at(&sms).await.unwrap().unwrap();
    upload(&server, after(&asked, &format!("{PUBLIC_URL}/u/"))).await;
    let confirmed = talk(&carrier, &mut at, "2 fichiers bien reçus").await;
    assert!(plain(&confirmed).contains("J'ai l'essentiel"), "{confirmed}");
    carrier.say("je préfère continuer sur Telegram").await;
    let told = talk(&carrier, &mut at, "https://t.me/").await;
    let by_sms = at;

    // By Telegram, at the same question.
    let mut chat = api.someone(CHAT);
    chat.say(&format!("/start {}", after(&told, "?start=")));
    chat.hear_of("nous continuons, tout est gardé.\nEnvoyez vos photos").await;
    album(&chat);
    chat.hear_of("2 fichiers bien reçus").await;
    chat.press("Oui, c’est cela").await;
    chat.hear_of("c’est noté").await;
    chat.press("C’est tout").await;
    chat.hear_of("Voici ce que j’ai noté").await;
    chat.say("continuer par e-mail");
    let told = chat.hear_of("écrivez à").await;
    let code = after(told["text"].as_str().unwrap(), "avec le code ").trim_end_matches('.').to_owned();
    api.all_taken().await;
    let by_telegram = chat.shown().len();

    // By e-mail, to the end.
    let to = format!("{}@rives.example", julie.user);
    julie.write(&to, None, &format!("Bonjour,\n\nvoici mon code : {code}\n\nCordialement,\nJulie Moreau"));
    let letter = julie.hear().await;
    assert!(letter.text.contains("Voici ce que j’ai noté"), "{}", letter.text);
    julie.answer(&letter, "envoyer");
    let letter = julie.hear().await;
    let reference = reference_of(id);
    assert!(letter.text.contains(&format!("C’est envoyé, dossier {reference}")), "{}", letter.text);

    // One person, one conversation, one dossier.
    assert_eq!(db.number("SELECT COUNT(*) FROM conversation").await, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM dossier").await, 1);
    assert_eq!(db.number("SELECT COUNT(DISTINCT contact) FROM endpoint").await, 1);
    let addresses = store.addresses(id).await.unwrap();
    let proofs: Vec<_> = addresses.iter().map(|row| (row.endpoint.channel, row.proof)).collect();
    let expected = [(Channel::Sms, None), (Channel::Telegram, Some(Proof::Link)), (Channel::Email, Some(Proof::Code))];
    assert_eq!(proofs, expected);
    let conversation = store.conversation(id).await.unwrap().unwrap();
    let dossier = store.dossier(conversation.0.dossier.unwrap()).await.unwrap().unwrap();
    assert_eq!(dossier.reference, reference);
    assert_ne!(dossier.status, Status::Collecting);
    assert!(dossier.orientation.is_some(), "{dossier:?}");

    // All that was said, in its order, with the channel of each.
    let messages = store.messages(id, 0, 1000).await.unwrap();
    assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
    let mut channels: Vec<Channel> = messages.iter().map(|message| message.channel).collect();
    channels.dedup();
    assert_eq!(channels, [Channel::Sms, Channel::Telegram, Channel::Email]);
    let theirs = |part: &str| {
        let said = |message: &&MessageRow| message.author == Author::Policyholder && message.body.text.contains(part);
        messages.iter().find(said).map(|message| message.channel)
    };
    assert_eq!(theirs("une fuite d'eau dans la cuisine"), Some(Channel::Sms));
    assert_eq!(theirs("continuer par e-mail"), Some(Channel::Telegram));
    assert_eq!(theirs("envoyer"), Some(Channel::Email));
    let documents = store.documents(id).await.unwrap();
    let photos = documents.iter().filter(|document| document.media_type == "image/jpeg");
    assert!(photos.clone().all(|photo| photo.dossier == Some(dossier.id)));
    assert_eq!(photos.count(), 4);

    // Everything was brought, and nothing to a channel that was left.
    let outbox = store.cases(&ALL).outbox(id, 0).await.unwrap();
    for row in &outbox {
        assert!(matches!(row.delivery, Delivery::Sent | Delivery::Delivered), "{row:?}");
        assert_eq!(row.to.channel, messages[usize::try_from(row.seq - 1).unwrap()].channel);
    }
    let ours = messages.iter().filter(|message| message.author != Author::Policyholder).count();
    assert_eq!(outbox.len(), ours);
    assert_eq!(carrier.sent.borrow().len(), by_sms);
    assert_eq!(chat.shown().len(), by_telegram);
    drop(server);
}

fn album(chat: &Someone) {
    for number in [3, 4] {
        chat.photo(&photo(number), Some("album"));
    }
}

async fn two_first_photos_at_the_same_instant_open_one_conversation(db: Database) {
    let (carrier, carrier_url) = Carrier::start().await;
    let api = BotApi::start().await;
    let lmtp = email::free_address();
    let sections = phone_doors(&carrier_url, &api);
    let one = Server::start_with(&db.url, &format!("{sections}{}", email::by_lmtp("photos", &lmtp)));
    // An SQLite file has one server.
    let other = (!db.is_sqlite()).then(|| Server::start_with(&db.url, &sections));
    let nodes = [one.url.as_str(), other.as_ref().map_or(one.url.as_str(), |other| other.url.as_str())];
    carrier.guichet.lock().unwrap().clone_from(&one.url);

    // By text message, where a provider brings pictures, to two nodes.
    let picture = |number: usize| {
        vec![
            ("MessageSid", format!("MM{number}")),
            ("From", NUMBER.into()),
            ("Body", String::new()),
            ("NumMedia", "1".into()),
            ("MediaUrl0", format!("{carrier_url}/media/{number}")),
        ]
    };
    let [first, second] = [picture(0), picture(1)];
    tokio::join!(Carrier::post(nodes[0], &first), Carrier::post(nodes[1], &second));

    // By Telegram, to two nodes.
    let secret = api.secret().await;
    let chat = api.someone(CHAT);
    chat.photo(&photo(1), None);
    chat.photo(&photo(2), None);
    let updates = api.take_updates();
    let post = async |node: usize| {
        let url = format!("{}/channels/telegram/rives-bot", nodes[node]);
        let post = reqwest::Client::new().post(url).header("x-telegram-bot-api-secret-token", &secret);
        assert_eq!(post.json(&updates[node]).send().await.unwrap().status(), 200);
    };
    tokio::join!(post(0), post(1));

    // By e-mail, on two lines.
    let julie = email::person(if db.is_sqlite() { "photos-sqlite" } else { "photos-postgres" });
    let letter = |number: u32| {
        let (lmtp, julie, jpeg) = (lmtp.clone(), julie.clone(), STANDARD.encode(photo(number)));
        let raw = format!(
            "From: {julie}\nTo: photos@rives.example\nSubject: Photo {number}\nMessage-ID: <{number}.{julie}>\n\
             Authentication-Results: mx.rives.example; dmarc=pass\nMIME-Version: 1.0\nContent-Type: image/jpeg; name=\"{number}.jpg\"\nContent-Disposition: attachment\n\
             Content-Transfer-Encoding: base64\n\n{jpeg}\n"
        );
        tokio::task::spawn_blocking(move || email::hand_over(&lmtp, "LHLO", &julie, "photos@rives.example", &raw))
    };
    let (first, second) = tokio::join!(letter(1), letter(2));
    for answer in [first.unwrap(), second.unwrap()] {
        assert!(answer.starts_with("250"), "{answer}");
    }

    let store = db.store().await;
    for (channel, account, address) in [
        (Channel::Sms, "twilio", NUMBER),
        (Channel::Telegram, "rives-bot", &CHAT.to_string()),
        (Channel::Email, "photos", julie.as_str()),
    ] {
        let endpoint = Endpoint { channel, account: account.into(), address: address.into() };
        let id = store.conversation_at(&endpoint).await.unwrap().unwrap();
        let messages = store.messages(id, 0, 100).await.unwrap();
        assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
        let theirs = messages.iter().filter(|message| message.author == Author::Policyholder);
        assert_eq!(theirs.count(), 2, "{channel:?}");
        let documents = store.documents(id).await.unwrap();
        let photos = documents.iter().filter(|document| document.media_type == "image/jpeg");
        assert_eq!(photos.count(), 2, "{channel:?}");
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM conversation").await, 3);
}
