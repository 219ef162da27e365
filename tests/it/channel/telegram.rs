//! Telegram, end to end: the real program, a Bot API of our own, people who write, press and send photos.

use std::{io::Cursor, time::Duration};

use guichet::{
    domain::{
        contact::Proof,
        fact::{Source, Value},
        message::{Author, Channel, Endpoint},
    },
    dossier::Status,
    store::{Engine, MatchReason, MessageRow},
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value as Json, json};

use super::email::guichet;
use crate::support::{ALL, BotApi, Database, Server, Someone, on_both_engines};

on_both_engines! {
    a_water_damage_is_declared_by_webhook,
    a_water_damage_is_declared_by_long_poll,
    a_restart_in_a_batch_loses_nothing_and_doubles_nothing,
    a_busy_bot_keeps_its_lease,
    a_shared_number_is_proven_and_its_owner_s_other_claim_is_proposed,
}

const ACCOUNT: &str = "rives-bot";
const PHOTOS: usize = 5;
/// As if the time of a dead node's lease had passed.
const LEASE_OVER: &str = "UPDATE lease SET until_at = 0";

/// What a person does when the bot says these words. The first that fits is done.
const STORY: &[(&str, &[Do])] = &[
    // What may wait is asked after sending, on wish.
    ("C’est envoyé", &[Do::Press("Compléter mon dossier")]),
    // The summary has the words of other questions too.
    ("Voici ce que j’ai noté", &[Do::Press("Envoyer")]),
    ("danger électrique", &[Do::Press("Non, aucun danger")]),
    ("Que s’est-il passé", &[Do::Say("une fuite d'eau")]),
    ("L’eau coule-t-elle encore", &[Do::Press("Non")]),
    ("n de ces cas", &[Do::Say("rien de tout ça")]),
    ("touche-t-elle une prise", &[Do::Press("Non")]),
    ("Un plafond gonfle-t-il", &[Do::Press("Non")]),
    ("Pouvez-vous rester chez vous", &[Do::Press("Oui")]),
    ("Qui êtes-vous\u{a0}?", &[Do::Press("Le contrat est à mon nom")]),
    ("numéro de contrat", &[Do::Press("Je ne sais pas")]),
    ("nom de famille", &[Do::Say("Moreau")]),
    ("date de naissance", &[Do::Say("12/03/1984")]),
    ("code postal du logement", &[Do::Say("69003")]),
    ("Quand est-ce arrivé", &[Do::Say("hier soir")]),
    ("À quelle adresse", &[Do::Say("12 rue des Lilas 69003 Lyon")]),
    ("étage, numéro de porte", &[Do::Press("Passer")]),
    ("autres logements sont-ils touchés", &[Do::Press("Non")]),
    ("D’où vient l’eau", &[Do::Press("De mon logement")]),
    ("Qu’est-ce qui a fui", &[Do::Press("Un appareil ménager")]),
    ("La fuite est-elle réparée", &[Do::Press("Oui")]),
    ("Qui l’a réparée", &[Do::Press("Un professionnel")]),
    ("moins de 10 ans", &[Do::Press("Non")]),
    ("Vous êtes\u{a0}:", &[Do::Press("Propriétaire, j’y habite")]),
    ("Le logement est\u{a0}:", &[Do::Press("Un appartement en copropriété")]),
    ("autres dégâts des eaux ici", &[Do::Press("Non")]),
    ("Quelles pièces", &[Do::Tick("☐ Cuisine"), Do::Tick("☐ Entrée ou couloir"), Do::Press("Valider mon choix")]),
    ("Qu’est-ce qui est abîmé", &[Do::Tick("☐ Sol ou parquet"), Do::Press("Valider mon choix")]),
    ("montant des dégâts", &[Do::Say("900 euros")]),
    ("en vidéo", &[Do::Press("Oui")]),
    ("Envoyez vos photos", &[Do::Album]),
    ("C’est bien cela", &[Do::Press("Oui, c’est cela")]),
    ("Il manque encore", &[Do::Press("Plus tard")]),
    ("J’ai l’essentiel", &[Do::Press("C’est tout")]),
    ("Autre chose à ajouter", &[Do::Press("Passer")]),
    ("qu’on vous recontacte", &[Do::Press("Par SMS")]),
    ("À quel numéro", &[Do::ShareContact]),
];
/// What is said when nothing more is asked.
const COMPLETED: &str = "votre dossier est complété";

#[derive(Clone, Copy, Debug)]
enum Do {
    Say(&'static str),
    Press(&'static str),
    /// Presses a box, and waits until it is shown as ticked.
    Tick(&'static str),
    /// Five photos at once.
    Album,
    ShareContact,
}

/// The configuration of the bot.
fn bot(api: &BotApi, receive: &str) -> String {
    format!(
        "[[telegram.bots]]\naccount = '{ACCOUNT}'\ninsurer = 'demo'\ntoken = '{}'\nreceive = '{receive}'\napi_url = '{}'\n\
         chat_pause_ms = 0\n",
        BotApi::TOKEN,
        api.url
    )
}

async fn a_water_damage_is_declared_by_webhook(db: Database) {
    declare(&db, "webhook").await;
}

async fn a_water_damage_is_declared_by_long_poll(db: Database) {
    declare(&db, "polling").await;
}

async fn declare(db: &Database, receive: &str) {
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, receive));
    api.post_to(&server.url);
    let mut lea = api.someone(7);
    lea.say("/start");
    loop {
        let message = lea.hear().await;
        let text = message["text"].as_str().unwrap();
        if text.contains(COMPLETED) {
            break;
        }
        let Some((_, acts)) = STORY.iter().find(|(part, _)| text.contains(part)) else { continue };
        for act in *acts {
            play(&mut lea, &api, *act).await;
        }
    }
    api.all_taken().await;
    api.presses_answered().await;
    let store = db.store().await;
    let messages = messages(&store, lea.id).await;
    let conversation = store.conversation(messages[0].conversation).await.unwrap().unwrap();
    let dossier = store.dossier(conversation.0.dossier.unwrap()).await.unwrap().unwrap();
    assert_ne!(dossier.status, Status::Collecting);
    assert!(dossier.orientation.is_some(), "{dossier:?}");
    let facts = store.cases(&ALL).facts(dossier.conversation).await.unwrap();
    let fact = |name: &str| facts.iter().rfind(|fact| fact.name == name).and_then(|fact| fact.value.clone());
    let known = |name: &str| serde_json::to_string(&fact(name)).unwrap();
    assert!(known("phone").contains("+33639980001"), "{}", known("phone"));
    assert!(known("rooms").contains("kitchen") && known("rooms").contains("hallway"), "{}", known("rooms"));
    // The album is kept whole, and confirmed once.
    let documents = store.documents(conversation.0.id).await.unwrap();
    assert_eq!(documents.len(), PHOTOS);
    // Its photos are what was supposed, for she said so.
    assert!(documents.iter().all(|photo| photo.kind.is_some() && !photo.is_supposed), "{documents:?}");
    assert!(documents.iter().any(|photo| photo.kind.as_deref() == Some("photo_wide")), "{documents:?}");
    let confirmed = messages.iter().filter(|message| message.body.text.contains("bien reçus"));
    assert_eq!(confirmed.count(), 1, "{PHOTOS} photos are one album");
    assert!(messages.iter().any(|message| message.body.text.starts_with(&format!("{PHOTOS} fichiers"))));
    // No button stays below a question that was answered by one, and the answer stands there.
    let shown = lea.shown();
    let asked = |words: &str| shown.iter().find(|message| message["text"].as_str().unwrap().contains(words)).unwrap();
    let question = asked("L’eau coule-t-elle encore");
    assert!(question["text"].as_str().unwrap().ends_with("\n\n✓ Non"), "{question}");
    assert_eq!(question["reply_markup"], Json::Null);
    assert!(asked("Quelles pièces")["text"].as_str().unwrap().ends_with("✓ Cuisine, Entrée ou couloir"));
    // Telegram was asked for nothing that it refused.
    let refused: Vec<_> =
        ["sendmessage", "editmessagetext", "editmessagereplymarkup", "answercallbackquery", "getfile"]
            .into_iter()
            .flat_map(|method| api.calls(method))
            .filter(|call| !call.ok)
            .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    drop(server);
}

async fn play(person: &mut Someone, api: &BotApi, act: Do) {
    match act {
        Do::Say(text) => drop(person.say(text)),
        Do::Press(label) => person.press(label).await,
        Do::Tick(label) => {
            person.press(label).await;
            person.sees(&label.replace('☐', "☑")).await;
        }
        Do::Album => (0..PHOTOS).for_each(|number| person.photo(&photo(number), Some("album"))),
        Do::ShareContact => person.share_contact("33639980001", person.id),
    }
    api.all_taken().await;
}

async fn a_restart_in_a_batch_loses_nothing_and_doubles_nothing(db: Database) {
    const PEOPLE: i64 = 6;
    const EACH: usize = 5;
    let api = BotApi::start().await;
    let mut server = Server::start_with(&db.url, &bot(&api, "polling"));
    let people: Vec<Someone> = (1..=PEOPLE).map(|id| api.someone(id)).collect();
    for number in 0..EACH {
        for person in &people {
            person.say(&format!("message {number}"));
        }
    }
    // Some are stored and none is confirmed when it dies.
    let store = db.store().await;
    people[0].wait_for_answer().await;
    let killed = tokio::task::block_in_place(|| server.kill());
    db.execute(LEASE_OVER).await;
    server = tokio::task::block_in_place(|| killed.start());
    api.all_taken().await;
    for person in &people {
        let said: Vec<String> = messages(&store, person.id)
            .await
            .into_iter()
            .filter(|message| message.author == Author::Policyholder)
            .map(|message| message.body.text)
            .collect();
        assert!(said.iter().cloned().eq((0..EACH).map(|number| format!("message {number}"))), "{said:?}");
    }
    drop(server);
}

async fn a_busy_bot_keeps_its_lease(db: Database) {
    const UNTIL: &str = "SELECT COALESCE(MAX(until_at), 0) FROM lease WHERE name LIKE 'telegram|%'";
    let api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "polling"));
    let person = api.someone(7);
    person.say("bonjour");
    person.wait_for_answer().await;
    let first = db.number(UNTIL).await;
    // It never waits for an update.
    while db.number(UNTIL).await == first {
        person.say("et encore un mot");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(db.number(UNTIL).await > first);
    drop(server);
}

/// As the mail reader leaves a letter: those behind it are not kept waiting for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_that_the_store_refuses_again_and_again_is_passed_over() {
    let db = Database::sqlite();
    db.store().await.close().await;
    db.execute(
        "CREATE TRIGGER refusal BEFORE INSERT ON log WHEN NEW.value LIKE '%unspeakable%' \
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    .await;
    let api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "polling"));
    let (mut lea, mut max) = (api.someone(7), api.someone(8));
    lea.say("unspeakable");
    lea.say("bonjour");
    max.say("bonjour");
    // She is told, and can write it otherwise.
    lea.hear_of("une forme que je ne peux pas lire").await;
    for person in [&mut lea, &mut max] {
        person.hear_of("danger électrique").await;
    }
    api.all_taken().await;
    server.has_counted(&format!("guichet_passed_over_total{{channel=\"telegram\",account=\"{ACCOUNT}\"}}")).await;
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_asks_and_the_other_goes_on_when_it_dies_postgres() {
    let db = Database::postgres().await;
    let api = BotApi::start().await;
    let first = Server::start_with(&db.url, &bot(&api, "polling"));
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    let second = Server::start_with(&db.url, &bot(&api, "polling"));
    lea.say("non");
    lea.hear_of("Que s’est-il passé").await;
    // Whoever asks besides gets a 409 from Telegram.
    assert!(api.calls("getupdates").iter().all(|call| call.ok));
    tokio::task::block_in_place(|| first.kill());
    db.execute(LEASE_OVER).await;
    db.execute("UPDATE outbox SET next_at = 0 WHERE status = 'waiting'").await;
    lea.say("une fuite d'eau");
    lea.hear_of("L’eau coule-t-elle encore").await;
    drop(second);
}

async fn a_shared_number_is_proven_and_its_owner_s_other_claim_is_proposed(db: Database) {
    const NUMBER: &str = "+33639980001";
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    api.post_to(&server.url);
    let mut sms = server.client();
    for (id, text) in [("1", "bonjour"), ("2", "non"), ("3", "on m'a cambriolé")] {
        sms.send::<Json>(&json!({ "id": id, "from": NUMBER, "text": text })).await.unwrap();
    }
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    // Another's number proves nothing.
    lea.share_contact("33639980001", 8);
    lea.say("non");
    lea.hear_of("Que s’est-il passé").await;
    let store = db.store().await;
    let conversation = store.conversation_at(&endpoint(7)).await.unwrap().unwrap();
    assert_eq!(store.cases(&ALL).proofs(conversation).await.unwrap(), []);
    lea.share_contact("33639980001", 7);
    lea.hear_of("votre numéro est noté et vérifié").await;
    // The question is the same as before.
    lea.say("une fuite d'eau");
    lea.hear_of("L’eau coule-t-elle encore").await;
    let proofs = store.cases(&ALL).proofs(conversation).await.unwrap();
    let proven: Vec<_> = proofs.iter().map(|row| (row.channel, row.address.as_str(), row.proof)).collect();
    assert_eq!(proven, [(Channel::Sms, NUMBER, Proof::Provider)]);
    let by_sms = Endpoint { channel: Channel::Sms, account: Server::ACCOUNT.into(), address: NUMBER.into() };
    let by_sms = store.conversation_at(&by_sms).await.unwrap().unwrap();
    assert_ne!(by_sms, conversation, "nothing is merged by itself");
    let mut dossiers = Vec::new();
    let mut people = Vec::new();
    for id in [conversation, by_sms] {
        let row = store.conversation(id).await.unwrap().unwrap();
        assert_eq!(store.addresses(id).await.unwrap()[0].contact, row.0.contact);
        people.push(row.0.contact);
        dossiers.push(store.dossier(row.0.dossier.unwrap()).await.unwrap().unwrap());
    }
    assert_eq!(people[0], people[1], "they are one person's");
    for (one, other) in [(0, 1), (1, 0)] {
        let candidates = store.cases(&ALL).duplicate_candidates(&dossiers[one]).await.unwrap();
        let found: Vec<_> = candidates.iter().map(|it| (it.dossier, it.reason)).collect();
        assert_eq!(found, [(dossiers[other].id, MatchReason::Proof)]);
    }
    let facts = store.cases(&ALL).facts(dossiers[0].conversation).await.unwrap();
    let phone = facts.iter().find(|fact| fact.name == "phone").unwrap();
    assert_eq!((phone.value.clone(), phone.source.clone()), (Some(Value::Phone(NUMBER.into())), Source::Channel));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_somebody_set_meanwhile_is_taken_away() {
    let db = Database::sqlite();
    let api = BotApi::start().await;
    let _server = Server::start_with(&db.url, &bot(&api, "polling"));
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    let url = format!("{}/bot{}/setWebhook", api.url, BotApi::TOKEN);
    let other = json!({ "url": "https://other.example.org/", "secret_token": "x" });
    reqwest::Client::new().post(url).json(&other).send().await.unwrap().error_for_status().unwrap();
    lea.say("non");
    lea.hear_of("Que s’est-il passé").await;
    lea.say("une fuite d'eau");
    lea.hear_of("L’eau coule-t-elle encore").await;
    assert_eq!(api.calls("deletewebhook").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_asks_telegram_about_the_bot() {
    let db = Database::sqlite();
    let api = BotApi::start().await;
    let told = tokio::task::block_in_place(|| guichet(&db, &bot(&api, "polling"), &["doctor"]));
    assert!(told.contains("ok       telegram/rives-bot token: is @rives_bot"), "{told}");
    assert!(told.contains("ok       telegram/rives-bot updates: asked for by polling, 0 wait"), "{told}");
    let told = tokio::task::block_in_place(|| guichet(&db, &bot(&api, "webhook"), &["doctor"]));
    assert!(told.contains("PROBLEM  telegram/rives-bot updates: Telegram posts only to https"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_is_confirmed_once_and_taken_back_by_the_next_word() {
    let db = Database::sqlite();
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    api.post_to(&server.url);
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    lea.say("/stop");
    lea.hear_of("je ne vous enverrai plus de messages ici").await;
    lea.say("/stop");
    api.all_taken().await;
    let store = db.store().await;
    let conversation = store.conversation_at(&endpoint(7)).await.unwrap().unwrap();
    assert_eq!(store.opt_outs(conversation).await.unwrap(), [endpoint(7)]);
    let confirmations = messages(&store, 7).await;
    let confirmations = confirmations.iter().filter(|message| message.body.text.contains("enverrai plus"));
    assert_eq!(confirmations.count(), 1);
    lea.say("non, aucun danger");
    lea.hear_of("Que s’est-il passé").await;
    assert_eq!(store.opt_outs(conversation).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_s_telegram_speaks_english_is_answered_in_english() {
    let db = Database::sqlite();
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    api.post_to(&server.url);
    let mut max = api.someone(8);
    max.send(&json!({ "text": "/start", "from": { "id": 8, "is_bot": false, "language_code": "en-GB" } }));
    max.hear_of("automatic assistant").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_down_is_obeyed_and_the_order_kept() {
    let db = Database::sqlite();
    let mut api = BotApi::start().await;
    let wait = json!({
        "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1", "parameters": { "retry_after": 1 },
    });
    api.fail_once("sendMessage", wait);
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    api.post_to(&server.url);
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    let sent = api.calls("sendmessage");
    let texts: Vec<&Json> = sent.iter().map(|call| &call.arguments["text"]).collect();
    assert!(!sent[0].ok && sent[1].ok, "{texts:?}");
    assert_eq!(texts[0], texts[1], "what was refused comes first");
    assert_ne!(texts[1], texts[2]);
    assert!(sent[1].at - sent[0].at >= Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_update_is_refused_and_what_comes_twice_is_one() {
    let db = Database::sqlite();
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    let secret = api.secret().await;
    let http = reqwest::Client::new();
    let post = async |account: &str, secret: &str, body: String| {
        let post = http.post(format!("{}/channels/telegram/{account}", server.url));
        post.header("x-telegram-bot-api-secret-token", secret).body(body).send().await.unwrap().status().as_u16()
    };
    let from = json!({ "id": 7, "is_bot": false, "first_name": "Léa" });
    let message = json!({ "message_id": 1, "chat": { "id": 7, "type": "private" }, "from": from, "text": "bonjour" });
    let good = json!({ "update_id": 1, "message": message }).to_string();
    for (account, secret, body, status) in [
        ("nobody", secret.as_str(), good.clone(), 404),
        (ACCOUNT, "wrong", good.clone(), 401),
        (ACCOUNT, "", good.clone(), 401),
        (ACCOUNT, &secret, String::new(), 422),
        (ACCOUNT, &secret, "{\"update_id\": 1".into(), 422),
        (ACCOUNT, &secret, format!("{{\"update_id\": 1, \"x\": \"{}\"}}", "x".repeat(300_000)), 413),
        (ACCOUNT, &secret, json!({ "update_id": 1, "unheard_of": {} }).to_string(), 200),
        (ACCOUNT, &secret, good.clone(), 200),
        // The answer to the first was lost.
        (ACCOUNT, &secret, good, 200),
    ] {
        assert_eq!(post(account, secret, body.clone()).await, status, "{account} {}", body.len());
    }
    let store = db.store().await;
    let said = messages(&store, 7).await;
    assert_eq!(said.iter().filter(|message| message.author == Author::Policyholder).count(), 1);
    // An edit is a message more, and the first stays as it was.
    api.post_to(&server.url);
    let mut max = api.someone(8);
    let first = max.say("bonjour");
    max.hear_of("danger électrique").await;
    max.edit(first, "Bonsoir");
    api.update("unheard_of", &json!({}));
    api.all_taken().await;
    let said = messages(&store, 8).await;
    let theirs: Vec<&str> = said
        .iter()
        .filter(|message| message.author == Author::Policyholder)
        .map(|message| message.body.text.as_str())
        .collect();
    assert_eq!(theirs, ["bonjour", "Rectification\u{a0}: Bonsoir"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voice_is_kept_for_the_handler_and_answers_no_question() {
    let db = Database::sqlite();
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    api.post_to(&server.url);
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    lea.voice();
    lea.hear_of("Je ne peux pas écouter votre message vocal").await;
    lea.press("Non, aucun danger").await;
    lea.hear_of("Que s’est-il passé").await;
    let store = db.store().await;
    let conversation = store.conversation_at(&endpoint(7)).await.unwrap().unwrap();
    let documents = store.documents(conversation).await.unwrap();
    assert_eq!(documents.iter().map(|document| document.media_type.as_str()).collect::<Vec<_>>(), ["audio/ogg"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_blocks_the_bot_is_seen_by_the_handler() {
    let db = Database::sqlite();
    let mut api = BotApi::start().await;
    let server = Server::start_with(&db.url, &bot(&api, "webhook"));
    api.post_to(&server.url);
    let mut lea = api.someone(7);
    lea.say("bonjour");
    lea.hear_of("danger électrique").await;
    lea.say("non");
    lea.block();
    api.all_taken().await;
    let store = db.store().await;
    let timeline = async || {
        let conversation = store.conversation_at(&endpoint(7)).await.unwrap().unwrap();
        store.timeline(conversation).await.unwrap().into_iter().find(|entry| entry.kind == "undelivered")
    };
    let told = async {
        loop {
            if let Some(entry) = timeline().await {
                return entry;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let entry = tokio::time::timeout(Duration::from_secs(30), told).await.unwrap();
    assert!(format!("{:?}", entry.detail).contains("refused"), "{entry:?}");
}

fn endpoint(chat: i64) -> Endpoint {
    Endpoint { channel: Channel::Telegram, account: ACCOUNT.into(), address: chat.to_string() }
}

async fn messages(store: &Engine, chat: i64) -> Vec<MessageRow> {
    let id = store.conversation_at(&endpoint(chat)).await.unwrap().unwrap();
    store.messages(id, 0, 1000).await.unwrap()
}

/// A photo unlike the others.
fn photo(number: usize) -> Vec<u8> {
    let shift = u32::try_from(number).unwrap() * 7;
    let picture = RgbImage::from_fn(640, 480, |x, y| {
        let shade = u8::try_from((x / (11 + shift) * 53 + y / (9 + shift) * 91) % 256).unwrap();
        Rgb([shade, 255 - shade, shade / 2 + 60])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}
