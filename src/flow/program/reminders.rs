//! A flow's `reminders`: how often and after how long a silent person is reminded of the pending question.

use jiff::{SignedDuration, SpanRelativeTo};

use super::template::Saying;

/// The most reminders that a flow may set.
pub(crate) const MAX_REMINDERS: f64 = 5.0;

/// A flow's `reminders`.
#[derive(Debug)]
pub struct Reminders {
    /// After how much silence the person is reminded, the first time and each time after.
    pub after: SignedDuration,
    pub most: u8,
    /// The text before the pending question, in place of the sentence `reminder`.
    pub text: Option<Saying>,
}

/// Parses a length of time, such as "24h" or "1 day"; a day has 24 hours here.
pub(crate) fn length_of(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (length >= SignedDuration::from_mins(1)).then_some(length)
}

#[cfg(test)]
mod tests;
