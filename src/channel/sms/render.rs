//! Renders a message as text messages: buttons and cards become lines, quick replies become numbered lines, whose
//! numbers [`crate::understanding`] reads.
//!
//! The body's text comes first: it may be urgent advice, and phones show the beginning.

use std::fmt::Write as _;

use crate::domain::{
    message::Body,
    sms::{segment, shorten, with_choices},
};

/// The most parts of one text message. Providers take about ten; a longer message is sent as several.
const MAX_PARTS: usize = 7;

/// The text of `body` with its buttons and cards as lines, as it leaves.
pub fn plain(body: &Body) -> String {
    with_link(body, None)
}

/// The texts that are sent for `body`, in order: at least one, each of at most [`MAX_PARTS`] parts. `link` is the line
/// that says where the person sends files, which a text message cannot carry.
pub fn texts(body: &Body, link: Option<&str>) -> Vec<String> {
    let whole = with_link(body, link);
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

/// As [`plain`], with the line that says where the person sends files.
pub fn with_link(body: &Body, link: Option<&str>) -> String {
    let mut text = body.text.clone();
    for line in &body.summary {
        let _ = write!(text, "\n{} : {}", line.label, line.value);
    }
    if let Some(link) = link {
        let _ = write!(text, "\n{link}");
    }
    let whole = with_choices(&text, body.quick_replies.iter().map(|reply| reply.label.as_str()));
    shorten(&whole).into_owned()
}

/// Where a text is cut: after the last line break in its second half, else after the last space there, else at its end.
fn seam(text: &str) -> usize {
    let after = |found: Option<usize>| found.map(|at| at + 1).filter(|at| *at > text.len() / 2);
    after(text.rfind('\n')).or_else(|| after(text.rfind(' '))).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
