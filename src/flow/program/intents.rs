//! `intents.yaml`: what people want, the sentences from which that is learnt, and what each intent does.

use regex::Regex;

use super::{
    diagnostics::{Diagnostics, SourcePosition},
    facts::FactTypes,
    template::Saying,
    template::Texts,
    yaml::{Data, Fields, Node, phrases, text},
};
use crate::{
    domain::{
        fact::Value,
        fact_name::FactName,
        language::{Language, Text},
    },
    understanding::{IntentScore, IntentSource, Intents, Lexicon, Rule},
};

/// The file of the intents.
pub(crate) const FILE: &str = "intents.yaml";
/// Fewer examples teach little.
const FEW: usize = 10;

/// What an intent does, beside the facts that it sets.
#[derive(Debug)]
pub enum IntentAction {
    /// What the flow asked for, or nothing that Guichet does: the flow goes on.
    Flow,
    /// A question: answered from `faq.yaml`, or recorded for a person.
    Question,
    /// A request of this kind of `requests.yaml`.
    Request(String),
    /// A sentence, and back to the flow.
    Says(Saying),
}

/// An intent, as the engine serves it.
#[derive(Debug)]
pub struct Intent {
    pub name: String,
    /// For buttons and for the console.
    pub label: Text,
    /// The facts that it answers.
    pub sets: Vec<(FactName, Value)>,
    pub action: IntentAction,
    /// The words of the choices decide before it does.
    pub(crate) words_first: bool,
    place: SourcePosition,
}

/// A language in which people write.
#[derive(Debug)]
pub(crate) struct Foreign {
    pattern: Regex,
    /// What is said in it, where Guichet does not speak it.
    pub(crate) says: String,
    /// The language of ours that it is.
    pub(crate) speaks: Option<Language>,
}

/// All intents of a library.
#[derive(Debug, Default)]
pub struct IntentBook {
    intents: Vec<Intent>,
    lexicon: Lexicon,
    languages: Vec<Foreign>,
    classifier: Intents,
}

impl IntentBook {
    /// Reads the file.
    pub(crate) fn read(root: &Node, types: &FactTypes, texts: &mut Texts, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(FILE, root, problems);
        let lexicon = read_lexicon(&mut fields, problems);
        let (mut intents, mut sources) = (Vec::new(), Vec::new());
        if let Some(node) = fields.take("intents") {
            for (name, place, node) in Fields::of(FILE, node, problems).rest() {
                let mut fields = Fields::of(FILE, node, problems);
                let label = fields.text("label", problems).map(|(label, _)| label);
                if label.is_none() {
                    problems.error(FILE, place, format!("`{name}` has no `label`"));
                }
                let source = IntentSource {
                    name: name.to_owned(),
                    examples: examples(&mut fields, problems),
                    rules: rules(FILE, &mut fields, "rules", problems),
                    unless: rules(FILE, &mut fields, "unless", problems),
                };
                if source.examples.len() < FEW {
                    let message = format!("`{name}` has fewer than {FEW} examples: it will be missed");
                    problems.warn(FILE, place, message);
                }
                let sets = read_sets(&mut fields, types, problems);
                let action = read_action(&mut fields, texts, problems);
                let words_first = fields.bool("words_first", problems);
                fields.finish(problems);
                intents.push(Intent {
                    name: name.to_owned(),
                    label: label.unwrap_or_default(),
                    sets,
                    action,
                    words_first,
                    place,
                });
                sources.push(source);
            }
        }
        let languages = read_languages(&mut fields, problems);
        fields.finish(problems);
        Self { intents, classifier: Intents::new(sources, &lexicon), lexicon, languages }
    }

    /// Reports requests that no file describes.
    pub(crate) fn check(&self, is_request: impl Fn(&str) -> bool, problems: &mut Diagnostics) {
        for intent in &self.intents {
            if let IntentAction::Request(kind) = &intent.action
                && !is_request(kind)
            {
                problems.error(FILE, intent.place, format!("requests.yaml has no request `{kind}`"));
            }
        }
    }

    /// The language in which a text is written, where it is known.
    pub(crate) fn language_of(&self, text: &str) -> Option<&Foreign> {
        let spelled = self.classifier.spell(text);
        self.languages.iter().find(|language| language.pattern.is_match(&spelled))
    }

    /// How people spell.
    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// What a message is about, the most probable first.
    pub fn classify(&self, text: &str) -> Vec<IntentScore<'_>> {
        self.classifier.classify(text)
    }

    pub fn get(&self, name: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.name == name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Intent> {
        self.intents.iter()
    }

    /// The classifier itself, to train it or to measure it.
    pub fn classifier(&self) -> &Intents {
        &self.classifier
    }
}

fn read_lexicon(fields: &mut Fields, problems: &mut Diagnostics) -> Lexicon {
    let mut lexicon = Lexicon::default();
    if let Some(node) = fields.take("spellings") {
        for (short, place, node) in Fields::of(FILE, node, problems).rest() {
            match node.scalar() {
                Some(long) => lexicon.spellings.push((short.to_owned(), long)),
                None => problems.error(FILE, place, "a spelling stands for words".to_owned()),
            }
        }
    }
    if let Some(node) = fields.take("concepts") {
        for (concept, _, node) in Fields::of(FILE, node, problems).rest() {
            lexicon.concepts.push((concept.to_owned(), scalars(FILE, node, "words", problems)));
        }
    }
    lexicon
}

fn read_languages(fields: &mut Fields, problems: &mut Diagnostics) -> Vec<Foreign> {
    let mut languages = Vec::new();
    for node in fields.list("languages", problems) {
        let mut fields = Fields::of(FILE, node, problems);
        let pattern = fields.required("pattern", problems);
        let says = fields.string("says", problems).unwrap_or_default();
        let speaks = fields.string("speaks", problems).map(|tag| Language::from_tag(&tag));
        fields.finish(problems);
        match Regex::new(&pattern) {
            Ok(pattern) => languages.push(Foreign { pattern, says, speaks }),
            Err(error) => problems.error(FILE, node.place, format!("this is no regular expression: {error}")),
        }
    }
    languages
}

/// One example a line, by language.
fn examples(fields: &mut Fields, problems: &mut Diagnostics) -> Vec<String> {
    let Some(node) = fields.take("examples") else { return Vec::new() };
    let mut fields = Fields::of(FILE, node, problems);
    let text = phrases(&mut fields, problems);
    fields.finish(problems);
    lines(&text.fr).chain(lines(&text.en)).collect()
}

pub(crate) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

pub(crate) fn rules(file: &str, fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Vec<Rule> {
    let mut compiled = Vec::new();
    for node in fields.list(key, problems) {
        let Some(pattern) = node.scalar() else {
            problems.error(file, node.place, format!("a pattern is a text, found {}", node.kind()));
            continue;
        };
        match Rule::new(&pattern) {
            Ok(rule) => compiled.push(rule),
            Err(error) => problems.error(file, node.place, format!("this is no regular expression: {error}")),
        }
    }
    compiled
}

pub(crate) fn scalars(file: &str, node: &Node, what: &str, problems: &mut Diagnostics) -> Vec<String> {
    let Data::List(list) = &node.data else {
        problems.error(file, node.place, format!("expected a list of {what}, found {}", node.kind()));
        return Vec::new();
    };
    list.iter().filter_map(Node::scalar).collect()
}

fn read_sets(fields: &mut Fields, types: &FactTypes, problems: &mut Diagnostics) -> Vec<(FactName, Value)> {
    let Some(node) = fields.take("sets") else { return Vec::new() };
    let mut sets = Vec::new();
    for (fact, place, node) in Fields::of(FILE, node, problems).rest() {
        let written = node.scalar().unwrap_or_default();
        match types.get(fact).map(|kind| kind.literal(&written)) {
            Some(Ok(value)) => sets.push((fact.into(), value)),
            Some(Err(error)) => problems.error(FILE, place, format!("`{fact}`: {error}")),
            None => problems.error(FILE, place, format!("no question fills the fact `{fact}`")),
        }
    }
    sets
}

fn read_action(fields: &mut Fields, texts: &mut Texts, problems: &mut Diagnostics) -> IntentAction {
    let request = fields.string("request", problems);
    let question = fields.bool("question", problems);
    let says = fields.take("says").map(|node| {
        let source = text(FILE, node, problems);
        let text = texts.compile(FILE, node.place, source.clone(), &[], problems);
        Saying { text, source, urgent: false, place: node.place }
    });
    match (request, question, says) {
        (Some(kind), false, None) => IntentAction::Request(kind),
        (None, true, None) => IntentAction::Question,
        (None, false, Some(saying)) => IntentAction::Says(saying),
        (None, false, None) => IntentAction::Flow,
        _ => {
            problems.error(
                FILE,
                fields.place,
                "an intent is a `question`, a `request` or it `says`, not two".to_owned(),
            );
            IntentAction::Flow
        }
    }
}

#[cfg(test)]
mod tests;
