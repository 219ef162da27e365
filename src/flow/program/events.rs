//! Collective events: a storm, a flood or a decree that concerns many people, by place and dates (`flows/events.yaml`).
//!
//! A flow looks for them with `check_event`, once the peril, the date and the place of loss are known. The flow decides
//! what an event changes (fewer questions, a longer delay, a word to the person): here it is only recognised.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    condition::days_of,
    diagnostics::{Diagnostics, SourcePosition},
    yaml::{Fields, Node, words},
};
use crate::domain::{fact::Moment, language::Text};

/// An event that struck many people at once.
#[derive(Debug)]
pub(crate) struct CollectiveEvent {
    pub(crate) name: Text,
    perils: Vec<String>,
    from: Date,
    to: Date,
    /// The beginnings of the places' postcodes: "69" for a department, "69003" for a town.
    postcodes: Vec<String>,
    /// The last day on which the insurer accepts a declaration as made in time.
    pub(crate) declare_until: Option<Date>,
    /// Whether questions that only establish what is publicly known are left out.
    pub(crate) simplified: bool,
    place: SourcePosition,
}

/// The file, in the folder of the flows.
pub(crate) const FILE: &str = "events.yaml";

/// Reads `events.yaml`.
pub(crate) fn read(root: &Node, problems: &mut Diagnostics) -> Vec<CollectiveEvent> {
    let mut fields = Fields::of(FILE, root, problems);
    let mut events = Vec::new();
    for node in fields.list("events", problems) {
        let mut event = Fields::of(FILE, node, problems);
        let name = event.take("name").map(|node| {
            let mut fields = Fields::of(FILE, node, problems);
            let name = words(&mut fields, problems);
            fields.finish(problems);
            name
        });
        if name.is_none() {
            problems.error(FILE, node.place, "the event needs a `name` (fr and en)".to_owned());
        }
        let mut list = |key: &str, problems: &mut Diagnostics| -> Vec<String> {
            let listed: Vec<String> = event.list(key, problems).iter().filter_map(Node::scalar).collect();
            if listed.is_empty() {
                problems.error(FILE, node.place, format!("the event needs `{key}`, a list"));
            }
            listed
        };
        let perils = list("perils", problems);
        let postcodes = list("postcodes", problems);
        for start in &postcodes {
            if !(2..=5).contains(&start.len()) || !start.bytes().all(|byte| byte.is_ascii_digit()) {
                let message =
                    format!("`{start}` is no postcode nor the beginning of one: quote it, as \"69\" or \"69003\"");
                problems.error(FILE, node.place, message);
            }
        }
        let (from, to) = (day(&mut event, "from", problems), day(&mut event, "to", problems));
        let declare_until = event.has("declare_until").then(|| day(&mut event, "declare_until", problems)).flatten();
        let simplified = event.bool("simplified", problems);
        event.finish(problems);
        let (Some(name), Some(from), Some(to)) = (name, from, to) else { continue };
        if to < from || declare_until.is_some_and(|until| until < from) {
            problems.error(FILE, node.place, "the event ends before it begins: check its dates".to_owned());
        }
        events.push(CollectiveEvent {
            name,
            perils,
            from,
            to,
            postcodes,
            declare_until,
            simplified,
            place: node.place,
        });
    }
    fields.finish(problems);
    events
}

fn day(fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Option<Date> {
    let written = fields.required(key, problems);
    let date = written.parse().ok();
    if date.is_none() {
        problems.error(FILE, fields.place, format!("`{key}` is a date, as 2026-11-20"));
    }
    date
}

/// Reports events for perils that no flow has.
pub(crate) fn check(events: &[CollectiveEvent], perils: &BTreeSet<&str>, problems: &mut Diagnostics) {
    for event in events {
        for peril in event.perils.iter().filter(|peril| !perils.contains(peril.as_str())) {
            problems.error(FILE, event.place, format!("no flow has the peril `{peril}`"));
        }
    }
}

impl CollectiveEvent {
    pub(crate) fn struck(&self, peril: &str, when: &Moment, postcode: &str) -> bool {
        let (first, last) = days_of(when);
        self.perils.iter().any(|known| known == peril)
            && first <= self.to
            && self.from <= last
            && self.postcodes.iter().any(|start| postcode.starts_with(start.as_str()))
    }
}

#[cfg(test)]
mod tests;
