//! Renders a message as an e-mail: a subject, a plain text, and the same as HTML.
//!
//! The HTML loads nothing when it is read and says nothing more than the text. The texts for people are in
//! `templates/`.

use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::{
    channel::Outbound,
    domain::{language::Language, link::LinkPurpose},
};

const SUBJECT: &str = "subject.txt";
const TEXT: &str = "message.txt";
const HTML: &str = "message.html";

/// The templates, compiled once.
#[derive(Debug)]
pub(super) struct Renderer {
    templates: Environment<'static>,
}

/// A rendered e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Renderer {
    pub(super) fn new() -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_template(SUBJECT, include_str!("templates/subject.txt"))?;
        templates.add_template(TEXT, include_str!("templates/message.txt"))?;
        // Values are escaped in it because its name ends with `.html`.
        templates.add_template(HTML, include_str!("templates/message.html"))?;
        Ok(Self { templates })
    }

    /// Renders `outbound`; `name` is the account's name for people.
    pub(super) fn render(&self, outbound: &Outbound, name: &str) -> Result<Rendered, minijinja::Error> {
        let body = &outbound.body;
        let french = outbound.language == Language::Fr;
        let head = context! { fr => french, reference => outbound.reference.as_str() };
        let subject = self.say(SUBJECT, &head)?.trim().to_owned();
        let summary: Vec<Value> = body
            .summary
            .iter()
            .map(|line| context! { label => line.label.as_str(), value => line.value.as_str() })
            .collect();
        let choices: Vec<Value> = body.quick_replies.iter().map(|reply| Value::from(reply.label.as_str())).collect();
        let paragraphs: Vec<Value> = body
            .text
            .split("\n\n")
            .filter(|paragraph| !paragraph.trim().is_empty())
            .map(|paragraph| Value::from(paragraph.trim().lines().map(Value::from).collect::<Vec<_>>()))
            .collect();
        let values = context! {
            fr => french,
            reference => outbound.reference.as_str(),
            subject => subject.as_str(),
            name => name,
            text => body.text.trim(),
            paragraphs => paragraphs,
            summary => summary,
            choices => choices,
            urgent => body.urgent,
            link => outbound.link.as_deref(),
            for_files => body.leads_to() != Some(LinkPurpose::Status),
            lead_in => outbound.lead_in.as_str(),
            // French puts a space before a colon.
            colon => if french { "\u{a0}:" } else { ":" },
        };
        Ok(Rendered { subject, text: self.say(TEXT, &values)?, html: self.say(HTML, &values)? })
    }

    fn say(&self, template: &str, values: &Value) -> Result<String, minijinja::Error> {
        self.templates.get_template(template)?.render(values.clone())
    }
}
