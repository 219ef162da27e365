use super::{Diagnostics, Node, read_documents};
use crate::{
    domain::language::Language,
    flow::{StepKind, testing::shipped},
};

/// The longest name above a slot, in characters: two stand beside each other on a phone.
const SHORT: usize = 30;
/// The most bytes of the drawings of one claim.
const DRAWN: usize = 8 * 1024;

fn problems_of(source: &str) -> Vec<String> {
    let mut problems = Diagnostics::default();
    read_documents("documents.yaml", &Node::parse("documents.yaml", source).unwrap(), &mut problems);
    problems.into_sorted().iter().map(ToString::to_string).collect()
}

#[test]
fn each_document_that_is_asked_for_has_a_drawn_slot() {
    let library = shipped();
    for flow in library.flows() {
        let mut drawn = 0;
        for step in &flow.steps {
            let StepKind::Collect(collect) = &step.kind else { continue };
            for wanted in &collect.documents {
                let document = library.document(&wanted.kind).unwrap();
                let drawing = document.drawing.as_ref().unwrap_or_else(|| panic!("{} is not drawn", wanted.kind));
                drawn += drawing.lines.len() + drawing.accent.len();
                for language in Language::ALL {
                    let name = document.short.as_ref().unwrap_or(&document.name).get(language);
                    assert!(name.chars().count() <= SHORT, "{name} is too long above a slot");
                }
            }
        }
        assert!(drawn <= DRAWN, "{}: the drawings weigh {drawn} bytes", flow.name);
    }
}

#[test]
fn mistakes_are_named() {
    let of = |drawings: &str, drawing: &str| {
        problems_of(&format!(
            "drawings:\n{drawings}documents:\n  a:\n    name: {{ fr: A, en: A }}\n    drawing: {drawing}\n"
        ))
    };
    assert_eq!(of("  room: { lines: \"M1 2h3\" }\n", "room"), Vec::<String>::new());
    for (drawings, drawing, expected) in [
        ("  room: { lines: \"M1 2h3\" }\n", "hall", "`drawing` is one of those in `drawings`"),
        ("  room: { lines: \"url(#a)\" }\n", "room", "a drawing is the data of SVG paths"),
        ("  room: { accent: \"M1 2h3\" }\n", "room", "a drawing is the data of SVG paths"),
        (&*format!("  room: {{ lines: \"{}\" }}\n", "M1 2".repeat(200)), "room", "a drawing is the data of SVG paths"),
    ] {
        let found = of(drawings, drawing);
        assert!(found.iter().any(|problem| problem.contains(expected)), "{drawings}: {found:?}");
    }
}
