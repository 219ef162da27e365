//! Draws a flow as a Mermaid flowchart.

use std::fmt::Write as _;

use super::steps::{Flow, Step, StepKind};
use super::template::Saying;
use crate::domain::{fact_name::FactName, language::Language};

/// The longest text of a node, in characters; longer ones are cut.
const MAX_TEXT: usize = 60;

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
        for (target, label) in flow.exits(at) {
            let arrow = if label.is_empty() { "-->".to_owned() } else { format!("-- {} -->", quoted(label)) };
            let _ = writeln!(graph, "  s{at} {arrow} s{target}");
        }
        if step.is_conditional() && !matches!(step.kind, StepKind::Ask(_) | StepKind::Say(_) | StepKind::Set(_)) {
            let _ = writeln!(graph, "  s{at} -.-> s{}", at + 1);
        }
    }
    graph
}

fn shape(kind: &StepKind) -> (&'static str, &'static str) {
    match kind {
        StepKind::Ask(_) | StepKind::Collect(_) | StepKind::Review => ("[/", "/]"),
        StepKind::Branch { .. } | StepKind::CheckPolicy { .. } | StepKind::Orient(_) => ("{", "}"),
        StepKind::Call(_) => ("[[", "]]"),
        StepKind::HandOver { .. } | StepKind::End(_) => ("([", "])"),
        StepKind::Say(_) | StepKind::Set(_) | StepKind::Clear(_) | StepKind::Goto(_) | StepKind::CheckEvent => {
            ("[", "]")
        }
    }
}

fn label(step: &Step, language: Language) -> String {
    let said = |saying: &Saying| short(saying.source.get(language));
    match &step.kind {
        StepKind::Ask(question) => format!("{}: {}", question.fact, said(&question.text)),
        StepKind::Say(saying) => said(saying),
        StepKind::Set(facts) => {
            format!("set {}", facts.iter().map(|set| set.fact.as_str()).collect::<Vec<_>>().join(", "))
        }
        StepKind::Clear(facts) => {
            format!("clear {}", facts.iter().map(FactName::as_str).collect::<Vec<_>>().join(", "))
        }
        StepKind::Goto(_) => "goto".into(),
        StepKind::Branch { .. } => step.id.clone(),
        StepKind::CheckPolicy { .. } => "check policy".into(),
        StepKind::CheckEvent => "check event".into(),
        StepKind::Collect(collect) => {
            let kinds: Vec<_> = collect.documents.iter().map(|wanted| wanted.kind.as_str()).collect();
            format!("documents: {}", kinds.join(", "))
        }
        StepKind::Call(flow) => flow.clone(),
        StepKind::Review => "review".into(),
        StepKind::Orient(table) => format!("table {table}"),
        StepKind::HandOver { reason, .. } => format!("hand over: {reason}"),
        StepKind::End(saying) => saying.as_ref().map_or_else(|| "end".into(), said),
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_TEXT {
        return line;
    }
    line.chars().take(MAX_TEXT).chain(['…']).collect()
}

/// A label that Mermaid accepts, whatever the text: quoted, with quotes and brackets as entities.
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
