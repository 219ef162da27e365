//! Writes values in the person's language.

use jiff::civil::{DateTime, Time};
use minijinja::Value as Name;

use crate::{
    domain::{
        fact::{Moment, Precision, Value},
        language::Language,
    },
    flow::program::{
        clocks::{self, ClockRule},
        library::Library,
        messages::Messages,
        template::Texts,
    },
};

/// The engine's sentences in one language.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    messages: &'a Messages,
    texts: &'a Texts,
    library: &'a Library,
    language: Language,
}

impl<'a> Words<'a> {
    pub(super) fn new(library: &'a Library, language: Language) -> Self {
        Self { messages: &library.messages, texts: &library.texts, library, language }
    }

    /// A sentence without placeholders.
    pub(super) fn say(self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A sentence with the values of its placeholders.
    pub(super) fn say_with(self, key: &str, names: &[(&str, Name)]) -> String {
        let lookup = |name: &str| {
            names.iter().find(|(known, _)| *known == name).map_or_else(|| Name::from(""), |(_, value)| value.clone())
        };
        self.messages
            .get(key)
            .and_then(|template| self.texts.render(template, self.language, lookup).ok())
            .unwrap_or_default()
    }

    /// The value of a fact.
    pub(super) fn value(self, fact: &str, value: &Value) -> String {
        match value {
            Value::Unknown => self.say("value_unknown"),
            Value::Bool(true) => self.say("value_yes"),
            Value::Bool(false) => self.say("value_no"),
            Value::Text(text) | Value::Email(text) => text.clone(),
            Value::Phone(number) => phone(number),
            Value::Choice(value) => self.choice(fact, value),
            Value::Choices(values) => {
                values.iter().map(|value| self.choice(fact, value)).collect::<Vec<_>>().join(", ")
            }
            Value::Number(number) => self.number(number.get()),
            Value::Amount(cents) => self.amount(*cents),
            Value::Moment(moment) => self.moment(moment),
            Value::Duration(minutes) => self.duration(*minutes),
            Value::Address(address) => address.in_one_line(),
            Value::Files(count) => self.say_with("value_files", &[("count", (*count).into())]),
        }
    }

    fn choice(self, fact: &str, value: &str) -> String {
        self.library.choice_label(fact, value).map_or(value, |label| label.get(self.language)).to_owned()
    }

    pub(super) fn number(self, number: f64) -> String {
        let text = number.to_string();
        match self.language {
            Language::Fr => text.replace('.', ","),
            Language::En => text,
        }
    }

    /// "1 250,50 €", "€1,250.50".
    pub(super) fn amount(self, cents: i64) -> String {
        let sign = if cents < 0 { "-" } else { "" };
        let (euros, cents) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        let digits = euros.to_string();
        let (separator, point) = match self.language {
            Language::Fr => ("\u{a0}", ","),
            Language::En => (",", "."),
        };
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push_str(separator);
            }
            grouped.push(digit);
        }
        let cents = if cents > 0 { format!("{point}{cents:02}") } else { String::new() };
        match self.language {
            Language::Fr => format!("{sign}{grouped}{cents}\u{a0}€"),
            Language::En => format!("{sign}€{grouped}{cents}"),
        }
    }

    fn duration(self, minutes: i64) -> String {
        let (key, count) = match minutes {
            minutes if minutes != 0 && minutes % 1440 == 0 => ("duration_days", minutes / 1440),
            minutes if minutes != 0 && minutes % 60 == 0 => ("duration_hours", minutes / 60),
            minutes => ("duration_minutes", minutes),
        };
        self.say_with(key, &[("count", count.into())])
    }

    /// "jeudi 19 novembre 2026 vers 18 h".
    pub(super) fn moment(self, moment: &Moment) -> String {
        let start = moment.start;
        // "Ce week-end": an interval of several days is written with its first and its last day.
        let last = moment
            .end
            .and_then(|end| if end.time() == Time::midnight() { end.date().yesterday().ok() } else { Some(end.date()) })
            .filter(|last| *last > start.date());
        if let (Precision::Interval, Some(last)) = (moment.precision, last) {
            let end = moment.end.filter(|end| end.time() != Time::midnight());
            let to = end.unwrap_or_else(|| last.to_datetime(Time::midnight()));
            let names = [("from", self.bound(start).into()), ("to", self.bound(to).into())];
            return self.say_with("moment_days", &names);
        }
        let key = match moment.precision {
            Precision::Second | Precision::Minute => "moment_minute",
            Precision::Hour => "moment_hour",
            Precision::PartOfDay => "moment_part_of_day",
            // An interval within one day, from one hour to another.
            Precision::Interval if start.time() != jiff::civil::Time::midnight() => "moment_hour",
            Precision::Day | Precision::Interval => "moment_day",
            Precision::Week => "moment_week",
            Precision::Month | Precision::Quarter => "moment_month",
            Precision::Year => "moment_year",
        };
        self.say_with(key, &self.names_of(moment))
    }

    /// A slot on a button: "mardi 24 novembre à 14 h".
    pub(super) fn slot(self, start: jiff::civil::DateTime) -> String {
        let names = self.names_of(&Moment { start, end: None, precision: Precision::Minute });
        self.say_with("visit_slot", &names)
    }

    /// The values of the placeholders in sentences for moments.
    fn names_of(self, moment: &Moment) -> [(&'static str, Name); 7] {
        let start = moment.start;
        let part = match start.hour() {
            0..5 | 21.. => "part_night",
            5..11 => "part_morning",
            11..13 => "part_noon",
            13..17 => "part_afternoon",
            _ => "part_evening",
        };
        let weekday = self.say(&format!("weekday_{}", start.date().weekday().to_monday_one_offset()));
        let month = self.say(&format!("month_{}", start.month()));
        [
            ("weekday", weekday.into()),
            ("day", start.day().into()),
            ("month", month.into()),
            ("year", start.year().into()),
            ("hour", start.hour().into()),
            ("minute", start.minute().into()),
            ("part", if moment.precision == Precision::PartOfDay { self.say(part).into() } else { Name::from("") }),
        ]
    }

    /// One end of an interval: its day, with its hour where one was told.
    fn bound(self, at: DateTime) -> String {
        let precision = if at.time() == Time::midnight() { Precision::Day } else { Precision::Hour };
        self.moment(&Moment { start: at, end: None, precision })
    }

    pub(super) fn day(self, date: jiff::civil::Date) -> String {
        self.moment(&Moment { start: date.at(0, 0, 0, 0), end: None, precision: Precision::Day })
    }
}

/// What whoever is on call is told of a dossier: why, its reference, and where it is seen.
pub fn alert_text(library: &Library, reason: &str, language: Language, reference: &str, page: &str) -> String {
    let names = [("code", Name::from(reference)), ("value", Name::from(page))];
    Words::new(library, language).say_with(&format!("alert_{reason}"), &names)
}

/// What a person is told of a time that is theirs, where the rule has words for it.
pub fn clock_told(library: &Library, rule: &ClockRule, language: Language, last: jiff::civil::Date) -> Option<String> {
    let day = Words::new(library, language).day(last);
    rule.told.as_ref().map(|told| told.get(language).replace(clocks::DUE, &day))
}

/// A French number as it is written in France, in pairs; others unchanged.
fn phone(number: &str) -> String {
    let Some(national) = number.strip_prefix("+33").filter(|rest| rest.len() == 9 && rest.is_ascii()) else {
        return number.to_owned();
    };
    let digits = format!("0{national}");
    digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}
