//! Compiled flows: steps with compiled texts, conditions and jumps.

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;
use regex::Regex;

use super::{
    condition::{Condition, DateBound, Slot, Slots},
    diagnostics::{Diagnostics, SourcePosition},
    facts::{FactType, FactTypes, input_named, read_choices, read_words, unknown_type},
    purpose::Purpose,
    reminders::{self, Reminders},
    template::{Saying, Texts},
    yaml::{Data, Fields, Node},
};
use crate::{
    domain::{
        fact::Value,
        fact_name::FactName,
        language::{Language, Text},
        message::Input,
        priority::Priority,
        sms,
    },
    understanding::{ChoiceSet, SmallWords},
};

/// The most text messages that a question takes with the list of its answers.
pub(crate) const MAX_MESSAGES: usize = 2;
/// How deep calls of flows may be nested.
pub(crate) const MAX_DEPTH: usize = 8;
/// How many answers stand as examples where there are too many for a list.
const EXAMPLES: usize = 3;

/// A claim flow.
#[derive(Debug)]
pub struct Flow {
    pub name: String,
    pub title: Text,
    pub peril: Option<String>,
    pub sections: Vec<(String, Text)>,
    pub reminders: Option<Reminders>,
    pub steps: Vec<Step>,
    /// The positions of the steps that show the summary, or call a flow that does.
    pub(crate) summaries: Vec<usize>,
    pub(crate) file: String,
}

/// One step of a flow.
#[derive(Debug)]
pub struct Step {
    /// The name by which `goto` refers to it.
    pub id: String,
    pub when: Condition,
    pub kind: StepKind,
    /// The request of requests.yaml that a hand-over or an end promises to answer: its text is said as well, its clock runs.
    pub promise: Option<String>,
    pub(crate) place: SourcePosition,
}

/// What a step does. Jumps are positions in the flow; the one past the last step leaves the flow.
#[derive(Debug)]
pub enum StepKind {
    Ask(Box<Question>),
    Say(Saying),
    Set(Vec<Assignment>),
    Clear(Vec<FactName>),
    Goto(usize),
    Branch {
        cases: Vec<(Condition, usize)>,
        otherwise: usize,
    },
    CheckPolicy {
        found: usize,
        not_found: usize,
    },
    /// Looks for the collective event that caused this loss.
    CheckEvent,
    Collect(Collect),
    Call(String),
    Review,
    Orient(String),
    /// `resume`: the person may go on with the flow meanwhile.
    HandOver {
        reason: String,
        priority: Priority,
        text: Option<Saying>,
        resume: bool,
    },
    End(Option<Saying>),
}

/// A question and what it accepts.
#[derive(Debug)]
pub struct Question {
    pub fact: FactName,
    /// The fact's place among those of the library.
    pub(crate) slot: Slot,
    pub section: Option<String>,
    pub input: Input,
    pub text: Saying,
    pub help: Option<Saying>,
    pub rephrase: Option<Saying>,
    /// How it is put by text message, in place of its text and a list of its answers.
    pub sms: Option<Saying>,
    pub unknown: bool,
    pub optional: bool,
    /// Whether an answer counts only when the question was asked: its words are too common to be found in other
    /// messages.
    pub asked_only: bool,
    /// What it is for, where the flow says so; else it follows from what reads its fact.
    pub purpose: Option<Purpose>,
    /// Whether it is asked before the claim is sent though nothing is decided by it: the handlers cannot do without.
    pub before_sending: bool,
    /// For a yes or a no: what half a yes counts as, "la télé oui, le reste non".
    pub partly: Option<bool>,
    /// The text that keeps what is said beside the answer: the things that were taken beside "oui".
    pub beside: Option<FactName>,
    pub choices: Vec<(String, Text)>,
    pub(crate) set: Option<ChoiceSet>,
    pub(crate) validate: Validate,
}

/// What a rule sets a fact to.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub fact: FactName,
    pub value: Value,
    /// The fact's place among those of the library.
    pub(crate) slot: Slot,
}

/// What an answer must satisfy.
#[derive(Debug, Default)]
pub(crate) struct Validate {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) pattern: Option<Regex>,
    pub(crate) from: Option<DateBound>,
    pub(crate) to: Option<DateBound>,
}

/// Documents to be collected.
#[derive(Debug)]
pub struct Collect {
    pub section: Option<String>,
    pub text: Saying,
    pub documents: Vec<WantedKind>,
}

/// A kind of document that a step wants.
#[derive(Debug)]
pub struct WantedKind {
    pub kind: String,
    pub required: bool,
    pub when: Condition,
    pub(crate) place: SourcePosition,
}

impl Question {
    /// The labels of its answers.
    pub(crate) fn labels(&self, language: Language) -> impl Iterator<Item = &str> {
        self.choices.iter().map(move |(_, label)| label.get(language))
    }

    /// Whether its answers are numbered below its text in a text message: where both fit into [`MAX_MESSAGES`]. Else it is put
    /// openly, as `sms` says or with some of the answers as examples.
    pub(crate) fn is_numbered_by_sms(&self, text: &str, language: Language) -> bool {
        self.sms.is_none()
            && !self.choices.is_empty()
            && sms::count(&sms::with_choices(text, self.labels(language))) <= MAX_MESSAGES
    }

    /// Some of its answers, as examples of what may be said.
    pub(crate) fn examples(&self, language: Language) -> String {
        self.labels(language).take(EXAMPLES).collect::<Vec<_>>().join(", ")
    }
}

impl Flow {
    /// The positions of its steps that show the summary, or call a flow that does.
    pub(crate) fn summaries_in(&self, flows: &BTreeMap<String, Flow>) -> Vec<usize> {
        fn shows(step: &Step, flows: &BTreeMap<String, Flow>, depth: usize) -> bool {
            match &step.kind {
                StepKind::Review => true,
                // A flow that calls itself is a mistake that `check` reports.
                StepKind::Call(name) if depth < MAX_DEPTH => {
                    flows.get(name).is_some_and(|flow| flow.steps.iter().any(|step| shows(step, flows, depth + 1)))
                }
                _ => false,
            }
        }
        let steps = self.steps.iter().enumerate();
        steps.filter(|(_, step)| shows(step, flows, 0)).map(|(at, _)| at).collect()
    }

    /// The position of the step with this name.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// Tells each test, question and rule the place of its fact.
    pub(crate) fn place(&mut self, slots: &Slots) {
        for step in &mut self.steps {
            step.when.place(slots);
            match &mut step.kind {
                StepKind::Branch { cases, .. } => cases.iter_mut().for_each(|(when, _)| when.place(slots)),
                StepKind::Collect(collect) => collect.documents.iter_mut().for_each(|wanted| wanted.when.place(slots)),
                StepKind::Ask(question) => question.slot = slots.of(&question.fact).unwrap_or_default(),
                StepKind::Set(assignments) => {
                    for assignment in assignments {
                        assignment.slot = slots.of(&assignment.fact).unwrap_or_default();
                    }
                }
                _ => {}
            }
        }
    }

    pub fn questions(&self) -> impl Iterator<Item = (usize, &Question)> {
        self.steps.iter().enumerate().filter_map(|(at, step)| match &step.kind {
            StepKind::Ask(question) => Some((at, &**question)),
            _ => None,
        })
    }
}

/// Reads the types of the facts that a flow's questions fill. It comes first, because the conditions of every file need
/// them.
pub(crate) fn declared_types(file: &str, root: &Node, types: &mut FactTypes, problems: &mut Diagnostics) {
    let mut quiet = Diagnostics::default();
    for node in Fields::of(file, root, &mut quiet).list("steps", &mut quiet) {
        let mut fields = Fields::of(file, node, &mut quiet);
        let Some(fact) = fields.string("ask", &mut quiet).map(FactName::from) else { continue };
        let Some(input) = fields.take("type").and_then(Node::scalar).as_deref().and_then(input_named) else { continue };
        let (choices, _) = read_choices(file, fields.list("choices", &mut quiet), &mut quiet);
        let kind = FactType::of(input, choices.into_iter().map(|(value, _)| value).collect());
        match (types.get_mut(&fact), kind) {
            (None, kind) => {
                types.insert(fact, kind);
            }
            // Two questions for one fact may offer different choices; the type has them all.
            (Some(FactType::Choice(known)), FactType::Choice(more))
            | (Some(FactType::Choices(known)), FactType::Choices(more)) => {
                known.extend(more.into_iter().filter(|value| !known.contains(value)).collect::<Vec<_>>());
            }
            (Some(known), kind) if *known != kind => {
                problems.error(file, node.place, format!("another question fills `{fact}` with another type"));
            }
            _ => {}
        }
    }
}

/// Reads flows once the types of all facts are known.
pub(crate) struct FlowReader<'a> {
    pub(crate) file: &'a str,
    pub(crate) types: &'a FactTypes,
    pub(crate) small: &'a SmallWords,
    pub(crate) texts: &'a mut Texts,
    pub(crate) problems: &'a mut Diagnostics,
}

const KINDS: [&str; 14] = [
    "ask",
    "say",
    "set",
    "clear",
    "goto",
    "branch",
    "check_policy",
    "check_event",
    "collect",
    "call",
    "review",
    "orient",
    "hand_over",
    "end",
];

impl FlowReader<'_> {
    pub(crate) fn read(mut self, root: &Node) -> Flow {
        let file = self.file;
        let mut fields = Fields::of(file, root, self.problems);
        let name = fields.required("flow", self.problems);
        if !file.ends_with(&format!("{name}.yaml")) {
            self.problems.error(file, root.place, format!("the flow `{name}` must stand in the file {name}.yaml"));
        }
        let title = fields.text("title", self.problems).map(|(title, _)| title).unwrap_or_default();
        let peril = fields.string("peril", self.problems);
        let mut sections = Vec::new();
        for node in fields.list("sections", self.problems) {
            let mut section = Fields::of(file, node, self.problems);
            let id = section.required("id", self.problems);
            let title = super::yaml::words(&mut section, self.problems);
            section.finish(self.problems);
            sections.push((id, title));
        }
        let reminders = fields.take("reminders").map(|node| self.reminders(node));
        let nodes = fields.list("steps", self.problems);
        if nodes.is_empty() {
            self.problems.error(file, root.place, "the flow has no steps".to_owned());
        }
        fields.finish(self.problems);
        let ids: Vec<String> = nodes.iter().map(|node| self.step_id(node)).collect();
        let mut targets: HashMap<&str, Option<usize>> = HashMap::new();
        for (at, id) in ids.iter().enumerate() {
            targets.entry(id).and_modify(|target| *target = None).or_insert(Some(at));
        }
        let steps =
            nodes.iter().zip(&ids).enumerate().map(|(at, (node, id))| self.step(node, id, at, &targets)).collect();
        Flow { name, title, peril, sections, reminders, steps, summaries: Vec::new(), file: file.to_owned() }
    }

    fn reminders(&mut self, node: &Node) -> Reminders {
        let mut fields = Fields::of(self.file, node, self.problems);
        let place = fields.place;
        let after = fields.required("after", self.problems);
        let after = reminders::length_of(&after).unwrap_or_else(|| {
            let message = "`after` is a length of time of at least a minute: 24h, 1 day, 2 days".to_owned();
            self.problems.error(self.file, place, message);
            SignedDuration::from_hours(24)
        });
        let most = fields.number("most", self.problems).unwrap_or(1.0);
        if most.fract() != 0.0 || !(1.0..=reminders::MAX_REMINDERS).contains(&most) {
            let message = format!("`most` is how many reminders are sent at most: 1 to {}", reminders::MAX_REMINDERS);
            self.problems.error(self.file, place, message);
        }
        let text = self.optional(&mut fields, "text");
        fields.finish(self.problems);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked just above")]
        Reminders { after, most: most as u8, text }
    }

    /// The step's `id`, else the value of its kind.
    fn step_id(&self, node: &Node) -> String {
        let mut quiet = Diagnostics::default();
        let mut fields = Fields::of(self.file, node, &mut quiet);
        if let Some(id) = fields.string("id", &mut quiet) {
            return id;
        }
        KINDS
            .iter()
            .filter(|kind| !matches!(**kind, "set" | "clear" | "goto" | "hand_over"))
            .find_map(|kind| fields.string(kind, &mut quiet))
            .unwrap_or_default()
    }

    fn step(&mut self, node: &Node, id: &str, at: usize, targets: &HashMap<&str, Option<usize>>) -> Step {
        let mut fields = Fields::of(self.file, node, self.problems);
        fields.take("id");
        let when = self.condition(fields.take("when"));
        let promise = fields.string("promise", self.problems);
        let found: Vec<&str> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
        let kind = match found.as_slice() {
            [kind] => self.kind(kind, &mut fields, at, targets),
            [] => {
                self.problems.error(self.file, node.place, format!("a step is one of {}", KINDS.join(", ")));
                StepKind::Goto(at + 1)
            }
            several => {
                let message = format!("a step does one thing, not {}", several.join(" and "));
                self.problems.error(self.file, node.place, message);
                StepKind::Goto(at + 1)
            }
        };
        fields.finish(self.problems);
        if promise.is_some() && !matches!(kind, StepKind::HandOver { .. } | StepKind::End(_)) {
            self.problems.error(self.file, node.place, "only `hand_over` and `end` may `promise`".to_owned());
        }
        Step { id: id.to_owned(), when, kind, promise, place: node.place }
    }

    fn kind(&mut self, kind: &str, fields: &mut Fields, at: usize, targets: &HashMap<&str, Option<usize>>) -> StepKind {
        match kind {
            "ask" => StepKind::Ask(Box::new(self.question(fields))),
            "say" => {
                fields.take("say");
                let urgent = fields.bool("urgent", self.problems);
                StepKind::Say(self.saying(fields, "text", urgent))
            }
            "set" => StepKind::Set(self.literals(fields)),
            "clear" => {
                let facts = fields.list("clear", self.problems);
                StepKind::Clear(facts.iter().filter_map(|node| self.fact_name(node)).collect())
            }
            "goto" => StepKind::Goto(self.target(fields.take("goto"), at, targets)),
            "branch" => {
                fields.take("branch");
                let mut cases = Vec::new();
                for node in fields.list("cases", self.problems) {
                    let mut case = Fields::of(self.file, node, self.problems);
                    let when = self.condition(case.take("when"));
                    let target = case.take("goto");
                    cases.push((when, self.target(target, at, targets)));
                    case.finish(self.problems);
                }
                let otherwise = fields.take("else");
                if otherwise.is_none() {
                    let message = "a branch needs `else`: where to go when no case holds".to_owned();
                    self.problems.error(self.file, fields.place, message);
                }
                StepKind::Branch { cases, otherwise: self.target(otherwise, at, targets) }
            }
            "check_policy" => {
                fields.take("check_policy");
                let (found, not_found) = (fields.take("found"), fields.take("not_found"));
                StepKind::CheckPolicy {
                    found: self.target(found, at, targets),
                    not_found: self.target(not_found, at, targets),
                }
            }
            "check_event" => {
                fields.take("check_event");
                StepKind::CheckEvent
            }
            "collect" => {
                fields.take("collect");
                let section = fields.string("section", self.problems);
                let text = self.saying(fields, "text", false);
                let mut documents = Vec::new();
                for node in fields.list("documents", self.problems) {
                    let mut wanted = Fields::of(self.file, node, self.problems);
                    let kind = wanted.required("kind", self.problems);
                    let required = wanted.bool("required", self.problems);
                    let when = self.condition(wanted.take("when"));
                    wanted.finish(self.problems);
                    documents.push(WantedKind { kind, required, when, place: node.place });
                }
                StepKind::Collect(Collect { section, text, documents })
            }
            "call" => StepKind::Call(fields.required("call", self.problems)),
            "review" => {
                fields.take("review");
                StepKind::Review
            }
            "orient" => StepKind::Orient(fields.required("orient", self.problems)),
            "hand_over" => {
                let reason = fields.required("hand_over", self.problems);
                let priority = fields.take("priority").map_or(Some(Priority::Normal), |node| {
                    let priority = node.scalar().and_then(|name| name.parse::<Priority>().ok());
                    if priority.is_none() {
                        let message = "`priority` is normal, high or urgent".to_owned();
                        self.problems.error(self.file, node.place, message);
                    }
                    priority
                });
                let priority = priority.unwrap_or(Priority::Normal);
                let resume = fields.bool("resume", self.problems);
                StepKind::HandOver { reason, priority, text: self.optional(fields, "text"), resume }
            }
            _ => {
                fields.take("end");
                StepKind::End(self.optional(fields, "text"))
            }
        }
    }

    fn question(&mut self, fields: &mut Fields) -> Question {
        let fact = FactName::from(fields.required("ask", self.problems));
        let section = fields.string("section", self.problems);
        let place = fields.place;
        let input = match fields.take("type") {
            None => {
                self.problems.error(self.file, place, format!("the question `{fact}` needs a `type`"));
                Input::Text
            }
            Some(node) => node.scalar().as_deref().and_then(input_named).unwrap_or_else(|| {
                self.problems.error(self.file, node.place, unknown_type());
                Input::Text
            }),
        };
        let text = self.saying(fields, "text", false);
        let help = self.optional(fields, "help");
        let rephrase = self.optional(fields, "rephrase");
        let sms = self.optional(fields, "sms");
        let unknown = fields.bool("unknown", self.problems);
        let optional = fields.bool("optional", self.problems);
        let asked_only = fields.bool("asked_only", self.problems);
        let purpose = fields.take("purpose").and_then(|node| {
            let purpose = node.scalar().and_then(|name| Purpose::named(&name));
            if purpose.is_none() {
                let message = "`purpose` is safety, identity, decision or file".to_owned();
                self.problems.outdated(self.file, node.place, message);
            }
            purpose
        });
        let before_sending = fields.bool("before_sending", self.problems);
        let partly = fields.take("partly").and_then(|node| match node.scalar().as_deref() {
            Some("yes") if input == Input::YesNo => Some(true),
            Some("no") if input == Input::YesNo => Some(false),
            _ => {
                let message = "`partly` is what half a yes counts as: yes or no, of a yes_no".to_owned();
                self.problems.error(self.file, node.place, message);
                None
            }
        });
        let beside = fields.take("beside").and_then(|node| {
            let beside = node.scalar().map(FactName::from);
            let fact = beside.filter(|fact| self.types.get(fact) == Some(&FactType::Text));
            if fact.is_none() || !matches!(input, Input::YesNo | Input::Choice) {
                let message = "`beside` names the text that keeps what is said beside a yes_no or a choice".to_owned();
                self.problems.error(self.file, node.place, message);
            }
            fact
        });
        let (choices, items) = read_choices(self.file, fields.list("choices", self.problems), self.problems);
        let chooses = matches!(input, Input::Choice | Input::Choices);
        if chooses && choices.len() < 2 {
            self.problems.error(self.file, place, format!("the question `{fact}` needs at least two choices"));
        }
        if !chooses && !choices.is_empty() {
            self.problems.error(self.file, place, format!("the question `{fact}` is no choice, it takes no choices"));
        }
        let told = fields.take("words").map(|node| {
            if input != Input::YesNo {
                let message = "`words` stand here for yes_no; a choice has its own words".to_owned();
                self.problems.error(self.file, node.place, message);
            }
            let mut sides = Fields::of(self.file, node, self.problems);
            let [yes, no] = ["yes", "no"].map(|side| sides.take(side));
            let words = [yes, no].map(|side| side.map(|node| read_words(self.file, node, self.problems)));
            sides.finish(self.problems);
            let [yes, no] = words.map(Option::unwrap_or_default);
            ChoiceSet::yes_or_no(&yes, &no, self.small)
        });
        let mut set = if chooses { Some(ChoiceSet::new(items, self.small)) } else { told };
        // Nobody is hurt by a chance word.
        if purpose == Some(Purpose::Safety) {
            set = set.map(|set| set.named_in_full(self.small));
        }
        let validate = fields.take("validate").map(|node| self.validate(node, input)).unwrap_or_default();
        Question {
            fact,
            slot: Slot::default(),
            section,
            input,
            text,
            help,
            rephrase,
            sms,
            unknown,
            optional,
            asked_only,
            purpose,
            before_sending,
            partly,
            beside,
            choices,
            set,
            validate,
        }
    }

    fn validate(&mut self, node: &Node, input: Input) -> Validate {
        let mut fields = Fields::of(self.file, node, self.problems);
        let mut validate = Validate::default();
        match input {
            Input::Number | Input::Amount | Input::Duration => {
                validate.min = fields.number("min", self.problems);
                validate.max = fields.number("max", self.problems);
            }
            Input::Date | Input::DateTime => {
                for (key, bound) in [("from", &mut validate.from), ("to", &mut validate.to)] {
                    if let Some(node) = fields.take(key) {
                        *bound = DateBound::read(&node.scalar().unwrap_or_default());
                        if bound.is_none() {
                            let message = format!("`{key}` is today, today - 5 years or a date (2026-11-20)");
                            self.problems.error(self.file, node.place, message);
                        }
                    }
                }
            }
            _ => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are small")]
                let mut length = |key| fields.number(key, self.problems).map(|length| length.max(0.0) as usize);
                validate.min_length = length("min_length");
                validate.max_length = length("max_length");
                if let Some(node) = fields.take("pattern") {
                    match Regex::new(&node.scalar().unwrap_or_default()) {
                        Ok(pattern) => validate.pattern = Some(pattern),
                        Err(error) => {
                            self.problems.error(self.file, node.place, format!("the pattern is not valid: {error}"));
                        }
                    }
                }
            }
        }
        fields.finish(self.problems);
        validate
    }

    fn literals(&mut self, fields: &mut Fields) -> Vec<Assignment> {
        let Some(node) = fields.take("set") else { return Vec::new() };
        let mut values = Vec::new();
        for (fact, place, node) in Fields::of(self.file, node, self.problems).rest() {
            let value = match (self.types.get(fact), &node.data) {
                (None, _) => Err(format!("the fact `{fact}` has no type: ask it, or declare it in facts.yaml")),
                (Some(_), Data::Text(word)) if word == "unknown" => Ok(Value::Unknown),
                (Some(kind), Data::List(items)) => {
                    let written: Vec<String> = items.iter().filter_map(Node::scalar).collect();
                    kind.literal(&written.join(","))
                }
                (Some(kind), _) => match node.scalar() {
                    Some(written) => kind.literal(&written),
                    None => Err(format!("a value cannot be {}", node.kind())),
                },
            };
            match value {
                Ok(value) => values.push(Assignment { fact: fact.into(), value, slot: Slot::default() }),
                Err(message) => self.problems.error(self.file, place, message),
            }
        }
        values
    }

    fn fact_name(&mut self, node: &Node) -> Option<FactName> {
        let name = FactName::from(node.scalar().unwrap_or_default());
        if self.types.contains_key(&name) {
            return Some(name);
        }
        self.problems.error(self.file, node.place, format!("no question or rule fills the fact `{name}`"));
        None
    }

    fn condition(&mut self, node: Option<&Node>) -> Condition {
        node.map_or_else(Condition::always, |node| Condition::read(self.file, node, self.types, self.problems))
    }

    fn target(&mut self, node: Option<&Node>, at: usize, targets: &HashMap<&str, Option<usize>>) -> usize {
        let Some(node) = node else { return at + 1 };
        let name = node.scalar().unwrap_or_default();
        if name == "next" {
            return at + 1;
        }
        match targets.get(name.as_str()) {
            Some(Some(target)) => return *target,
            Some(None) => {
                let message = format!("several steps are named `{name}`: give one of them an `id`");
                self.problems.error(self.file, node.place, message);
            }
            None => self.problems.error(self.file, node.place, format!("no step of this flow is named `{name}`")),
        }
        at + 1
    }

    fn saying(&mut self, fields: &mut Fields, key: &str, urgent: bool) -> Saying {
        let place = fields.place;
        self.optional(fields, key).map_or_else(
            || {
                self.problems.error(self.file, place, format!("`{key}` is missing"));
                let text = self.texts.compile(self.file, place, Text::default(), &[], self.problems);
                Saying { text, source: Text::default(), urgent, place }
            },
            |saying| Saying { urgent, ..saying },
        )
    }

    fn optional(&mut self, fields: &mut Fields, key: &str) -> Option<Saying> {
        let (source, place) = fields.text(key, self.problems)?;
        let text = self.texts.compile(self.file, place, source.clone(), &[], self.problems);
        Some(Saying { text, source, urgent: false, place })
    }
}
