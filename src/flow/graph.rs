//! A flow drawn as a Mermaid flowchart, for those who read pictures sooner than YAML.

use std::fmt::Write as _;

use super::{
    Condition,
    definition::{Flow, Kind, Saying, Step},
};
use crate::domain::language::Language;

/// Longer texts are cut in the picture.
const MOST_TEXT: usize = 60;

/// The flowchart of `flow`, its texts in `language`. Steps that run only under a condition stand on a dotted arrow.
pub fn mermaid(flow: &Flow, language: Language) -> String {
    let mut graph = String::from("flowchart TD\n");
    let _ = writeln!(graph, "  start([{}])", quoted(flow.title.get(language)));
    for (at, step) in flow.steps.iter().enumerate() {
        let (open, close) = shape(&step.kind);
        let _ = writeln!(graph, "  s{at}{open}{}{close}", quoted(&label(step, language)));
    }
    let _ = writeln!(graph, "  s{}([end])", flow.steps.len());
    let _ = writeln!(graph, "  start --> s0");
    for (at, step) in flow.steps.iter().enumerate() {
        for (target, label) in exits(step, at) {
            let arrow = if label.is_empty() { "-->".to_owned() } else { format!("-- {} -->", quoted(label)) };
            let _ = writeln!(graph, "  s{at} {arrow} s{target}");
        }
        if step.when != Condition::always() && !matches!(step.kind, Kind::Ask(_) | Kind::Say(_) | Kind::Set(_)) {
            let _ = writeln!(graph, "  s{at} -.-> s{}", at + 1);
        }
    }
    graph
}

/// Where a step leads: the position and what the arrow says.
fn exits(step: &Step, at: usize) -> Vec<(usize, &'static str)> {
    match &step.kind {
        Kind::Goto(target) => vec![(*target, "")],
        Kind::Branch { cases, otherwise } => {
            let mut exits: Vec<_> = cases.iter().map(|(_, target)| (*target, "when")).collect();
            exits.push((*otherwise, "else"));
            exits
        }
        Kind::CheckPolicy { found, not_found } => vec![(*found, "found"), (*not_found, "not found")],
        Kind::End(_) => Vec::new(),
        _ => vec![(at + 1, "")],
    }
}

fn shape(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Ask(_) | Kind::Collect(_) | Kind::Review => ("[/", "/]"),
        Kind::Branch { .. } | Kind::CheckPolicy { .. } | Kind::Orient(_) => ("{", "}"),
        Kind::Call(_) => ("[[", "]]"),
        Kind::HandOver { .. } | Kind::End(_) => ("([", "])"),
        Kind::Say(_) | Kind::Set(_) | Kind::Clear(_) | Kind::Goto(_) | Kind::CheckEvent => ("[", "]"),
    }
}

fn label(step: &Step, language: Language) -> String {
    let said = |saying: &Saying| short(saying.source.get(language));
    match &step.kind {
        Kind::Ask(question) => format!("{}: {}", question.fact, said(&question.text)),
        Kind::Say(saying) => said(saying),
        Kind::Set(facts) => {
            format!("set {}", facts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "))
        }
        Kind::Clear(facts) => format!("clear {}", facts.join(", ")),
        Kind::Goto(_) => "goto".into(),
        Kind::Branch { .. } => step.id.clone(),
        Kind::CheckPolicy { .. } => "check policy".into(),
        Kind::CheckEvent => "check event".into(),
        Kind::Collect(collect) => {
            let kinds: Vec<_> = collect.documents.iter().map(|wanted| wanted.kind.as_str()).collect();
            format!("documents: {}", kinds.join(", "))
        }
        Kind::Call(flow) => flow.clone(),
        Kind::Review => "review".into(),
        Kind::Orient(table) => format!("table {table}"),
        Kind::HandOver { reason, .. } => format!("hand over: {reason}"),
        Kind::End(saying) => saying.as_ref().map_or_else(|| "end".into(), said),
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST_TEXT {
        return line;
    }
    line.chars().take(MOST_TEXT).chain(['…']).collect()
}

/// A label as Mermaid takes any text: quoted, with its own quotes and brackets as entities.
fn quoted(text: &str) -> String {
    let mut label = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => label.push_str("#quot;"),
            '#' => label.push_str("#35;"),
            '<' => label.push_str("#lt;"),
            '>' => label.push_str("#gt;"),
            letter => label.push(letter),
        }
    }
    label.push('"');
    label
}
