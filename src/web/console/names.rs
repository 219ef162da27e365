//! The names of codes in the console. What the flows declare is named by the [`Library`] that runs them, so that
//! renaming a document in the flows renames it here too; what only the program produces is named by [`super::words`].

use std::sync::Arc;

use super::words::WORDS;
use crate::{
    domain::{
        desk::Desk,
        language::{Language, Text},
    },
    flow::Library,
};

/// Names by code, in one language. A code without a name is shown itself: nothing is hidden because a name is missing.
#[derive(Clone, Debug)]
pub(super) struct Names {
    library: Arc<Library>,
    language: Language,
}

impl Names {
    pub(super) fn new(library: Arc<Library>, language: Language) -> Self {
        Self { library, language }
    }

    fn or_code<'a>(&'a self, name: Option<&'a Text>, code: &'a str) -> &'a str {
        name.map_or(code, |name| name.get(self.language))
    }

    /// A peril: its flow's title, or the choice that the opening offers for it.
    pub(super) fn peril<'a>(&'a self, code: &'a str) -> &'a str {
        self.or_code(self.peril_name(code), code)
    }

    fn peril_name(&self, code: &str) -> Option<&Text> {
        let flow = self.library.flows().find(|flow| flow.peril.as_deref() == Some(code));
        flow.map(|flow| &flow.title)
            .or_else(|| self.library.choice_label("incident", code))
            .or_else(|| WORDS.perils.get(code))
    }

    pub(super) fn document<'a>(&'a self, kind: &'a str) -> &'a str {
        self.or_code(self.library.document(kind).map(|document| &document.name), kind)
    }

    /// All kinds of documents with their names, sorted by name.
    pub(super) fn documents(&self) -> Vec<(&str, &str)> {
        let mut kinds: Vec<_> =
            self.library.documents().map(|(kind, document)| (kind, document.name.get(self.language))).collect();
        kinds.sort_by_key(|(_, name)| name.to_lowercase());
        kinds
    }

    pub(super) fn is_document(&self, kind: &str) -> bool {
        self.library.document(kind).is_some()
    }

    pub(super) fn fact<'a>(&'a self, name: &'a str) -> &'a str {
        self.library.fact_label(name, self.language)
    }

    /// The title of the flow that asks for a fact; empty where none does.
    pub(super) fn group_of<'a>(&'a self, fact: &str) -> &'a str {
        self.library.asked_in(fact).map_or("", |flow| flow.title.get(self.language))
    }

    /// Whether people say a fact: a question asks for it that is not for files.
    pub(super) fn is_told(&self, fact: &str) -> bool {
        self.library.is_told(fact)
    }

    /// The kinds of documents that the file of a peril may want, sorted by name.
    pub(super) fn documents_of(&self, peril: &str) -> Vec<(&str, &str)> {
        let family = self.library.documents_of(peril);
        let mut kinds = self.documents();
        kinds.retain(|(kind, _)| family.is_empty() || family.contains(*kind));
        kinds
    }

    /// The perils that a claim may be of, sorted by name.
    pub(super) fn perils(&self) -> Vec<(&str, &str)> {
        let flows = self.library.flows();
        let of_flow = flows.filter_map(|flow| Some((flow.peril.as_deref()?, flow.title.get(self.language))));
        let mut perils: Vec<(&str, &str)> = of_flow.collect();
        perils.sort_by_key(|(_, name)| name.to_lowercase());
        perils
    }

    /// The name of a fact's value.
    pub(super) fn choice<'a>(&'a self, fact: &str, value: &'a str) -> &'a str {
        self.or_code(self.choice_name(fact, value), value)
    }

    fn choice_name(&self, fact: &str, value: &str) -> Option<&Text> {
        match fact {
            "peril" => self.peril_name(value),
            "orientation" => WORDS.modes.get(value),
            "orientation_missing" => self.library.fact_name(value).map(|name| &name.label),
            _ => self.library.choice_label(fact, value),
        }
    }

    /// Why a message was not delivered, by the channel's code.
    pub(super) fn undelivered<'a>(&'a self, reason: &'a str) -> &'a str {
        self.library.sentence(&format!("undelivered_{reason}"), self.language).unwrap_or(reason)
    }

    /// Why the conversation was handed over.
    pub(super) fn handover<'a>(&'a self, reason: &'a str) -> &'a str {
        self.or_code(self.library.handover_reason(reason), reason)
    }

    /// A deadline, by its rule.
    pub(super) fn clock<'a>(&'a self, rule: &'a str) -> &'a str {
        self.or_code(self.library.clocks().get(rule).map(|rule| &rule.label), rule)
    }

    /// Where a rule is written; empty for what is no rule.
    pub(super) fn clock_source(&self, rule: &str) -> &str {
        self.library.clocks().get(rule).map_or("", |rule| rule.source.as_str())
    }

    /// What starts deadlines, and happens on a day that a handler enters.
    pub(super) fn clock_start<'a>(&'a self, start: &'a str) -> &'a str {
        self.or_code(self.library.clocks().start_name(start), start)
    }

    /// Who owes something by a time.
    pub(super) fn clock_owner<'a>(&'a self, owner: &'a str) -> &'a str {
        self.or_code(self.library.clocks().owner(owner), owner)
    }

    pub(super) fn request<'a>(&'a self, kind: &'a str) -> &'a str {
        self.or_code(self.library.requests().get(kind).map(|request| &request.label), kind)
    }

    pub(super) fn desk<'a>(&'a self, code: &'a Desk) -> &'a str {
        self.or_code(self.library.desks().name(code), code)
    }

    /// All intents with their labels.
    pub(super) fn intents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.library.intents().iter().map(|intent| (&*intent.name, intent.label.get(self.language)))
    }

    pub(super) fn insurer<'a>(&'a self, code: &'a str) -> &'a str {
        self.library.insurer(code).map_or(code, |insurer| insurer.name.as_str())
    }
}

#[cfg(test)]
mod tests;
