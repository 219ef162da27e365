//! The collective event that caused this loss, and its facts.

use jiff::civil::Time;

use super::interpreter::Interpreter;
use crate::{
    domain::{
        fact::{Moment, Precision, Source, Value},
        fact_name::FactName,
    },
    planning::loss_postcode,
};

impl Interpreter<'_> {
    /// Sets `event_name`, `event_deadline` and `event_simplified` from the first event that matches this loss; clears
    /// them where none does.
    pub(super) fn check_event(&mut self) {
        let library = self.library;
        let event = self.state.peril.as_deref().and_then(|peril| {
            let Some(Value::Moment(when)) = self.state.fact(&FactName::LOSS_DATE) else { return None };
            let postcode = loss_postcode(|name| self.state.fact(name))?;
            library.events.iter().find(|event| event.struck(peril, when, postcode))
        });
        let language = self.state.language;
        let deadline = event.and_then(|event| event.declare_until).map(|day| {
            let start = day.to_datetime(Time::midnight());
            Value::Moment(Moment { start, end: None, precision: Precision::Day })
        });
        let facts = [
            ("event_name", event.map(|event| Value::Text(event.name.get(language).to_owned()))),
            ("event_deadline", deadline),
            ("event_simplified", event.map(|event| Value::Bool(event.simplified))),
        ];
        for (name, value) in facts {
            match value {
                Some(value) => self.set_fact(name, value, Source::Flow),
                None => self.clear_fact(name),
            }
        }
    }
}
