use super::{MAX_PARTS, plain, texts};
use crate::domain::{
    message::{Body, QuickReply, SummaryLine},
    sms::segment,
};

fn reply(label: &str) -> QuickReply {
    QuickReply { payload: label.into(), label: label.into() }
}

#[test]
fn quick_replies_are_numbered() {
    let body =
        Body { text: "L'eau coule ?".into(), quick_replies: vec![reply("Oui"), reply("Non")], ..Body::default() };
    assert_eq!(plain(&body), "L'eau coule ?\n1 Oui\n2 Non");
}

#[test]
fn the_choices_stand_last_after_the_summary_and_the_link() {
    let body = Body {
        text: "Voici ce que j'ai noté :".into(),
        summary: vec![SummaryLine::new("cause".into(), "Cause", "fuite")],
        quick_replies: vec![reply("Envoyer")],
        ..Body::default()
    };
    let expected = "Voici ce que j'ai noté :\nCause : fuite\nhttps://g.example/d/x\n1 Envoyer";
    assert_eq!(texts(&body, Some("https://g.example/d/x")), [expected]);
}

#[test]
fn a_long_text_leaves_as_several_cut_between_words() {
    let sentence = "L'expert a reçu vos photos et il vous rappelle demain matin. ";
    let text = sentence.repeat(60).trim_end().to_owned();
    let body = Body { text: text.clone(), ..Body::default() };
    let sent = texts(&body, None);
    assert!(sent.len() > 1);
    assert!(sent.iter().all(|text| segment(text).parts.len() <= MAX_PARTS));
    assert_eq!(sent.join(" "), text.replace('ç', "c"));
    // A text without spaces is cut all the same.
    let body = Body { text: "x".repeat(5000), ..Body::default() };
    assert_eq!(texts(&body, None).concat(), body.text);
}
