//! The library: everything under `flows/`, read, checked and compiled once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::{
    check,
    clocks::{self, ClockBook},
    condition::Slots,
    conventions::{self, Conventions},
    derived_purposes,
    desks::{self, DeskBook},
    diagnostics::{Diagnostic, Diagnostics, Severity, SourcePosition, Strictness},
    documents::{self, DocumentKind},
    events::{self, CollectiveEvent},
    experts,
    facts::{self, Brief, FactLabel, FactType, FactTypes},
    faq::{self, FaqBook},
    handovers::{self, HandoverReasons},
    insurer::Insurer,
    intents::{self, IntentBook},
    languages::{self, Languages},
    messages::Messages,
    outlook::{Fills, Landmarks, Parts},
    pages::{self, Pages},
    purpose::Purpose,
    requests::{self, RequestBook},
    sources::{LoadError, misplaced, read_sources, shipped_source},
    steps::{Flow, FlowReader, Question, StepKind, declared_types},
    table::Table,
    template::Texts,
    templates::{ReplyTemplate, ReplyTemplates},
    yaml::Node,
};
use crate::{
    contract::Calendar,
    domain::{
        clock::paris,
        fact_name::FactName,
        language::{Language, Text},
        message::Input,
    },
    planning::Experts,
    understanding::{ChoiceItem, ChoiceSet, Command, IntentScore, Intents, ParsedMessage, ShownAnswers, Vocabulary},
};

/// The probability that is left to all other intents when the vocabulary decides one.
const UNSURE: f32 = 0.03;

/// Bytes of memory that a compiled library with its trained classifier takes for each byte of its sources, measured with
/// the built-in flows.
const BYTES_OF_A_BYTE: usize = 28;

/// The files of the engine's sentences and of the vocabulary.
const MESSAGES: &str = "messages.yaml";
const VOCABULARY: &str = "vocabulary.yaml";

/// The flow with which every conversation begins.
pub const FIRST_FLOW: &str = "opening";

/// A revision of the flows: compiled, immutable, shared by all conversations that began with it.
#[derive(Debug)]
pub struct Library {
    pub(crate) flows: BTreeMap<String, Flow>,
    tables: BTreeMap<String, Table>,
    insurers: BTreeMap<String, Insurer>,
    documents: BTreeMap<String, DocumentKind>,
    pub(crate) events: Vec<CollectiveEvent>,
    experts: Arc<Experts>,
    names: BTreeMap<FactName, FactLabel>,
    types: FactTypes,
    pub(crate) messages: Messages,
    pub(crate) texts: Texts,
    pub(crate) vocabulary: Box<Vocabulary>,
    intents: IntentBook,
    faq: FaqBook,
    requests: RequestBook,
    desks: DeskBook,
    clocks: ClockBook,
    handovers: HandoverReasons,
    languages: Languages,
    pages: Pages,
    templates: ReplyTemplates,
    /// The questions that fill each fact.
    questions: HashMap<FactName, Vec<(String, usize)>>,
    /// The facts in the order in which they are asked, for summaries.
    order: Vec<FactName>,
    /// The places of the facts, and what fills each.
    slots: Slots,
    landmarks: Landmarks,
    fills: Vec<Fills>,
    /// Whether questions that can change nothing are passed over: the flows say what questions are for.
    passes_over: bool,
    /// What the questions of each fact are for.
    purposes: Vec<Purpose>,
    pub(crate) review_choices: ChoiceSet,
    /// The wish to complete the file after sending.
    pub(crate) complete_choices: ChoiceSet,
    /// The answers that a question of yes or no shows.
    pub(crate) yes_or_no: ShownAnswers,
    /// The answers to whether the person means the closed claim or another one.
    pub(crate) claim_choices: ChoiceSet,
    pub(crate) zone: TimeZone,
    calendar: Calendar,
    /// The insurer that replaces one without a file.
    pub(crate) nobody: Insurer,
    sources: BTreeMap<String, String>,
    revision: String,
}

impl Library {
    /// Reads and compiles the folder `flows/`.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or its files have mistakes: all of them, with their places.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        Self::from_sources(read_sources(folder)?)
    }

    /// Compiles sources by path, such as those of the folder.
    ///
    /// # Errors
    ///
    /// When the sources have mistakes: all of them, with their places.
    pub fn from_sources(sources: BTreeMap<String, String>) -> Result<Self, LoadError> {
        Self::compile(sources, Strictness::Files).0.map_err(LoadError::Mistakes)
    }

    /// Compiles a revision that this program, or an earlier version of it, stored. What only this version requires is
    /// no error: missing sentences and words are those that came with this program.
    ///
    /// # Errors
    ///
    /// When the flows cannot be run: a file is no YAML, or a step or a condition means nothing any more.
    pub fn from_stored(sources: BTreeMap<String, String>) -> Result<Self, LoadError> {
        Self::compile(sources, Strictness::Stored).0.map_err(LoadError::Mistakes)
    }

    /// Compiles sources. Returns the library or its errors, and every problem, warnings included.
    pub fn compile(
        sources: BTreeMap<String, String>,
        strictness: Strictness,
    ) -> (Result<Self, Vec<Diagnostic>>, Vec<Diagnostic>) {
        let mut problems = Diagnostics::new(strictness);
        let mut nodes = BTreeMap::new();
        for (path, source) in &sources {
            if let Some(message) = misplaced(path) {
                problems.outdated(path, SourcePosition::default(), message);
                continue;
            }
            match Node::parse(path, source) {
                Ok(node) => {
                    nodes.insert(path.as_str(), node);
                }
                Err(problem) => problems.push(problem),
            }
        }
        let under = |folder: &str| -> Vec<(&str, &Node)> {
            nodes.iter().filter(|(path, _)| path.starts_with(folder)).map(|(path, node)| (*path, node)).collect()
        };
        let vocabulary = vocabulary(sources.get(VOCABULARY), &mut problems);
        let small = vocabulary.as_ref().map(|vocabulary| vocabulary.small_words().clone()).unwrap_or_default();
        let mut types = facts::built_in();
        for (path, node) in under("claims/") {
            declared_types(path, node, &mut types, &mut problems);
        }
        let (names, declared) =
            nodes.get("facts.yaml").map(|node| facts::read("facts.yaml", node, &mut problems)).unwrap_or_default();
        for (name, kind) in declared {
            types.entry(name).or_insert(kind);
        }
        let documents = nodes
            .get("documents.yaml")
            .map(|node| documents::read_documents("documents.yaml", node, &mut problems))
            .unwrap_or_default();

        let mut texts = Texts::new();
        let mut flows: BTreeMap<String, Flow> = BTreeMap::new();
        let mut flow_files: HashMap<String, &str> = HashMap::new();
        for (path, node) in under("claims/") {
            let reader =
                FlowReader { file: path, types: &types, small: &small, texts: &mut texts, problems: &mut problems };
            let flow = reader.read(node);
            if let Some(other) = flow_files.insert(flow.name.clone(), path)
                && !flow.name.is_empty()
            {
                let message =
                    format!("the flow `{}` stands in {other} already: remove one of the two files", flow.name);
                problems.error(path, node.place, message);
            }
            flows.insert(flow.name.clone(), flow);
        }
        let mut tables: BTreeMap<String, Table> = BTreeMap::new();
        for (path, node) in under("tables/") {
            let table = Table::read(path, node, &types, &mut problems);
            tables.insert(table.name.clone(), table);
        }
        let conventions = nodes.get(conventions::FILE).map(|node| Conventions::read(node, &mut problems));
        let conventions = Arc::new(conventions.unwrap_or_default());
        let mut insurers = BTreeMap::new();
        for (path, node) in under("insurers/") {
            let mut insurer = Insurer::read(path, node, &mut problems);
            insurer.conventions = Arc::clone(&conventions);
            insurers.insert(insurer.id.clone(), insurer);
        }
        let empty = Node { place: SourcePosition::default(), data: super::yaml::Data::Null };
        let stand_in = (strictness == Strictness::Stored).then(|| shipped(MESSAGES, &mut problems)).flatten();
        let messages = nodes.get(MESSAGES).unwrap_or(&empty);
        let messages = Messages::read(MESSAGES, messages, stand_in.as_ref(), &mut texts, &mut problems);
        // Flows work without intents too: they then ask every question.
        let intents = nodes
            .get(intents::FILE)
            .map_or_else(IntentBook::default, |node| IntentBook::read(node, &types, &mut texts, &mut problems));
        let faq = nodes.get(faq::FILE).map_or_else(FaqBook::default, |node| {
            FaqBook::read(node, intents.lexicon(), &types, &mut texts, &mut problems)
        });
        let requests = nodes
            .get(requests::FILE)
            .map(|node| RequestBook::read(node, faq.search(), &mut texts, &mut problems))
            .unwrap_or_default();
        intents.check(|kind| requests.get(kind).is_some(), &mut problems);
        let desks = nodes.get(desks::FILE).map(|node| DeskBook::read(node, &mut problems)).unwrap_or_default();
        let desks = desks.or_earlier(requests.earlier_desks());
        desks.check(&requests, &tables, &insurers, &mut problems);
        let languages = nodes.get(languages::FILE);
        let languages =
            languages.map(|node| Languages::read(node, &types, &mut texts, &mut problems)).unwrap_or_default();
        let shipped_pages = shipped(pages::FILE, &mut problems);
        let pages = Pages::read(nodes.get(pages::FILE), shipped_pages.as_ref(), &mut texts, &mut problems);
        let handovers = HandoverReasons::read(nodes.get(handovers::FILE).unwrap_or(&empty), &mut problems);
        handovers.check(flows.values(), &requests, &mut problems);
        requests.check_promises(flows.values(), &mut problems);

        let calendar = sources.get("holidays.yaml").map(|source| Calendar::from_yaml(source)).transpose();
        let calendar = calendar.unwrap_or_else(|error| {
            problems.error("holidays.yaml", SourcePosition::default(), error.to_string());
            None
        });
        let events = nodes.get(events::FILE).map(|node| events::read(node, &mut problems)).unwrap_or_default();
        let perils = flows.values().filter_map(|flow| flow.peril.as_deref()).collect();
        let mut templates = ReplyTemplates::default();
        for (path, node) in under("templates/") {
            templates.read(path, node, &mut texts, &mut problems);
        }
        templates.check(&insurers, &perils, &mut problems);
        events::check(&events, &perils, &mut problems);
        let mut clocks =
            nodes.get(clocks::FILE).map(|node| ClockBook::read(node, &types, &mut problems)).unwrap_or_default();
        clocks.check(&perils, &mut problems);
        let experts =
            nodes.get(experts::FILE).map(|node| experts::read(node, &perils, &mut problems)).unwrap_or_default();

        let mut questions: HashMap<FactName, Vec<(String, usize)>> = HashMap::new();
        for flow in flows.values() {
            for (at, question) in flow.questions() {
                questions.entry(question.fact.clone()).or_default().push((flow.name.clone(), at));
            }
        }
        let order = asking_order(&flows);
        let slots = Slots::new(&types);
        for flow in flows.values_mut() {
            flow.place(&slots);
        }
        for table in tables.values_mut() {
            table.place(&slots);
        }
        clocks.place(&slots);
        let summaries: Vec<Vec<usize>> = flows.values().map(|flow| flow.summaries_in(&flows)).collect();
        for (flow, summaries) in flows.values_mut().zip(summaries) {
            flow.summaries = summaries;
        }
        let landmarks = Landmarks::new(&slots);
        let fills = fills(&slots, &flows, &names);
        let passes_over = flows.values().flat_map(Flow::questions).any(|(_, question)| question.purpose.is_some());
        let parts = check::Parts {
            flows: &flows,
            tables: &tables,
            insurers: &insurers,
            conventions: &conventions,
            documents: &documents,
            names: &names,
            types: &types,
            texts: &texts,
        };
        check::check(&parts, &mut problems);
        let problems = problems.into_sorted();
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect();
        let Some(vocabulary) = vocabulary.filter(|_| errors.is_empty()) else {
            return (Err(errors), problems);
        };

        let button = |key: &str| messages.texts.get(key).cloned().unwrap_or_default();
        let named = |value: &str, key: &str| ChoiceItem {
            value: value.to_owned(),
            label: button(key),
            ..ChoiceItem::default()
        };
        let review_choices = ChoiceSet::new([named("send", "button_send"), named("correct", "button_correct")], &small);
        let words = vocabulary.completing().to_vec();
        let complete = ChoiceItem { words, ..named("complete", "button_complete") };
        let complete_choices = ChoiceSet::new([complete], &small);
        let yes_or_no = ShownAnswers::new([&button("button_yes"), &button("button_no")]);
        let claims = [named("same", "button_same_claim"), named("another", "button_another_claim")];
        let claim_choices = ChoiceSet::new(claims, &small);
        let revision = revision_of(&sources);
        let mut library = Self {
            flows,
            tables,
            insurers,
            documents,
            events,
            experts: Arc::new(experts),
            names,
            types,
            messages,
            texts,
            vocabulary: Box::new(vocabulary),
            intents,
            faq,
            requests,
            desks,
            clocks,
            handovers,
            languages,
            pages,
            templates,
            questions,
            order,
            slots,
            landmarks,
            fills,
            passes_over,
            purposes: Vec::new(),
            review_choices,
            complete_choices,
            yes_or_no,
            claim_choices,
            zone: paris(),
            calendar: calendar.unwrap_or_default(),
            nobody: Insurer::default(),
            sources,
            revision,
        };
        let derived = derived_purposes::derive(library.parts(), FIRST_FLOW, &library.nobody);
        let mut further = Diagnostics::new(strictness);
        derived_purposes::check(library.parts(), &derived, &mut further);
        library.purposes = derived.into_iter().map(|(purpose, _)| purpose).collect();
        let further = further.into_sorted();
        let errors: Vec<_> = further.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect();
        let problems = problems.into_iter().chain(further).collect();
        if errors.is_empty() { (Ok(library), problems) } else { (Err(errors), problems) }
    }

    /// What a question is for: what it says itself, else what follows from what reads its fact.
    pub fn purpose(&self, question: &Question) -> Purpose {
        let derived = || self.purposes.get(question.slot.0).copied();
        question.purpose.or_else(derived).unwrap_or(Purpose::File)
    }

    /// Whether questions that can change nothing are passed over.
    pub fn passes_over(&self) -> bool {
        self.passes_over
    }

    /// What an outlook looks at.
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts {
            flows: &self.flows,
            tables: &self.tables,
            slots: &self.slots,
            landmarks: &self.landmarks,
            fills: &self.fills,
        }
    }

    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    pub(crate) fn fills(&self) -> &[Fills] {
        &self.fills
    }

    /// The sources by path, to store the revision and to compile it again.
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    /// An estimate of the memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.sources.values().map(String::len).sum::<usize>() * BYTES_OF_A_BYTE
    }

    /// The identifier of this revision: see [`revision_of`].
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The intents of a message, the most probable first. A danger, a request for a person or STOP that the vocabulary
    /// finds comes before the classifier's.
    pub fn recognise(&self, parsed: &ParsedMessage) -> Vec<IntentScore<'_>> {
        self.recognise_with(self.intents.classifier(), parsed)
    }

    /// As [`Self::recognise`], with another classifier of the same intents.
    pub fn recognise_with<'a>(&self, intents: &'a Intents, parsed: &ParsedMessage) -> Vec<IntentScore<'a>> {
        let said = match (parsed.danger(), parsed.command()) {
            (Some(_), _) => Some("emergency"),
            (None, Some(Command::Stop)) => Some("opt_out"),
            (None, Some(Command::Human)) => Some("request_human"),
            _ => None,
        };
        let mut scores = intents.classify_parsed(parsed);
        // An intent that a rule found stays first, since rules are more precise than the vocabulary's lists.
        if let Some(said) = said
            && !scores.first().is_some_and(|first| first.by_rule)
            && let Some(at) = scores.iter().position(|score| score.intent == said)
        {
            let mut first = scores.remove(at);
            for score in &mut scores {
                score.score *= UNSURE;
            }
            first.score = 1.0 - scores.iter().map(|score| score.score).sum::<f32>();
            first.by_rule = true;
            scores.insert(0, first);
        }
        scores
    }

    /// The intents.
    pub fn intents(&self) -> &IntentBook {
        &self.intents
    }

    /// The frequent questions and their answers.
    pub fn faq(&self) -> &FaqBook {
        &self.faq
    }

    /// The languages in which no story is told.
    pub(crate) fn languages(&self) -> &Languages {
        &self.languages
    }

    /// The desks.
    pub fn desks(&self) -> &DeskBook {
        &self.desks
    }

    /// What is owed in a claim by a time.
    pub fn clocks(&self) -> &ClockBook {
        &self.clocks
    }

    /// The kinds of requests besides declaring a claim.
    pub fn requests(&self) -> &RequestBook {
        &self.requests
    }

    /// The text, for handlers, of a reason for handing over; none for a reason that is no longer declared.
    pub fn handover_reason(&self, code: &str) -> Option<&Text> {
        self.handovers.get(code)
    }

    /// All declared reasons for handing over, by code.
    pub fn handover_reasons(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.handovers.iter()
    }

    pub fn flow(&self, name: &str) -> Option<&Flow> {
        self.flows.get(name)
    }

    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.flows.values()
    }

    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The public holidays of `holidays.yaml`.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The experts of `experts.yaml`.
    pub fn experts(&self) -> &Arc<Experts> {
        &self.experts
    }

    pub fn insurer(&self, id: &str) -> Option<&Insurer> {
        self.insurers.get(id)
    }

    pub fn insurers(&self) -> impl Iterator<Item = &Insurer> {
        self.insurers.values()
    }

    /// The vocabulary by which messages are understood.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub fn document(&self, kind: &str) -> Option<&DocumentKind> {
        self.documents.get(kind)
    }

    /// All kinds of documents.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &DocumentKind)> {
        self.documents.iter().map(|(kind, document)| (kind.as_str(), document))
    }

    /// All facts, by name.
    pub fn facts(&self) -> impl Iterator<Item = (&FactName, &FactType)> {
        self.types.iter()
    }

    pub fn fact_type(&self, fact: &str) -> Option<&FactType> {
        self.types.get(fact)
    }

    pub fn fact_name(&self, fact: &str) -> Option<&FactLabel> {
        self.names.get(fact)
    }

    /// Whether a fact says what happened, when or where: it is first in a short summary.
    pub(crate) fn is_heading(&self, fact: &str) -> bool {
        self.fact_name(fact).is_some_and(|name| name.brief == Some(Brief::Heading))
    }

    /// The facts in the order in which they are asked.
    pub fn fact_order(&self) -> &[FactName] {
        &self.order
    }

    /// A sentence of `messages.yaml` without placeholders, such as those that other rooms say.
    pub fn sentence(&self, key: &str, language: Language) -> Option<&str> {
        self.messages.texts.get(key).map(|text| text.get(language))
    }

    /// A text of `pages.yaml` with the values of its names. None where there is no such text.
    pub fn page_text(&self, key: &str, language: Language, values: &[(&str, &str)]) -> Option<String> {
        let lookup = |name: &str| {
            let found = values.iter().find(|(known, _)| *known == name);
            minijinja::Value::from(found.map_or("", |(_, value)| *value))
        };
        self.texts.render(self.pages.get(key)?, language, lookup).ok()
    }

    /// The keys of the texts of `pages.yaml`.
    pub fn page_keys(&self) -> impl Iterator<Item = &str> {
        self.pages.keys()
    }

    /// Within how many working days a case is answered, by why a person has it or by its orientation. None where nobody promised
    /// anything.
    pub fn answer_days(&self, reason: &str) -> Option<u32> {
        self.pages.answer_days(reason)
    }

    /// The label of a fact in a language; its name where it has no label.
    pub fn fact_label<'a>(&'a self, fact: &'a str, language: Language) -> &'a str {
        self.names.get(fact).map_or(fact, |name| name.label.get(language))
    }

    /// The label of a fact's value, from a question that offers it or from `facts.yaml`.
    pub fn choice_label(&self, fact: &str, value: &str) -> Option<&Text> {
        let asked = self.questions_for(fact).flat_map(|(_, _, question)| &question.choices);
        let named = self.names.get(fact).into_iter().flat_map(|name| &name.values);
        asked.chain(named).find(|(known, _)| known == value).map(|(_, label)| label)
    }

    /// The templates for handlers that fit a case.
    pub fn reply_templates<'a>(
        &'a self,
        insurer: &'a str,
        peril: Option<&'a str>,
    ) -> impl Iterator<Item = &'a ReplyTemplate> {
        self.templates.of(insurer, peril)
    }

    /// The flow that asks for a fact.
    pub fn asked_in(&self, fact: &str) -> Option<&Flow> {
        self.questions_for(fact).next().map(|(flow, ..)| flow)
    }

    /// Whether people say a fact in words: a question asks for it, and not for files or a consent.
    pub fn is_told(&self, fact: &str) -> bool {
        self.questions_for(fact)
            .any(|(_, _, question)| !matches!(question.input, Input::Photos | Input::Document | Input::Consent))
    }

    /// The kinds of documents that the file of a peril may want: those of its flow, and of the flows that it calls.
    pub fn documents_of(&self, peril: &str) -> BTreeSet<&str> {
        let mut todo: Vec<&Flow> = self.flows.values().filter(|flow| flow.peril.as_deref() == Some(peril)).collect();
        let (mut seen, mut kinds) = (BTreeSet::new(), BTreeSet::new());
        while let Some(flow) = todo.pop() {
            if !seen.insert(flow.name.as_str()) {
                continue;
            }
            for step in &flow.steps {
                match &step.kind {
                    StepKind::Collect(collect) => {
                        kinds.extend(collect.documents.iter().map(|wanted| wanted.kind.as_str()));
                    }
                    StepKind::Call(name) => todo.extend(self.flow(name)),
                    _ => {}
                }
            }
        }
        kinds
    }

    /// The answers that the first question for a fact offers: their values and labels.
    pub fn choices_of(&self, fact: &str) -> &[(String, Text)] {
        self.questions_for(fact).next().map(|(_, _, question)| question.choices.as_slice()).unwrap_or_default()
    }

    /// The questions that fill a fact, with their flow and position.
    pub(crate) fn questions_for(&self, fact: &str) -> impl Iterator<Item = (&Flow, usize, &Question)> {
        self.questions.get(fact).into_iter().flatten().filter_map(|(flow, at)| {
            let flow = self.flows.get(flow)?;
            match &flow.steps.get(*at)?.kind {
                StepKind::Ask(question) => Some((flow, *at, &**question)),
                _ => None,
            }
        })
    }
}

/// What fills each fact.
fn fills(slots: &Slots, flows: &BTreeMap<String, Flow>, names: &BTreeMap<FactName, FactLabel>) -> Vec<Fills> {
    let mut fills = vec![Fills::default(); slots.len()];
    let mut note = |fact: &FactName, note: fn(&mut Fills)| {
        if let Some(slot) = slots.of(fact) {
            note(&mut fills[slot.0]);
        }
    };
    for step in flows.values().flat_map(|flow| &flow.steps) {
        match &step.kind {
            StepKind::Ask(question) => note(&question.fact, |fills| fills.asked = true),
            StepKind::Set(values) => values.iter().for_each(|set| note(&set.fact, |fills| fills.set = true)),
            _ => {}
        }
    }
    for (fact, _) in names.iter().filter(|(_, label)| label.decision) {
        note(fact, |fills| fills.decision = true);
    }
    fills
}

/// A file that came with this program.
fn shipped(path: &str, problems: &mut Diagnostics) -> Option<Node> {
    let source = shipped_source(path)?;
    Node::parse(path, &source).map_err(|problem| problems.push(problem)).ok()
}

/// The vocabulary in `source`; the one that came with this program where a stored revision has none, or has it in a
/// form that is no longer read. No flow refers to a word, so this changes no flow, but this program needs all of them.
fn vocabulary(source: Option<&String>, problems: &mut Diagnostics) -> Option<Vocabulary> {
    let read = source.map(|source| Vocabulary::from_yaml(source));
    let problem = match read {
        Some(Ok(vocabulary)) => return Some(vocabulary),
        Some(Err(error)) => error.to_string(),
        None => "the file is missing".to_owned(),
    };
    problems.outdated(VOCABULARY, SourcePosition::default(), problem);
    if problems.strictness() == Strictness::Files {
        return None;
    }
    let shipped = shipped_source(VOCABULARY)?;
    Vocabulary::from_yaml(&shipped)
        .map_err(|error| problems.error(VOCABULARY, SourcePosition::default(), error.to_string()))
        .ok()
}

/// The facts in the order in which a conversation reaches their questions.
fn asking_order(flows: &BTreeMap<String, Flow>) -> Vec<FactName> {
    fn visit(flows: &BTreeMap<String, Flow>, name: &str, seen: &mut Vec<String>, order: &mut Vec<FactName>) {
        if seen.iter().any(|known| known == name) {
            return;
        }
        seen.push(name.to_owned());
        let Some(flow) = flows.get(name) else { return };
        for step in &flow.steps {
            match &step.kind {
                StepKind::Ask(question) if !order.contains(&question.fact) => order.push(question.fact.clone()),
                StepKind::Call(other) => visit(flows, other, seen, order),
                _ => {}
            }
        }
    }
    let mut order = Vec::new();
    let mut seen = Vec::new();
    visit(flows, FIRST_FLOW, &mut seen, &mut order);
    for name in flows.keys() {
        visit(flows, name, &mut seen, &mut order);
    }
    order
}

/// The identifier of a revision: a hash of its sources.
pub fn revision_of(sources: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (path, source) in sources {
        for part in [path, source] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    hex::encode(&hash.finalize()[..8])
}
