//! A message as plain text: quick replies become numbered lines, which [`crate::understanding`] reads back.

use std::fmt::Write as _;

use crate::domain::message::Body;

/// The text of `body` with everything that a button or a card would show.
pub fn plain(body: &Body) -> String {
    let mut text = body.text.clone();
    for line in &body.summary {
        let _ = write!(text, "\n{} : {}", line.label, line.value);
    }
    for (number, reply) in (1..).zip(&body.quick_replies) {
        let _ = write!(text, "\n{number} {}", reply.label);
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::domain::message::{Body, QuickReply};

    #[test]
    fn quick_replies_are_numbered() {
        let reply = |label: &str| QuickReply { payload: label.into(), label: label.into() };
        let body =
            Body { text: "L'eau coule ?".into(), quick_replies: vec![reply("Oui"), reply("Non")], ..Body::default() };
        assert_eq!(super::plain(&body), "L'eau coule ?\n1 Oui\n2 Non");
    }
}
