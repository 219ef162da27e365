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
mod tests {
    use jiff::SignedDuration;

    use super::length_of;

    #[test]
    fn a_delay_is_a_length_of_time() {
        for (text, hours) in [("24h", 24), ("1 day", 24), ("2 days", 48), ("1 week", 168), ("90 minutes", 1)] {
            assert_eq!(length_of(text).map(|length| length.as_hours()), Some(hours), "{text}");
        }
        for text in ["", "tomorrow", "0s", "-1 day", "1 month"] {
            assert_eq!(length_of(text), None, "{text}");
        }
        assert_eq!(length_of("1 minute"), Some(SignedDuration::from_mins(1)));
    }
}
