//! The words of these pages, from `flows/pages.yaml`, and dates in words.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use crate::{
    domain::{clock::paris, language::Language},
    flow::Library,
};

/// The pages' words in one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    library: &'a Library,
    pub(super) language: Language,
}

impl<'a> Words<'a> {
    pub(super) fn new(library: &'a Library, language: Language) -> Self {
        Self { library, language }
    }

    /// A text without names.
    pub(super) fn say(self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A text with one name.
    pub(super) fn say_of(self, key: &str, name: &str, value: &str) -> String {
        self.say_with(key, &[(name, value)])
    }

    pub(super) fn say_with(self, key: &str, values: &[(&str, &str)]) -> String {
        self.library.page_text(key, self.language, values).unwrap_or_else(|| {
            tracing::error!(key, "a page has no text for this");
            String::new()
        })
    }

    /// "lundi 30 novembre".
    pub(super) fn day(self, date: Date) -> String {
        self.date("day", date)
    }

    /// "lundi 30 novembre 2026".
    pub(super) fn day_and_year(self, date: Date) -> String {
        self.date("day_and_year", date)
    }

    fn date(self, key: &str, date: Date) -> String {
        let sentence = |key: String| self.library.sentence(&key, self.language).unwrap_or_default();
        let (day, year) = (date.day().to_string(), date.year().to_string());
        let weekday = sentence(format!("weekday_{}", date.weekday().to_monday_one_offset()));
        let month = sentence(format!("month_{}", date.month()));
        self.say_with(key, &[("weekday", weekday), ("day", &day), ("month", month), ("year", &year)])
    }

    /// "lundi 30 novembre 2026, à 20 h 36".
    pub(super) fn moment(self, at: Timestamp) -> String {
        let local = at.to_zoned(paris()).datetime();
        self.say_with("at_hour", &[("date", &self.day_and_year(local.date())), ("time", &self.hour(local.time()))])
    }

    /// "mercredi 2 décembre, entre 14 h et 16 h".
    pub(super) fn slot(self, start: Timestamp, end: Timestamp) -> String {
        let (start, end) = (start.to_zoned(paris()).datetime(), end.to_zoned(paris()).datetime());
        let (from, to) = (self.hour(start.time()), self.hour(end.time()));
        self.say_with("between_hours", &[("date", &self.day(start.date())), ("from", &from), ("to", &to)])
    }

    pub(super) fn hour(self, time: Time) -> String {
        let (hour, minute) = (time.hour().to_string(), format!("{:02}", time.minute()));
        self.say_with("hour", &[("hour", &hour), ("minute", &minute)])
    }
}
