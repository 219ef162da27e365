//! Telegram's posts as a table: the events of each, or why it is refused.

use http::{HeaderMap, Method};
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    channel::{Content, Received, testing},
    config::Secret,
    domain::{
        language::Language,
        message::{Body, Endpoint, Shared},
    },
    intake::InboundKind,
};

pub(super) fn bot(receive: Receive) -> Telegram {
    let settings = Bot {
        account: "rives-bot".into(),
        insurer: "rives".into(),
        token: Secret::new("1:TOKEN"),
        receive,
        api_url: "http://127.0.0.1:9".into(),
        messages_per_second: 30,
        chat_pause_ms: 1000,
    };
    Telegram::new(settings, "https://guichet.example.org/", testing::client()).unwrap()
}

fn post(bot: &Telegram, secret: &str, body: impl Into<Bytes>) -> Result<Vec<Event>, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(SECRET_HEADER, secret.parse().unwrap());
    let url = "https://guichet.example.org/channels/telegram/rives-bot";
    bot.decode(&Post { method: &Method::POST, url, headers: &headers, body: &body.into() })
}

/// The events of an update with `json` as its part `part`.
fn events(part: &str, json: &Json) -> Vec<Event> {
    let bot = bot(Receive::Webhook);
    post(&bot, &bot.secret, json!({ "update_id": 1, part: json, "unheard_of": [1] }).to_string()).unwrap()
}

/// A message in a private chat, in which `fields` replace the default ones.
fn message(fields: &Json) -> Json {
    let mut message = json!({
        "message_id": 10, "date": 1_800_000_000, "chat": { "id": 7, "type": "private" },
        "from": { "id": 7, "is_bot": false, "first_name": "Léa", "language_code": "fr" },
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

fn received(part: &str, json: &Json) -> Option<Received> {
    events(part, json).into_iter().find_map(|event| match event {
        Event::Message(received) => Some(*received),
        Event::Report(_) | Event::Proof(_) | Event::AfterCommit(_) => None,
    })
}

fn body(received: &Received) -> &Body {
    match &received.inbound.kind {
        InboundKind::Message(body) => body,
        other => panic!("{other:?} is no message"),
    }
}

fn after_commit(events: &[Event]) -> AfterCommit {
    let Some(Event::AfterCommit(what)) = events.last() else { panic!("no after_commit ends {events:?}") };
    serde_json::from_value(what.clone()).unwrap()
}

#[test]
fn a_post_is_believed_by_its_secret_only() {
    let bot = bot(Receive::Webhook);
    let update = json!({ "update_id": 1, "message": message(&json!({ "text": "Bonjour" })) }).to_string();
    assert_eq!(post(&bot, &bot.secret, update.clone()).unwrap().len(), 1);
    for wrong in ["", "1:TOKEN", &bot.secret[1..], &bot.secret.to_uppercase()] {
        assert_eq!(post(&bot, wrong, update.clone()).unwrap_err(), Refusal::Unauthorized, "{wrong}");
    }
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    assert!(bot.secret.len() <= 256 && bot.secret.chars().all(known), "as setWebhook wants it");
    let polling = super::tests::bot(Receive::Polling);
    assert_eq!(post(&polling, &polling.secret, update).unwrap_err(), Refusal::NotServed);
}

#[test]
fn what_is_no_update_is_refused_and_what_is_unknown_is_not() {
    let bot = bot(Receive::Webhook);
    for wrong in ["", "[]", "null", "{}", "{\"update_id\": \"1\"}", "{\"update_id\": 1", "\u{0}"] {
        let refused = post(&bot, &bot.secret, wrong.to_owned());
        assert!(matches!(refused, Err(Refusal::Malformed(_))), "{wrong}");
    }
    for (part, json) in [
        ("paid_reaction_of_2031", json!({ "stars": 7 })),
        ("message", json!("wrong type")),
        ("message", json!({ "text": "without a chat" })),
        ("message", message(&json!({ "text": 17 }))),
        ("message", message(&json!({ "text": "" }))),
        ("message", message(&json!({ "pinned_message": { "message_id": 9 } }))),
        ("message", message(&json!({ "text": "in a group", "chat": { "id": -5, "type": "supergroup" } }))),
        ("message", message(&json!({ "text": "a bot's", "from": { "id": 3, "is_bot": true } }))),
        ("channel_post", message(&json!({ "text": "a channel's" }))),
        ("edited_message", message(&json!({ "location": { "latitude": 1.0, "longitude": 2.0 }, "edit_date": 5 }))),
        (
            "my_chat_member",
            json!({ "chat": { "id": 7, "type": "private" }, "new_chat_member": { "status": "kicked" } }),
        ),
    ] {
        assert!(events(part, &json).is_empty(), "{part} {json}");
    }
}

#[test]
fn a_message_is_its_words_and_its_files() {
    let sizes = json!([
        { "file_id": "small", "width": 90, "height": 60 }, { "file_id": "large", "width": 1280, "height": 960 },
        { "file_id": "middle", "width": 320, "height": 240 },
    ]);
    let of_another = json!({ "phone_number": "33639980002", "first_name": "Max", "last_name": "Roy", "user_id": 8 });
    for (fields, text, files) in [
        (json!({ "text": "Bonjour" }), "Bonjour", vec![]),
        (json!({ "text": "Bonjour", "entities": "broken", "photo": 3, "reply_to_message": [] }), "Bonjour", vec![]),
        (json!({ "photo": sizes, "caption": "la cuisine" }), "la cuisine", vec![("", "large")]),
        (json!({ "document": { "file_id": "d", "file_name": "devis.pdf" } }), "", vec![("devis.pdf", "d")]),
        (json!({ "voice": { "file_id": "v", "duration": 3 } }), "", vec![("", "v")]),
        (json!({ "video": { "file_id": "f", "thumbnail": {} } }), "", vec![("", "f")]),
        (json!({ "contact": { "phone_number": "33639980001", "user_id": 7 } }), "+33639980001", vec![]),
        (json!({ "contact": { "phone_number": "+33639980001", "user_id": 7 } }), "+33639980001", vec![]),
        (json!({ "contact": of_another }), "Max Roy, +33639980002", vec![]),
        (json!({ "location": { "latitude": 45.757_812, "longitude": 4.832_011 } }), "45.75781, 4.83201", vec![]),
        (
            json!({ "location": { "latitude": 1.0, "longitude": 2.0 }, "venue": { "title": "Chez moi", "address": "12 rue des Lilas, Lyon" } }),
            "Chez moi, 12 rue des Lilas, Lyon",
            vec![],
        ),
        (json!({ "sticker": { "file_id": "s", "emoji": "👍" } }), "👍", vec![]),
        (json!({ "poll": { "id": "1" } }), "(un message d’une forme que nous ne pouvons pas lire)", vec![]),
        (json!({ "text": "/aide@rives_bot" }), "/aide", vec![]),
        (json!({ "text": "/stop  maintenant" }), "/stop maintenant", vec![]),
        (json!({ "text": "oui/non @moi" }), "oui/non @moi", vec![]),
    ] {
        let received = received("message", &message(&fields)).unwrap_or_else(|| panic!("{fields} is a message"));
        assert_eq!(body(&received).text, text, "{fields}");
        let found: Vec<_> = received.files.iter().map(|file| (file.name.as_str(), file.content.clone())).collect();
        let same = |((name, content), (wanted, media)): (&(&str, Content), &(&str, &str))| {
            name == wanted && matches!(content, Content::Media(found) if found == media)
        };
        assert!(found.len() == files.len() && found.iter().zip(&files).all(same), "{fields}: {found:?}");
        let endpoint = &received.inbound.endpoint;
        assert_eq!((endpoint.account.as_str(), endpoint.address.as_str()), ("rives-bot", "7"));
        assert_eq!(received.inbound.provider_id, "10");
    }
}

#[test]
fn what_a_phone_shares_is_known_as_that_and_only_the_own_number_is() {
    let own = |number: &str| json!({ "contact": { "phone_number": number, "user_id": 7 } });
    for (fields, shared) in [
        (own("33639980001"), Some(Shared::Number("+33639980001".into()))),
        (own("+33 6 39 98 00 01"), Some(Shared::Number("+33639980001".into()))),
        (own("12"), None),
        (json!({ "contact": { "phone_number": "33639980002", "user_id": 8 } }), Some(Shared::Contact)),
        (json!({ "contact": { "phone_number": "33639980002" } }), Some(Shared::Contact)),
        (json!({ "sticker": { "file_id": "s", "emoji": "👍" } }), None),
        (json!({ "sticker": { "file_id": "s", "emoji": "🐈" } }), Some(Shared::Sticker)),
        (json!({ "dice": { "value": 3 } }), Some(Shared::Unreadable)),
        (
            json!({ "location": { "latitude": 45.5, "longitude": 4.25 } }),
            Some(Shared::Place { latitude: 45.5, longitude: 4.25 }),
        ),
        (json!({ "location": { "latitude": 91.0, "longitude": 4.25 } }), None),
        (json!({ "text": "45.5, 4.25" }), None),
    ] {
        let received = received("message", &message(&fields)).unwrap();
        assert_eq!(body(&received).shared, shared, "{fields}");
    }
}

#[test]
fn a_deep_link_hands_over_its_token_and_does_not_say_it() {
    for (text, token) in [
        ("/start", None),
        ("/start abc-DEF_123", Some("abc-DEF_123")),
        ("/start@rives_bot abc", Some("abc")),
        ("/start two words", None),
        (&format!("/start {}", "x".repeat(65)), None),
    ] {
        let received = received("message", &message(&json!({ "text": text }))).unwrap();
        assert_eq!(body(&received).text, "/start", "{text}");
        assert_eq!(received.inbound.token.as_deref(), token, "{text}");
    }
}

#[test]
fn the_language_is_that_of_their_telegram() {
    for (code, language) in [
        (json!("en-US"), Language::En),
        (json!("fr"), Language::Fr),
        (json!("de"), Language::Fr),
        (json!(null), Language::Fr),
        (json!(4), Language::Fr),
    ] {
        let from = json!({ "id": 7, "language_code": code });
        let received = received("message", &message(&json!({ "text": "?", "from": from }))).unwrap();
        assert_eq!(received.inbound.language, language, "{code}");
    }
}

#[test]
fn an_album_may_go_on_and_an_edit_is_a_version_of_its_own() {
    let photo = json!([{ "file_id": "p", "width": 1, "height": 1 }]);
    let album = received("message", &message(&json!({ "photo": photo, "media_group_id": "13" }))).unwrap();
    assert!(album.more_may_follow && album.inbound.settle);
    let edited = |at| received("edited_message", &message(&json!({ "text": "le 3 mars", "edit_date": at }))).unwrap();
    assert_eq!(body(&edited(5)).text, "Rectification\u{a0}: le 3 mars");
    let ids = [5, 6].map(|at| edited(at).inbound.provider_id);
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id != "10"), "{ids:?}");
}

#[test]
fn a_pressed_button_is_an_answer_and_is_shown_as_pressed() {
    let press = |data: &str, id: &str| {
        let keyboard = json!({ "inline_keyboard": [[
            { "text": "Oui", "callback_data": "leak=yes" }, { "text": "Non", "callback_data": "leak=no" },
        ]] });
        let ours =
            message(&json!({ "text": "L'eau coule ?", "from": { "id": 1, "is_bot": true }, "reply_markup": keyboard }));
        events(
            "callback_query",
            &json!({ "id": id, "from": { "id": 7 }, "message": ours, "data": data, "chat_instance": "9" }),
        )
    };
    let pressed = press("leak=no", "q1");
    let [Event::Message(received), Event::AfterCommit(_)] = pressed.as_slice() else { panic!("{pressed:?}") };
    assert_eq!((body(received).text.as_str(), body(received).choice.as_deref()), ("Non", Some("leak=no")));
    let edit = Edit { chat: 7, message: 10, text: Some("L'eau coule ?\n\n✓ Non".into()), buttons: None };
    assert_eq!(after_commit(&pressed), AfterCommit { query: "q1".into(), notice: None, edit: Some(edit) });
    // Pressing a button twice is one answer; another button of the same question is another answer.
    let id = |events: &[Event]| match &events[0] {
        Event::Message(received) => received.inbound.provider_id.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(id(&press("leak=no", "q2")), id(&pressed));
    assert_ne!(id(&press("leak=yes", "q3")), id(&pressed));
}

#[tokio::test]
async fn a_question_that_was_answered_in_words_loses_its_buttons() {
    let sent = r#"{"ok": true, "result": {"message_id": 12, "date": 0, "chat": {"id": 7, "type": "private"}}}"#;
    for (case, ours, theirs, edited) in [
        ("in words", vec!["3", "10"], vec!["4", "11"], Some("10")),
        ("by its button", vec!["10"], vec!["10.cmd=send"], None),
        ("not at all", vec!["10"], vec!["4"], None),
        ("nothing was asked before", vec![], vec!["11"], None),
    ] {
        let peer = testing::Peer::start(vec![testing::PeerAnswer::json(200, sent)]).await;
        let settings = Bot { api_url: peer.url().into(), ..bot(Receive::Webhook).settings };
        let bot = Telegram::new(settings, "https://guichet.example.org/", testing::client()).unwrap();
        let body = Body { text: "Où est-ce arrivé ?".into(), ..Body::default() };
        let to = Endpoint { channel: Channel::Telegram, account: "rives-bot".into(), address: "7".into() };
        let mut outbound = testing::outbound("m1", to, body);
        let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
        outbound.thread = Thread { sent: owned(ours), received: owned(theirs) };
        bot.deliver(&outbound).await.unwrap();
        // All places are free again once the edit is done.
        let _all = bot.after_commits.acquire_many(u32::try_from(MAX_AFTER_COMMIT).unwrap()).await.unwrap();
        let edits: Vec<Json> = peer
            .requests()
            .iter()
            .filter(|request| request.path.to_lowercase().ends_with("editmessagereplymarkup"))
            .map(|request| serde_json::from_str(&request.text()).unwrap())
            .collect();
        let numbers: Vec<String> = edits.iter().map(|edit| edit["message_id"].to_string()).collect();
        assert_eq!(numbers, Vec::from_iter(edited.map(str::to_owned)), "{case}");
    }
}

#[test]
fn a_box_to_tick_says_nothing_yet() {
    let keyboard = json!({ "inline_keyboard": [
        [{ "text": "☐ Cuisine", "callback_data": "+rooms=kitchen" }], [{ "text": "Valider mon choix", "callback_data": "!" }],
    ] });
    let ours = message(&json!({ "text": "Quelles pièces ?", "reply_markup": keyboard }));
    let press = |data: &str| {
        let query = json!({ "id": "q", "from": { "id": 7, "language_code": "en" }, "message": ours, "data": data });
        let events = events("callback_query", &query);
        assert_eq!(events.len(), 1, "{events:?}");
        after_commit(&events)
    };
    let buttons = press("+rooms=kitchen").edit.unwrap().buttons.unwrap();
    assert_eq!(buttons.inline_keyboard[0][0].text, "☑ Cuisine");
    assert_eq!(press("!").notice.as_deref(), Some("Tick at least one answer."));
}

#[test]
fn a_press_without_its_message_is_only_answered() {
    for message in [json!(null), json!({ "message_id": 3, "chat": { "id": -4, "type": "group" } })] {
        let pressed =
            events("callback_query", &json!({ "id": "q", "from": { "id": 7 }, "message": message, "data": "a=b" }));
        assert_eq!(pressed.len(), 1);
        assert_eq!(after_commit(&pressed).edit, None);
    }
}

#[test]
fn telegram_posts_below_the_public_url() {
    let bot = bot(Receive::Webhook);
    assert_eq!(bot.webhook.as_str(), "https://guichet.example.org/channels/telegram/rives-bot");
    assert!(!format!("{bot:?}").contains("TOKEN"));
}
