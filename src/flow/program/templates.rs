//! `templates/`: what handlers write often, with the case's facts filled in; also what a person is told when their case is closed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostics::{Diagnostics, SourcePosition},
    insurer::Insurer,
    template::{Saying, Texts},
    yaml::{Fields, Node},
};
use crate::domain::language::Text;

/// What a template may name beside facts, `insurer.` and `dossier.`: the person's name, and that of the handler who writes.
const NAMES: [&str; 2] = ["name", "handler"];

/// A text that handlers take, change and send.
#[derive(Debug)]
pub struct ReplyTemplate {
    /// What is typed for it, and the file's name.
    pub code: String,
    pub title: Text,
    pub purpose: TemplatePurpose,
    /// Those for whom it is; without, each.
    insurers: Vec<String>,
    /// The perils that it is for; without, each.
    perils: Vec<String>,
    pub(crate) text: Saying,
    file: String,
}

/// A template that is ready to be changed and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTemplate {
    pub code: String,
    pub title: String,
    pub purpose: TemplatePurpose,
    pub text: String,
}

/// Where a template is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePurpose {
    Reply,
    /// A case is closed.
    Close,
    /// A case is closed by a refusal.
    Refuse,
}

impl TemplatePurpose {
    /// The name in the files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Close => "close",
            Self::Refuse => "refuse",
        }
    }
}

/// All templates, by their codes.
#[derive(Debug, Default)]
pub(crate) struct ReplyTemplates(BTreeMap<String, ReplyTemplate>);

impl ReplyTemplates {
    /// Reads a file: one template.
    pub(crate) fn read(&mut self, file: &str, root: &Node, texts: &mut Texts, problems: &mut Diagnostics) {
        let mut fields = Fields::of(file, root, problems);
        let code = fields.required("template", problems);
        let title = fields.text("title", problems).map(|(title, _)| title).unwrap_or_default();
        let purpose = match fields.string("use", problems).as_deref() {
            None | Some("reply") => TemplatePurpose::Reply,
            Some("close") => TemplatePurpose::Close,
            Some("refuse") => TemplatePurpose::Refuse,
            Some(_) => {
                problems.error(file, root.place, "`use` is reply, close or refuse".to_owned());
                TemplatePurpose::Reply
            }
        };
        let mut words = |key: &str, problems: &mut Diagnostics| -> Vec<String> {
            fields.list(key, problems).iter().filter_map(Node::scalar).collect()
        };
        let (insurers, perils) = (words("insurers", problems), words("perils", problems));
        let text = fields.text("text", problems);
        fields.finish(problems);
        let Some((source, place)) = text else {
            problems.error(file, root.place, "a template needs a `text` (fr and en)".to_owned());
            return;
        };
        let stem = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml");
        if code != stem {
            problems.error(file, root.place, format!("the template `{code}` must stand in templates/{code}.yaml"));
        }
        let text =
            Saying { text: texts.compile(file, place, source.clone(), &NAMES, problems), source, urgent: false, place };
        let template =
            ReplyTemplate { code: code.clone(), title, purpose, insurers, perils, text, file: file.to_owned() };
        self.0.insert(code, template);
    }

    /// Whether the insurers and perils are there that the files name.
    pub(crate) fn check(
        &self,
        insurers: &BTreeMap<String, Insurer>,
        perils: &BTreeSet<&str>,
        problems: &mut Diagnostics,
    ) {
        for template in self.0.values() {
            let place: SourcePosition = template.text.place;
            for insurer in template.insurers.iter().filter(|insurer| !insurers.contains_key(*insurer)) {
                problems.error(&template.file, place, format!("the insurer `{insurer}` has no file"));
            }
            for peril in template.perils.iter().filter(|peril| !perils.contains(peril.as_str())) {
                problems.error(&template.file, place, format!("no flow has the peril `{peril}`"));
            }
        }
    }

    /// Those that fit a case.
    pub(crate) fn of<'a>(
        &'a self,
        insurer: &'a str,
        peril: Option<&'a str>,
    ) -> impl Iterator<Item = &'a ReplyTemplate> {
        let fits = move |template: &&ReplyTemplate| {
            (template.insurers.is_empty() || template.insurers.iter().any(|own| own == insurer))
                && (template.perils.is_empty() || template.perils.iter().any(|own| Some(own.as_str()) == peril))
        };
        self.0.values().filter(fits)
    }
}

#[cfg(test)]
mod tests;
