//! What a person who is handed over outside the opening hours is told about them.

use super::interpreter::Interpreter;
use crate::domain::fact::{Moment, Precision};

impl Interpreter<'_> {
    /// The text; outside opening hours, with the time of the next opening.
    pub(super) fn with_hours(&self, text: String) -> String {
        let local = self.now.to_zoned(self.insurer.zone()).datetime();
        let Some(opens) = self.insurer.hours.reopening(local, self.library.calendar()) else { return text };
        let hours = self.insurer.texts.get("hours_text").map(|text| text.get(self.state.language)).unwrap_or_default();
        let words = self.words();
        let opens = words.moment(&Moment { start: opens, end: None, precision: Precision::Minute });
        format!("{text}\n{}", words.say_with("closed_now", &[("hours", hours.into()), ("opens", opens.into())]))
    }
}
