//! A library with one small flow, for tests of what its steps mean.

use super::{
    diagnostics::{Diagnostic, Strictness},
    library::Library,
};

const MESSAGES: &str = include_str!("../../../flows/messages.yaml");
const HANDOVERS: &str = include_str!("../../../flows/handovers.yaml");
const VOCABULARY: &str = include_str!("../../../flows/vocabulary.yaml");

/// The file of the flow.
pub(super) const FLOW: &str = "claims/opening.yaml";

/// Compiles a flow `opening` of these steps, which begin on its fourth line. Returns the library and the problems of
/// all files.
pub(super) fn compile(steps: &str) -> (Option<Library>, Vec<Diagnostic>) {
    let sources = [
        (FLOW, format!("flow: opening\ntitle: {{ fr: a, en: b }}\nsteps:\n{steps}")),
        ("messages.yaml", MESSAGES.to_owned()),
        ("vocabulary.yaml", VOCABULARY.to_owned()),
        ("handovers.yaml", HANDOVERS.to_owned()),
        ("facts.yaml", "facts:\n  leak: { fr: Fuite, en: Leak }\n".to_owned()),
        ("insurers/demo.yaml", "insurer: demo\nname: Demo\nthresholds: { limit: 5 }\n".to_owned()),
    ];
    let sources = sources.map(|(path, source)| (path.to_owned(), source)).into();
    let (library, problems) = Library::compile(sources, Strictness::Files);
    (library.ok(), problems)
}
