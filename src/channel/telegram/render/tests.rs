use serde_json::{Value as Json, json};

use super::*;
use crate::{
    channel::Thread,
    domain::{
        clock::Clock,
        id::ConversationId,
        language::Language,
        message::{Channel, Endpoint, QuickReply, SummaryLine},
    },
};

fn outbound(body: Body) -> Outbound {
    Outbound {
        id: "o1".into(),
        to: Endpoint { channel: Channel::Telegram, account: "bot".into(), address: "7".into() },
        conversation: ConversationId::new(Clock::system().now()),
        seq: 2,
        language: Language::Fr,
        reference: "R1".into(),
        author: Author::Guichet,
        body,
        link: None,
        lead_in: String::new(),
        thread: Thread::default(),
    }
}

fn sent(outbound: &Outbound) -> Vec<Json> {
    let messages = messages(outbound, ChatId(7), &Words::built_in().unwrap());
    messages.iter().map(|message| serde_json::to_value(message).unwrap()).collect()
}

fn reply(payload: &str, label: &str) -> QuickReply {
    QuickReply { payload: payload.into(), label: label.into() }
}

#[test]
fn answers_are_buttons() {
    let quick_replies = vec![reply("leak=yes", "Oui"), reply("leak=no", "Non")];
    let sent = sent(&outbound(Body { text: "L'eau coule <encore> ?".into(), quick_replies, ..Body::default() }));
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["text"], "L'eau coule <encore> ?");
    assert_eq!(sent[0]["parse_mode"], Json::Null);
    assert_eq!(sent[0]["chat_id"], 7);
    assert_eq!(
        sent[0]["reply_markup"],
        json!({ "inline_keyboard": [[
            { "text": "Oui", "callback_data": "leak=yes" }, { "text": "Non", "callback_data": "leak=no" },
        ]] })
    );
}

#[test]
fn a_phone_shares_what_it_knows() {
    for (input, request) in
        [(Input::Phone, "request_contact"), (Input::Address, "request_location"), (Input::Location, "request_location")]
    {
        let body = Body { text: "?".into(), input: Some(input), ..Body::default() };
        let keyboard = &sent(&outbound(Body { quick_replies: vec![reply("cmd=skip", "Passer")], ..body }))[0];
        let keyboard = &keyboard["reply_markup"]["keyboard"];
        assert_eq!(keyboard[0][0][request], true, "{keyboard}");
        assert_eq!(keyboard[1][0], json!({ "text": "Passer" }));
    }
    let plain = &sent(&outbound(Body { text: "Merci".into(), ..Body::default() }))[0];
    assert_eq!(plain["reply_markup"], json!({ "remove_keyboard": true }));
}

#[test]
fn who_writes_what_is_urgent_and_the_summary_are_seen() {
    let summary = vec![SummaryLine::new("a".into(), "Cause", "fuite")];
    let mut message = outbound(Body { text: "Sortez !".into(), urgent: true, summary, ..Body::default() });
    message.author = Author::Handler { login: "claire".into(), name: "Claire Martin".into() };
    message.link = Some("https://example.org/u/x".into());
    let text = "Claire Martin\u{a0}:\n⚠️ Sortez !\n• Cause\u{a0}: fuite\n\
                Plus simple, une case par photo, et pour les fichiers de plus de 20 Mo\u{a0}: https://example.org/u/x";
    assert_eq!(sent(&message)[0]["text"], text);
    assert_eq!(sent(&message)[0]["link_preview_options"]["is_disabled"], true);
}

#[test]
fn a_long_text_is_cut_between_lines_words_or_characters() {
    let units = |text: &str| text.encode_utf16().count();
    for (text, pieces) in [
        ("a".repeat(4096), 1),
        ("a".repeat(4097), 2),
        ("🌊".repeat(2049), 2),
        (format!("{}\n{}", "a".repeat(3000), "b".repeat(3000)), 2),
        ("mot ".repeat(3000), 3),
        (String::new(), 1),
    ] {
        let cut = split(&text);
        assert_eq!(cut.len(), pieces, "{}", text.len());
        assert!(cut.iter().all(|piece| units(piece) <= MAX_UNITS));
        let same = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(same(&cut.concat()), same(&text), "nothing is lost");
    }
    let quick_replies = vec![reply("a=yes", "Oui")];
    let long = sent(&outbound(Body { text: "mot ".repeat(2000), quick_replies, ..Body::default() }));
    assert_eq!(long[0]["reply_markup"], Json::Null);
    assert!(long[1]["reply_markup"]["inline_keyboard"].is_array());
}
