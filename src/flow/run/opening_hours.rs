//! What a person who is handed over is told of who reads them, and when: nobody is said to be told at night.

use jiff::civil::DateTime;

use super::interpreter::Interpreter;
use crate::domain::{
    fact::{Moment, Precision},
    priority::Priority,
};

impl Interpreter<'_> {
    /// When people answer again. None while they do, or where no hours are set.
    pub(super) fn reopening(&self) -> Option<DateTime> {
        let local = self.now.to_zoned(self.insurer.zone()).datetime();
        self.insurer.hours.reopening(local, self.library.calendar())
    }

    /// That somebody is told, where somebody is there.
    pub(super) fn alerted(&self) -> String {
        self.words().say(if self.reopening().is_none() { "alerted" } else { "alerted_closed" })
    }

    /// As [`Self::alerted`], of what is urgent: whoever is on call is told at any hour.
    pub(super) fn alerted_urgently(&self) -> String {
        let on_call = self.library.desks().rota(None, &self.insurer.id).is_some();
        if on_call { self.words().say("alerted") } else { self.alerted() }
    }

    /// As [`Self::say_alerting`], of what is urgent.
    pub(super) fn say_alerting_urgently(&self, key: &str) -> String {
        self.words().say_with(key, &[("alerted", self.alerted_urgently().into())])
    }

    /// A sentence of the engine that says whether somebody is told.
    pub(super) fn say_alerting(&self, key: &str) -> String {
        self.words().say_with(key, &[("alerted", self.alerted().into())])
    }

    /// The text; outside opening hours, with the time of the next opening.
    pub(super) fn with_hours(&self, text: String) -> String {
        self.with_hours_for(text, Priority::Normal)
    }

    /// As [`Self::with_hours`]; what is urgent is told the number that answers day and night, unless the text gives it.
    pub(super) fn with_hours_for(&self, text: String, priority: Priority) -> String {
        let Some(opens) = self.reopening() else { return text };
        let of_insurer =
            |key: &str| self.insurer.texts.get(key).map(|text| text.get(self.state.language)).unwrap_or_default();
        let number = of_insurer("assistance");
        let number = if priority < Priority::Urgent || text.contains(number) { "" } else { number };
        let words = self.words();
        let opens = words.moment(&Moment { start: opens, end: None, precision: Precision::Minute });
        let names = [("hours", of_insurer("hours_text").into()), ("opens", opens.into()), ("at", number.into())];
        format!("{text}\n{}", words.say_with("closed_now", &names))
    }
}
