//! Texts for people, compiled once: plain text, or MiniJinja where they have placeholders.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::diagnostics::{Diagnostics, SourcePosition};
use crate::domain::language::{Language, Text};

/// A text to say.
#[derive(Debug)]
pub struct Saying {
    pub(crate) text: Template,
    /// The text as it is written, for the graph and the length check.
    pub source: Text,
    pub urgent: bool,
    pub(crate) place: SourcePosition,
}

/// A compiled text, rendered by [`Texts::render`].
#[derive(Clone, Debug)]
pub(crate) struct Template([Part; 2]);

#[derive(Clone, Debug)]
enum Part {
    Plain(Box<str>),
    /// The template's key in the environment, and the names that it uses.
    Rendered {
        key: Box<str>,
        names: Box<[Box<str>]>,
    },
}

impl Template {
    /// Whether the text has no placeholder.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Plain(_)))
    }
}

/// All compiled texts of a library.
#[derive(Debug)]
pub(crate) struct Texts {
    environment: Environment<'static>,
    /// The names used by templates, with their place, to be checked when every file was read.
    pub(crate) used: Vec<Used>,
    count: usize,
}

/// A name that a text uses.
#[derive(Debug)]
pub(crate) struct Used {
    pub(crate) file: String,
    pub(crate) place: SourcePosition,
    pub(crate) name: String,
}

impl Texts {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        Self { environment, used: Vec::new(), count: 0 }
    }

    /// Compiles a text; its names other than `extra` are remembered for the check.
    pub(crate) fn compile(
        &mut self,
        file: &str,
        place: SourcePosition,
        text: Text,
        extra: &[&str],
        problems: &mut Diagnostics,
    ) -> Template {
        let mut names = BTreeSet::new();
        let mut part = |source: String| {
            if !source.contains("{{") && !source.contains("{%") {
                return Part::Plain(source.into());
            }
            self.count += 1;
            let key = format!("{file}:{}:{}", place.line, self.count);
            if let Err(error) = self.environment.add_template_owned(key.clone(), source) {
                problems.error(file, place, format!("the text is no valid template: {error}"));
                return Part::Plain(Box::default());
            }
            let Ok(template) = self.environment.get_template(&key) else { return Part::Plain(Box::default()) };
            names.extend(template.undeclared_variables(true));
            let roots = template.undeclared_variables(false).into_iter().map(String::into_boxed_str).collect();
            Part::Rendered { key: key.into(), names: roots }
        };
        let compiled = Template([part(text.fr), part(text.en)]);
        let used = names.into_iter().filter(|name| !extra.contains(&name.as_str()));
        self.used.extend(used.map(|name| Used { file: file.to_owned(), place, name }));
        compiled
    }

    /// Renders a text in a language; `lookup` gives the values of its names.
    pub(crate) fn render(
        &self,
        template: &Template,
        language: Language,
        lookup: impl Fn(&str) -> Value,
    ) -> Result<String, minijinja::Error> {
        match &template.0[language as usize] {
            Part::Plain(text) => Ok(text.to_string()),
            Part::Rendered { key, names } => {
                let values: BTreeMap<String, Value> =
                    names.iter().map(|name| (name.to_string(), lookup(name))).collect();
                self.environment.get_template(key)?.render(Value::from(values))
            }
        }
    }
}
