//! The checks over all files together: calls, tables, documents, names in texts, reachability, length.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    condition::Condition,
    conventions::Conventions,
    diagnostics::Diagnostics,
    diagnostics::SourcePosition,
    documents::DocumentKind,
    facts::{FactLabel, FactTypes},
    insurer::Insurer,
    steps::{Flow, MAX_DEPTH, MAX_MESSAGES, Question, StepKind},
    table::Table,
    template::{Saying, Texts},
};
use crate::domain::{
    fact_name::FactName,
    language::Language,
    message::Input,
    sms::{self, Alphabet},
};

/// Everything that was read from the files.
pub(crate) struct Parts<'a> {
    pub(crate) flows: &'a BTreeMap<String, Flow>,
    pub(crate) tables: &'a BTreeMap<String, Table>,
    pub(crate) insurers: &'a BTreeMap<String, Insurer>,
    pub(crate) conventions: &'a Conventions,
    pub(crate) documents: &'a BTreeMap<String, DocumentKind>,
    pub(crate) names: &'a BTreeMap<FactName, FactLabel>,
    pub(crate) types: &'a FactTypes,
    pub(crate) texts: &'a Texts,
}

pub(crate) fn check(parts: &Parts, problems: &mut Diagnostics) {
    for flow in parts.flows.values() {
        references(parts, flow, problems);
        reachability(flow, problems);
        lengths(flow, problems);
        depth(parts, flow, problems);
    }
    for table in parts.tables.values() {
        table.check(problems);
        for row in &table.rows {
            thresholds(parts, &table.file, row.place, &row.when, problems);
        }
    }
    for used in &parts.texts.used {
        if !is_name(parts, &used.name) {
            let message =
                format!("the text uses `{}`, which is no fact, no `insurer.` and no `dossier.` name", used.name);
            problems.error(&used.file, used.place, message);
        }
    }
    for fact in parts.names.keys() {
        if !parts.types.contains_key(fact) {
            let message = format!("`{fact}` is named, but no question fills it and it has no `type`");
            problems.warn("facts.yaml", SourcePosition::default(), message);
        }
    }
}

fn is_name(parts: &Parts, name: &str) -> bool {
    match name.split_once('.') {
        Some(("insurer", name)) => parts.insurers.values().all(|insurer| insurer.has(name)),
        Some(("dossier", name)) => matches!(name, "reference" | "missing"),
        Some((fact, _)) => parts.types.contains_key(fact),
        None => matches!(name, "today" | "alerted") || parts.types.contains_key(name),
    }
}

fn thresholds(parts: &Parts, file: &str, place: SourcePosition, when: &Condition, problems: &mut Diagnostics) {
    for name in when.conventions() {
        if !parts.conventions.has(name) {
            problems.error(file, place, format!("conventions.yaml has no amount `{name}`"));
        }
    }
    for name in when.thresholds() {
        for insurer in parts.insurers.values() {
            if !insurer.thresholds.contains_key(name) {
                problems.error(file, place, format!("the insurer `{}` sets no threshold `{name}`", insurer.id));
            }
        }
    }
}

fn references(parts: &Parts, flow: &Flow, problems: &mut Diagnostics) {
    let file = flow.file.as_str();
    let section = |place, name: &Option<String>, problems: &mut Diagnostics| {
        if let Some(name) = name
            && !flow.sections.iter().any(|(id, _)| id == name)
        {
            problems.error(file, place, format!("the flow has no section `{name}`"));
        }
    };
    for step in &flow.steps {
        thresholds(parts, file, step.place, &step.when, problems);
        match &step.kind {
            StepKind::Ask(question) => {
                section(step.place, &question.section, problems);
                if !parts.names.contains_key(&question.fact) {
                    let message =
                        format!("facts.yaml has no name for `{}`: a summary would show it bare", question.fact);
                    problems.warn(file, step.place, message);
                }
                let stuck = matches!(question.input, Input::Photos | Input::Document)
                    && !question.unknown
                    && !question.optional;
                if stuck {
                    let message = "who has no such file cannot answer: add `unknown` or `optional`".to_owned();
                    problems.warn(file, step.place, message);
                }
            }
            StepKind::Collect(collect) => {
                section(step.place, &collect.section, problems);
                for wanted in &collect.documents {
                    if !parts.documents.contains_key(&wanted.kind) {
                        let message = format!("documents.yaml has no kind `{}`", wanted.kind);
                        problems.error(file, wanted.place, message);
                    }
                }
            }
            StepKind::Call(name) if !parts.flows.contains_key(name) => {
                problems.error(file, step.place, format!("there is no flow `{name}`"));
            }
            StepKind::Orient(name) if !parts.tables.contains_key(name) => {
                problems.error(file, step.place, format!("there is no table `{name}`"));
            }
            StepKind::Branch { cases, .. } => {
                for (when, _) in cases {
                    thresholds(parts, file, step.place, when, problems);
                }
            }
            _ => {}
        }
    }
}

fn reachability(flow: &Flow, problems: &mut Diagnostics) {
    let mut reached = BTreeSet::new();
    let mut todo = vec![0];
    while let Some(at) = todo.pop() {
        if at < flow.steps.len() && reached.insert(at) {
            todo.extend(flow.successors(at));
        }
    }
    for (at, step) in flow.steps.iter().enumerate() {
        if !reached.contains(&at) {
            problems.warn(&flow.file, step.place, format!("the step `{}` is never reached", step.id));
        }
    }
    // A step from which no path leads out of the flow would keep a person in it for ever.
    for &start in &reached {
        let mut seen = BTreeSet::new();
        let mut todo = vec![start];
        let mut leaves = false;
        while let Some(at) = todo.pop() {
            match flow.steps.get(at) {
                None => leaves = true,
                Some(step) if step.leaves() => leaves = true,
                Some(_) if seen.insert(at) => todo.extend(flow.successors(at)),
                Some(_) => {}
            }
        }
        if !leaves {
            let step = &flow.steps[start];
            let message = format!("there is no way out after `{}`: its steps only lead to each other", step.id);
            problems.error(&flow.file, step.place, message);
            break;
        }
    }
}

fn lengths(flow: &Flow, problems: &mut Diagnostics) {
    let mut length = |saying: &Saying| {
        for language in Language::ALL {
            if let Some(length) = more_than_one_sms(saying.source.get(language)) {
                problems.warn(&flow.file, saying.place, format!("the `{}` text takes {length}", language.code()));
            }
        }
    };
    for step in &flow.steps {
        match &step.kind {
            StepKind::Say(saying) | StepKind::End(Some(saying)) | StepKind::HandOver { text: Some(saying), .. } => {
                length(saying);
            }
            StepKind::Collect(collect) => length(&collect.text),
            StepKind::Ask(question) => {
                let text = question.sms.is_none().then_some(&question.text);
                [text, question.help.as_ref(), question.rephrase.as_ref()].into_iter().flatten().for_each(&mut length);
            }
            _ => {}
        }
    }
    for (_, question) in flow.questions() {
        question_by_sms(&flow.file, question, problems);
    }
}

/// Warns of a question that takes more text messages than it may, with the answers that are listed below it. Where there are
/// too many to be listed, some stand as examples.
fn question_by_sms(file: &str, question: &Question, problems: &mut Diagnostics) {
    let saying = question.sms.as_ref().unwrap_or(&question.text);
    for language in Language::ALL {
        let text = saying.source.get(language);
        let whole = if question.is_numbered_by_sms(text, language) {
            sms::with_choices(text, question.labels(language))
        } else if question.sms.is_none() && !question.choices.is_empty() {
            format!("{text} {}", question.examples(language))
        } else {
            text.to_owned()
        };
        let count = sms::count(&whole);
        if count > MAX_MESSAGES {
            let message = format!(
                "by text message the `{}` question takes {count} SMS, {MAX_MESSAGES} at most: say it shorter in `sms`",
                language.code()
            );
            problems.warn(file, saying.place, message);
        }
    }
}

/// The length of a text as the SMS channel sends it, if it does not fit into one message. A template is counted as it
/// is written, since the length of its values is not known yet.
fn more_than_one_sms(text: &str) -> Option<String> {
    let sent = sms::shorten(text);
    let segments = sms::segment(&sent);
    let (count, alphabet) = (segments.parts.len(), segments.alphabet);
    if count == 1 {
        return None;
    }
    let because = match sms::foreign(&sent) {
        Some(letter) if alphabet == Alphabet::Ucs2 => format!(" because of its `{letter}`"),
        _ => String::new(),
    };
    Some(format!("{count} SMS: {} characters, and one holds {}{because}", segments.units, alphabet.alone()))
}

/// Reports flows that call each other in a circle, or too deep.
fn depth(parts: &Parts, flow: &Flow, problems: &mut Diagnostics) {
    fn deepest(parts: &Parts, flow: &Flow, left: usize) -> bool {
        left > 0
            && flow.calls().all(|(_, name)| parts.flows.get(name).is_none_or(|called| deepest(parts, called, left - 1)))
    }
    if !deepest(parts, flow, MAX_DEPTH) {
        let message = format!("flows call each other in a circle, or deeper than {MAX_DEPTH}");
        problems.error(&flow.file, SourcePosition { line: 1, column: 1 }, message);
    }
}

#[cfg(test)]
mod tests;
