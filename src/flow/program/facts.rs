//! The facts: their types, names and values, from the questions of all flows and from `facts.yaml`.

use std::collections::BTreeMap;

use super::{
    diagnostics::Diagnostics,
    yaml::{Fields, Node, words},
};
use crate::{
    domain::{
        fact::Value, fact_name::FactName, language::Text, message::Input, number::FiniteNumber,
        orientation_mode::OrientationMode,
    },
    understanding::ChoiceItem,
};

/// The type of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum FactType {
    Text,
    Bool,
    /// One of these values; an empty list allows any.
    Choice(Vec<String>),
    Choices(Vec<String>),
    Number,
    Amount,
    Moment,
    Duration,
    Address,
    Phone,
    Email,
    Files,
}

/// The kind of tests that a type allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Bool,
    Words,
    Number,
    Date,
    Other,
}

impl FactType {
    /// The type of the answers to a question.
    pub(crate) fn of(input: Input, values: Vec<String>) -> Self {
        match input {
            Input::Text | Input::PolicyNumber | Input::Plate => Self::Text,
            Input::YesNo | Input::Consent => Self::Bool,
            Input::Choice => Self::Choice(values),
            Input::Choices => Self::Choices(values),
            Input::Number => Self::Number,
            Input::Amount => Self::Amount,
            Input::Date | Input::DateTime => Self::Moment,
            Input::Duration => Self::Duration,
            Input::Address | Input::Location => Self::Address,
            Input::Phone => Self::Phone,
            Input::Email => Self::Email,
            Input::Photos | Input::Document => Self::Files,
        }
    }

    pub(crate) fn family(&self) -> Family {
        match self {
            Self::Bool => Family::Bool,
            Self::Text | Self::Choice(_) | Self::Choices(_) => Family::Words,
            Self::Number | Self::Amount | Self::Duration | Self::Files => Family::Number,
            Self::Moment => Family::Date,
            Self::Address | Self::Phone | Self::Email => Family::Other,
        }
    }

    /// Checks that the type has all these values.
    pub(crate) fn values(&self, wanted: &[String]) -> Result<Vec<String>, String> {
        match self {
            Self::Choice(known) | Self::Choices(known) if !known.is_empty() => {
                match wanted.iter().find(|value| !known.contains(value)) {
                    Some(value) => Err(format!("`{value}` is none of its values ({})", known.join(", "))),
                    None => Ok(wanted.to_vec()),
                }
            }
            Self::Text | Self::Choice(_) | Self::Choices(_) => Ok(wanted.to_vec()),
            _ => Err("this type of fact has no list of values".to_owned()),
        }
    }

    /// Parses a literal of a `set` step, of a transcript or of a button as a value of this type.
    pub(crate) fn literal(&self, written: &str) -> Result<Value, String> {
        let number =
            || written.parse().ok().and_then(FiniteNumber::new).ok_or_else(|| format!("`{written}` is no number"));
        let wrong = |what| format!("`{written}` is no {what}");
        match self {
            Self::Text => Ok(Value::Text(written.to_owned())),
            Self::Bool => match written {
                "yes" | "true" => Ok(Value::Bool(true)),
                "no" | "false" => Ok(Value::Bool(false)),
                _ => Err(wrong("yes or no")),
            },
            Self::Choice(_) => self.values(&[written.to_owned()]).map(|_| Value::Choice(written.to_owned())),
            Self::Choices(_) => {
                let values: Vec<String> = written.split(',').map(|value| value.trim().to_owned()).collect();
                self.values(&values).map(Value::Choices)
            }
            Self::Number => number().map(Value::Number),
            #[expect(clippy::cast_possible_truncation, reason = "cents of an amount that a person wrote")]
            Self::Amount => number().map(|euros| Value::Amount((euros.get() * 100.0).round() as i64)),
            Self::Duration => written.parse().map(Value::Duration).map_err(|_| wrong("number of minutes")),
            Self::Moment => written
                .parse::<jiff::civil::Date>()
                .map(|date| {
                    Value::Moment(crate::domain::fact::Moment {
                        start: date.at(0, 0, 0, 0),
                        end: None,
                        precision: crate::domain::fact::Precision::Day,
                    })
                })
                .map_err(|_| wrong("date (2026-11-20)")),
            Self::Phone => Ok(Value::Phone(written.to_owned())),
            Self::Email => Ok(Value::Email(written.to_owned())),
            Self::Address | Self::Files => Err("a fact of this type cannot be written down".to_owned()),
        }
    }
}

/// The types of all facts by name.
pub(crate) type FactTypes = BTreeMap<FactName, FactType>;

/// The facts that the register's answer and the collective events fill, after the questions about the policy, the date and
/// the place.
pub(crate) const LOOKED_UP: [(&str, FactType); 14] = [
    ("policy_holder", FactType::Text),
    ("policy_by_number", FactType::Bool),
    ("policy_proven", FactType::Bool),
    ("policy_in_force", FactType::Bool),
    ("peril_covered", FactType::Bool),
    ("insured_place_matches", FactType::Bool),
    ("insured_postcode", FactType::Text),
    ("deductible", FactType::Amount),
    ("cover_limit", FactType::Amount),
    ("declared_in_time", FactType::Bool),
    ("declaration_deadline", FactType::Moment),
    ("event_name", FactType::Text),
    ("event_deadline", FactType::Moment),
    ("event_simplified", FactType::Bool),
];

/// The facts that every library has: the answers of the policy register and of the tables.
pub(crate) fn built_in() -> FactTypes {
    let modes = OrientationMode::ALL.map(|mode| mode.name().to_owned()).to_vec();
    let others = [
        ("peril", FactType::Choice(Vec::new())),
        ("policy_number", FactType::Text),
        ("documents_complete", FactType::Bool),
        ("orientation", FactType::Choice(modes)),
        ("orientation_missing", FactType::Choices(Vec::new())),
    ];
    LOOKED_UP.into_iter().chain(others).map(|(name, kind)| (name.into(), kind)).collect()
}

/// How a fact is shown to people.
#[derive(Clone, Debug, Default)]
pub struct FactLabel {
    pub label: Text,
    /// Whether it is for handlers only and never shown to the person.
    pub private: bool,
    /// Whether it is a decision itself, such as a convention: what its rules read is asked before sending.
    pub decision: bool,
    /// Whether it stands in the summary of a text message.
    pub brief: Option<Brief>,
    /// The names of its values.
    pub values: Vec<(String, Text)>,
}

/// How a fact stands in the short summary of a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brief {
    /// First, and without its name: what happened, when, where.
    Heading,
    Always,
    /// When it has this answer.
    When(bool),
}

/// Reads `facts.yaml`: the names of facts, and the types of those that no question asks for.
pub(crate) fn read(file: &str, root: &Node, problems: &mut Diagnostics) -> (BTreeMap<FactName, FactLabel>, FactTypes) {
    let mut names = BTreeMap::new();
    let mut types = FactTypes::new();
    let mut top = Fields::of(file, root, problems);
    let facts = top.take("facts");
    top.finish(problems);
    let Some(facts) = facts else { return (names, types) };
    for (name, _, node) in Fields::of(file, facts, problems).rest() {
        let mut fields = Fields::of(file, node, problems);
        let input = fields.take("type");
        let private = fields.bool("private", problems);
        let decision = fields.bool("decision", problems);
        let brief = fields.take("brief").and_then(|node| {
            let brief = match node.scalar().as_deref() {
                Some("heading") => Some(Brief::Heading),
                Some("always") => Some(Brief::Always),
                Some("yes") => Some(Brief::When(true)),
                Some("no") => Some(Brief::When(false)),
                _ => None,
            };
            if brief.is_none() {
                problems.error(file, node.place, "`brief` is heading, always, yes or no".to_owned());
            }
            brief
        });
        let (values, _) = read_choices(file, fields.list("choices", problems), problems);
        let label = words(&mut fields, problems);
        fields.finish(problems);
        if let Some(node) = input {
            match node.scalar().as_deref().and_then(input_named) {
                Some(input) => {
                    let values = values.iter().map(|(value, _)| value.clone()).collect();
                    types.insert(name.into(), FactType::of(input, values));
                }
                None => problems.error(file, node.place, unknown_type()),
            }
        }
        names.insert(name.into(), FactLabel { label, private, decision, brief, values });
    }
    (names, types)
}

/// Reads the choices of a question or of a fact: their values and names, and the words that people use for them.
pub(crate) fn read_choices(
    file: &str,
    nodes: &[Node],
    problems: &mut Diagnostics,
) -> (Vec<(String, Text)>, Vec<ChoiceItem>) {
    let mut choices = Vec::new();
    let mut items = Vec::new();
    for node in nodes {
        let mut fields = Fields::of(file, node, problems);
        let value = fields.required("value", problems);
        if !fields.has("label") {
            problems.error(file, node.place, format!("the choice `{value}` has no label"));
        }
        let label = fields.text("label", problems).map(|(label, _)| label).unwrap_or_default();
        let people_say = fields.take("words").map(|words| read_words(file, words, problems)).unwrap_or_default();
        let asked = fields.take("asked").map(|words| read_words(file, words, problems)).unwrap_or_default();
        let yields = fields.bool("yields", problems);
        fields.finish(problems);
        if choices.iter().any(|(known, _)| *known == value) {
            problems.error(file, node.place, format!("the choice `{value}` stands twice"));
        }
        choices.push((value.clone(), label.clone()));
        items.push(ChoiceItem { value, label, words: people_say, asked, yields });
    }
    (choices, items)
}

/// Reads the words that people use for something, in both languages together, since people mix them. In a phrase, `a|b` is either
/// word.
pub(crate) fn read_words(file: &str, node: &Node, problems: &mut Diagnostics) -> Vec<String> {
    let mut fields = Fields::of(file, node, problems);
    let mut words = Vec::new();
    for language in ["fr", "en"] {
        words.extend(
            fields.list(language, problems).iter().filter_map(Node::scalar).flat_map(|phrase| spelled(&phrase)),
        );
    }
    fields.finish(problems);
    words
}

/// A phrase with each of its alternatives.
fn spelled(phrase: &str) -> Vec<String> {
    let mut phrases = vec![String::new()];
    for part in phrase.split_whitespace() {
        let words = part.split('|');
        let with = |begun: &String| {
            words.clone().map(|word| format!("{begun} {word}").trim_start().to_owned()).collect::<Vec<_>>()
        };
        phrases = phrases.iter().flat_map(with).collect();
    }
    phrases
}

/// The kind of answer that a question's `type:` names.
pub(crate) fn input_named(name: &str) -> Option<Input> {
    Some(match name {
        "text" => Input::Text,
        "yes_no" => Input::YesNo,
        "choice" => Input::Choice,
        "choices" => Input::Choices,
        "number" => Input::Number,
        "amount" => Input::Amount,
        "date" => Input::Date,
        "datetime" => Input::DateTime,
        "duration" => Input::Duration,
        "address" => Input::Address,
        "phone" => Input::Phone,
        "email" => Input::Email,
        "policy_number" => Input::PolicyNumber,
        "plate" => Input::Plate,
        "photos" => Input::Photos,
        "document" => Input::Document,
        "location" => Input::Location,
        "consent" => Input::Consent,
        _ => return None,
    })
}

pub(crate) fn unknown_type() -> String {
    "the types are text, yes_no, choice, choices, number, amount, date, datetime, duration, address, phone, email, \
     policy_number, plate, photos, document, location and consent"
        .to_owned()
}
