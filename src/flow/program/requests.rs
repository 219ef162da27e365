//! `requests.yaml`: what people ask for besides declaring a claim, the desk of `desks.yaml` that answers it, and by when.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostics::{Diagnostics, SourcePosition},
    faq::both,
    intents::rules,
    steps::{Flow, StepKind},
    template::Saying,
    template::Texts,
    yaml::{Fields, Node, text},
};
use crate::{
    domain::{
        desk::Desk,
        language::{Language, Text},
        priority::Priority,
    },
    understanding::{Faq, Rule, is_mistyped},
};

pub(crate) const FILE: &str = "requests.yaml";
/// The kind of request under which an unanswered question is recorded.
pub(crate) const QUESTION: &str = "question";

/// In which times are told: "sous 2 jours".
const WITHIN: &str = "sous";
const UNITS: [&str; 5] = ["minute", "heure", "jour", "semaine", "mois"];

/// What the texts of a request may name beside the facts: the words of the request, its receipt, the day on which
/// it takes effect, and the time that was asked for.
const NAMES: [&str; 4] = ["said", "received", "effective", "when"];

/// A kind of request.
#[derive(Debug)]
pub struct Request {
    pub(crate) place: SourcePosition,
    pub kind: String,
    pub label: Text,
    pub desk: Desk,
    /// The working days ("jours ouvrables") within which its receipt must be acknowledged.
    pub acknowledge_days: Option<u32>,
    /// The time within which it must be answered, in calendar months and working days together.
    pub answer_months: u32,
    pub answer_days: u32,
    /// After how many months from its receipt it takes effect by law, whatever the answer.
    pub(crate) effect_months: u32,
    /// What says that the same was written before, on a day that is told: the times are counted from that day.
    pub(crate) written_before: Vec<Rule>,
    /// Whether it is promised by the flows rather than asked for: a handler's message to the person keeps it.
    pub promised: bool,
    /// Whether it is asked for a time that the person tells: it is to be done then.
    pub(crate) at_time: bool,
    /// Whether a person is called as well, and how urgently. The policyholder may go on with the flow meanwhile.
    pub(crate) hand_over: Option<Priority>,
    words: Vec<Rule>,
    /// Stems of words that such a request contains whatever it is about.
    general: BTreeSet<String>,
    pub(crate) text: Saying,
    /// The text in place of `text` on a durable medium, where it acknowledges the request's receipt.
    pub(crate) acknowledgement: Option<Saying>,
}

/// All kinds of requests.
#[derive(Debug, Default)]
pub struct RequestBook {
    requests: BTreeMap<String, Request>,
    /// The desks of a revision that named them here: they stand in `desks.yaml` today.
    earlier_desks: BTreeMap<Desk, Text>,
    /// Stems of words that any request may contain.
    general: BTreeSet<String>,
}

impl RequestBook {
    pub(crate) fn read(root: &Node, search: &Faq, texts: &mut Texts, problems: &mut Diagnostics) -> Self {
        let mut book = Self::default();
        let mut fields = Fields::of(FILE, root, problems);
        book.general = general(&mut fields, search, problems);
        if let Some(node) = fields.take("desks") {
            problems.outdated(FILE, node.place, "the desks stand in desks.yaml".to_owned());
            for (desk, _, node) in Fields::of(FILE, node, problems).rest() {
                book.earlier_desks.insert(desk.into(), text(FILE, node, problems));
            }
        }
        if let Some(node) = fields.take("requests") {
            for (kind, place, node) in Fields::of(FILE, node, problems).rest() {
                let mut fields = Fields::of(FILE, node, problems);
                let label = fields.text("label", problems).map(|(label, _)| label).unwrap_or_default();
                let desk = Desk::from(fields.required("desk", problems));
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days that a person wrote")]
                let mut count = |key: &str| fields.number(key, problems).map(|number| number.max(0.0) as u32);
                let acknowledge_days = count("acknowledge_days");
                let (answer_months, answer_days) = (count("answer_months"), count("answer_days"));
                let effect_months = count("effect_months").unwrap_or_default();
                if answer_months.is_none() && answer_days.is_none() {
                    problems.error(FILE, place, format!("`{kind}` needs `answer_months` or `answer_days`"));
                }
                let hand_over = fields.take("hand_over").and_then(|node| {
                    let priority = node.scalar().and_then(|name| name.parse::<Priority>().ok());
                    if priority.is_none() {
                        problems.error(FILE, node.place, "`hand_over` is normal, high or urgent".to_owned());
                    }
                    priority
                });
                let promised = fields.bool("promised", problems);
                let at_time = fields.bool("at_time", problems);
                let words = rules(FILE, &mut fields, "words", problems);
                let written_before = rules(FILE, &mut fields, "written_before", problems);
                let Some((source, place)) = fields.text("text", problems) else {
                    problems.error(FILE, place, format!("`{kind}` needs a `text`"));
                    continue;
                };
                let mut saying = |source: Text, place, problems: &mut Diagnostics| {
                    let text = texts.compile(FILE, place, source.clone(), &NAMES, problems);
                    Saying { text, source, urgent: false, place }
                };
                let text = saying(source, place, problems);
                let acknowledgement = fields.text("acknowledgement", problems);
                let acknowledgement = acknowledgement.map(|(source, place)| saying(source, place, problems));
                if acknowledgement.is_some() && acknowledge_days.is_none() {
                    let message = format!("`{kind}` has an `acknowledgement`, but no `acknowledge_days`");
                    problems.error(FILE, place, message);
                }
                let general = general(&mut fields, search, problems);
                fields.finish(problems);
                let request = Request {
                    place,
                    kind: kind.to_owned(),
                    label,
                    desk,
                    acknowledge_days,
                    answer_months: answer_months.unwrap_or_default(),
                    answer_days: answer_days.unwrap_or_default(),
                    effect_months,
                    written_before,
                    promised,
                    at_time,
                    hand_over,
                    words,
                    general,
                    text,
                    acknowledgement,
                };
                book.requests.insert(kind.to_owned(), request);
            }
        }
        fields.finish(problems);
        book
    }

    pub fn get(&self, kind: &str) -> Option<&Request> {
        self.requests.get(kind)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Request> {
        self.requests.values()
    }

    /// Reports promises of the flows that no request declares, and times that a hand-over or an end tells and nothing keeps.
    pub(crate) fn check_promises<'a>(&self, flows: impl Iterator<Item = &'a Flow>, problems: &mut Diagnostics) {
        for flow in flows {
            for step in &flow.steps {
                if let Some(kind) = &step.promise
                    && self.get(kind).is_none_or(|request| !request.promised)
                {
                    problems.error(&flow.file, step.place, format!("{FILE} has no `promised` request `{kind}`"));
                }
                let (StepKind::HandOver { text: Some(saying), .. } | StepKind::End(Some(saying))) = &step.kind else {
                    continue;
                };
                if tells_a_time(saying.source.get(Language::Fr)) {
                    let message = format!(
                        "the text tells a time that nothing keeps: `promise` a request of {FILE}, whose text tells it"
                    );
                    problems.outdated(&flow.file, saying.place, message);
                }
            }
        }
    }

    /// The request whose words stand in a spelled-out text, which is not asked for a time.
    pub(crate) fn named(&self, spelled: &str) -> Option<&Request> {
        self.with_words(spelled, false)
    }

    /// The request whose words stand in a spelled-out text, and which is asked for a time.
    pub(crate) fn at_time(&self, spelled: &str) -> Option<&Request> {
        self.with_words(spelled, true)
    }

    fn with_words(&self, spelled: &str, at_time: bool) -> Option<&Request> {
        let named = |request: &&Request| request.words.iter().any(|word| word.is_match(spelled));
        self.requests.values().filter(|request| request.at_time == at_time).find(named)
    }

    pub(crate) fn earlier_desks(&self) -> BTreeMap<Desk, Text> {
        self.earlier_desks.clone()
    }

    /// Stems of the words of a request that tell what it is about.
    pub(crate) fn words_about(&self, request: &Request, text: &str, search: &Faq) -> BTreeSet<String> {
        let mut words = search.telling_words(text);
        words.retain(|word| ![&self.general, &request.general].iter().any(|general| has_word(general, word)));
        words
    }
}

/// Whether a French text tells within what time something happens.
fn tells_a_time(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(3).any(|words| words[0] == WITHIN && UNITS.iter().any(|unit| words[2].starts_with(unit)))
}

/// Whether the words contain this one, perhaps mistyped.
fn has_word(words: &BTreeSet<String>, word: &str) -> bool {
    words.contains(word) || words.iter().any(|known| is_mistyped(word, known))
}

/// The stems of the words in `general`.
fn general(fields: &mut Fields, search: &Faq, problems: &mut Diagnostics) -> BTreeSet<String> {
    let words = both(FILE, fields, "general", problems);
    words.iter().flat_map(|word| search.telling_words(word)).collect()
}
