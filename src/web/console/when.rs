//! Instants and amounts as the console writes them: figures only; the words around them are the templates'.

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::domain::clock::paris;

/// An instant in the insurers' zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct When(pub Timestamp);

impl When {
    fn local(self) -> civil::DateTime {
        self.0.to_zoned(paris()).datetime()
    }

    /// `21/11/2026`.
    pub(super) fn day(self) -> String {
        day(self.local().date())
    }

    /// `09:05`.
    pub(super) fn clock(self) -> String {
        clock(self.local().time())
    }

    /// For `<time datetime>`.
    pub(super) fn iso(self) -> String {
        self.0.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// How long ago, as of `now`.
    pub(super) fn since(self, now: Timestamp) -> Ago {
        let minutes = now.duration_since(self.0).as_mins().max(0);
        match minutes {
            0 => Ago::Now,
            1..60 => Ago::Minutes(minutes),
            60..2880 => Ago::Hours(minutes / 60),
            _ => Ago::Days(minutes / 1440),
        }
    }
}

/// A length of time, rounded as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ago {
    /// Less than a minute.
    Now,
    Minutes(i64),
    Hours(i64),
    Days(i64),
}

/// `21/11/2026`.
pub(super) fn day(date: civil::Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// `09:05`.
pub(super) fn clock(time: civil::Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `06 39 98 01 01` for a French number; another country's stays as it is dialled.
pub(super) fn phone(e164: &str) -> String {
    match e164.strip_prefix("+33") {
        Some(national) if national.len() == 9 && national.is_ascii() => {
            let digits = format!("0{national}");
            let pairs: Vec<&str> = (0..10).step_by(2).map(|at| &digits[at..at + 2]).collect();
            pairs.join("\u{a0}")
        }
        _ => e164.to_owned(),
    }
}

/// `1 250,50 €`, with spaces that do not break.
pub(super) fn euros(cents: i64) -> String {
    let whole = (cents / 100).unsigned_abs().to_string();
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let sign = if cents < 0 { "−" } else { "" };
    match cents.unsigned_abs() % 100 {
        0 => format!("{sign}{grouped}\u{a0}€"),
        rest => format!("{sign}{grouped},{rest:02}\u{a0}€"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_in_paris() {
        let when = When("2026-07-01T22:05:00Z".parse().unwrap());
        assert_eq!((when.day().as_str(), when.clock().as_str()), ("02/07/2026", "00:05"));
        assert_eq!(when.iso(), "2026-07-01T22:05:00Z");
    }

    #[test]
    fn a_french_number_is_told_in_pairs() {
        assert_eq!(phone("+33639980101"), "06\u{a0}39\u{a0}98\u{a0}01\u{a0}01");
        assert_eq!(phone("+3228880101"), "+3228880101");
    }

    #[test]
    fn lengths_are_rounded_down() {
        let then = When("2026-07-01T10:00:00Z".parse().unwrap());
        for (now, ago) in [
            ("2026-07-01T09:00:00Z", Ago::Now),
            ("2026-07-01T10:00:59Z", Ago::Now),
            ("2026-07-01T10:59:59Z", Ago::Minutes(59)),
            ("2026-07-01T11:00:00Z", Ago::Hours(1)),
            ("2026-07-03T09:59:00Z", Ago::Hours(47)),
            ("2026-07-03T10:00:00Z", Ago::Days(2)),
        ] {
            assert_eq!(then.since(now.parse().unwrap()), ago, "{now}");
        }
    }

    #[test]
    fn amounts_are_written_the_french_way() {
        assert_eq!(euros(125_050), "1\u{202f}250,50\u{a0}€");
        assert_eq!(euros(80_000), "800\u{a0}€");
        assert_eq!(euros(-5), "−0,05\u{a0}€");
        assert_eq!(euros(12_345_678_900), "123\u{202f}456\u{202f}789\u{a0}€");
    }
}
