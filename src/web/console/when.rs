//! Instants and amounts as the console writes them: figures only; templates add the words around them.

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::domain::clock::paris;

/// An instant, shown in the insurers' time zone.
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

    /// The value of `<time datetime>`.
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

/// A length of time, rounded to one unit.
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

/// `06 39 98 01 01` for a French number; another country's stays in E.164.
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
            grouped.push('\u{a0}');
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
mod tests;
