//! The templates of `templates/` for one case, in the person's language, with what is known filled in.

use jiff::Timestamp;

use super::{interpreter::Interpreter, state::State};
use crate::{
    domain::fact::Value,
    flow::program::{library::Library, templates::WrittenTemplate},
};

/// The facts of which the first that is known names the person.
const NAMES: [&str; 3] = ["claimant_name", "policy_holder", "last_name"];

/// The templates that fit a case, as its handler would send them. Pure, as [`super::step::step`].
pub fn templates(
    library: &Library,
    insurer: &str,
    state: State,
    now: Timestamp,
    handler: &str,
) -> Vec<WrittenTemplate> {
    let interpreter = Interpreter::new(library, insurer, state, now);
    let text_of = |fact: &str| match interpreter.state.fact(fact) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let name = NAMES.into_iter().find_map(text_of).unwrap_or_default();
    let own = [("name", name.into()), ("handler", handler.into())];
    let fitting = library.reply_templates(insurer, interpreter.state.peril());
    let written = fitting.map(|template| WrittenTemplate {
        code: template.code.clone(),
        title: template.title.get(interpreter.state.language()).to_owned(),
        purpose: template.purpose,
        text: interpreter.render_with(&template.text, &own).trim().to_owned(),
    });
    written.collect()
}
