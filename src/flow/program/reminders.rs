//! A flow's `reminders`: how often and after how long a silent person is reminded of the pending question.

use jiff::{SignedDuration, SpanRelativeTo};

use super::template::Saying;

/// Beyond this many, reminding is pestering.
pub(crate) const MAX_REMINDERS: f64 = 5.0;

/// A flow's `reminders`.
#[derive(Debug)]
pub struct Reminders {
    /// How long the person is silent before they are reminded, and between two reminders.
    pub after: SignedDuration,
    pub most: u8,
    /// Said in front of the pending question, in place of the sentence `reminder`.
    pub text: Option<Saying>,
}

/// "24h", "1 day": a day has 24 hours here.
pub(crate) fn length_of(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (length >= SignedDuration::from_mins(1)).then_some(length)
}

#[cfg(test)]
mod tests;
