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
