//! A message as text messages: what a button or a card would show becomes lines, quick replies become numbered ones,
//! which [`crate::understanding`] reads back.
//!
//! What matters most comes first: urgent advice is a message's text, and phones show the beginning.

use std::fmt::Write as _;

use crate::domain::{
    message::Body,
    sms::{segment, shorten},
};

/// The most parts of one message. Providers take about ten; a message that is longer leaves as several.
const MAX_PARTS: usize = 7;

/// The text of `body` with everything that a button or a card would show.
pub fn plain(body: &Body) -> String {
    with_link(body, None)
}

/// What is sent for `body`, in this order: at least one text, each of at most [`MAX_PARTS`] parts. `link` is a line
/// that says where the person sends files, which no text message can carry.
pub fn texts(body: &Body, link: Option<&str>) -> Vec<String> {
    let whole = with_link(body, link);
    let whole = shorten(&whole);
    let mut rest: &str = &whole;
    let mut texts = Vec::new();
    loop {
        let segments = segment(rest);
        if segments.parts.len() <= MAX_PARTS {
            texts.push(rest.to_owned());
            return texts;
        }
        let most: usize = segments.parts.iter().take(MAX_PARTS).map(|part| part.len()).sum();
        let end = seam(&rest[..most]);
        texts.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
}

fn with_link(body: &Body, link: Option<&str>) -> String {
    let mut text = body.text.clone();
    for line in &body.summary {
        let _ = write!(text, "\n{} : {}", line.label, line.value);
    }
    if let Some(link) = link {
        let _ = write!(text, "\n{link}");
    }
    for (number, reply) in (1..).zip(&body.quick_replies) {
        let _ = write!(text, "\n{number} {}", reply.label);
    }
    text
}

/// Where to cut: after the last line in the second half of the text, else after the last word, else at its end.
fn seam(text: &str) -> usize {
    let after = |found: Option<usize>| found.map(|at| at + 1).filter(|at| *at > text.len() / 2);
    after(text.rfind('\n')).or_else(|| after(text.rfind(' '))).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
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
            summary: vec![SummaryLine { fact: "cause".into(), label: "Cause".into(), value: "fuite".into() }],
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
        // Without a seam it is cut anyway.
        let body = Body { text: "x".repeat(5000), ..Body::default() };
        assert_eq!(texts(&body, None).concat(), body.text);
    }
}
