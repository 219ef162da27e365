//! The interpreter: runs the steps of a flow until it must wait for something.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
};

use jiff::{Timestamp, civil};
use minijinja::Value as Name;

use super::{
    claim_meaning::ClaimMeaning,
    coverage::{Coverage, Verdict},
    effect::{Effect, Handover, PolicyQuery},
    event::PolicyAnswer,
    state::{ConversationMode, Frame, State},
    words::Words,
};
use crate::{
    domain::{
        fact::{Fact, Source, Value},
        fact_name::FactName,
        message::{Body, SummaryLine},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    flow::program::{
        condition::{
            Condition, Scope, Slot, Test, Truth,
            could::{Domain, Truths},
            days_of,
        },
        handovers::OwnReason,
        insurer::Insurer,
        library::{FIRST_FLOW, Library},
        lookahead::LookAhead,
        outlook::{Known, Outlook, Sinks},
        steps::{Assignment, MAX_DEPTH, Question, Step, StepKind},
        template::Saying,
    },
    understanding::{IntentScore, Listening, ParsedMessage},
};

/// How many steps one turn may run before it counts as a loop.
pub(super) const MAX_STEPS: usize = 500;
/// How many facts a conversation may have.
const MAX_FACTS: usize = 300;

/// What is known of a text. It is spelled out once in a turn, and classified only when somebody asks for its intents.
pub(super) struct Recognised<'a> {
    text: String,
    /// The text in the words that rules are written for.
    pub(super) spelled: String,
    /// The intent that a rule gives.
    pub(super) rule: Option<&'a str>,
    scores: OnceCell<Rc<[IntentScore<'a>]>>,
}

/// What an outlook was computed from: the changes of what is known, the questions that were passed over by the person.
pub(super) type Basis = (u32, usize);

/// The interpreter of one event.
pub(super) struct Interpreter<'a> {
    pub(super) library: &'a Library,
    pub(super) insurer: &'a Insurer,
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) local: civil::DateTime,
    pub(super) effects: Vec<Effect>,
    /// The person's message, while it may still contain answers.
    pub(super) parsed: Option<ParsedMessage>,
    /// Whether the message may answer more than the pending question.
    pub(super) talkative: bool,
    /// The facts that the message tells of a claim by its intent.
    pub(super) meant: ClaimMeaning<'a>,
    /// What is known of each text of this turn, so that each is classified once: several rules ask for it.
    pub(super) recognised: RefCell<Vec<Rc<Recognised<'a>>>>,
    /// What the open answers can change, until a fact changes.
    pub(super) outlook: RefCell<Option<(Basis, Rc<Outlook<'a>>)>>,
    /// How often the facts, or what the register says of them, changed in this turn.
    pub(super) changes: Cell<u32>,
    /// The number of changes at which the message was found to tell nothing more.
    pub(super) read_out: Option<u32>,
    /// Sentences to be said before the next question.
    pub(super) preface: Vec<String>,
    /// What was understood without a question, to be shown with them.
    pub(super) recap: Vec<SummaryLine>,
    /// Whether the message asked for something besides an answer, and that was done: what is left of it is no failure to answer.
    pub(super) served: bool,
    /// Where the reached steps are noted, when transcripts are played.
    pub(super) coverage: Option<&'a mut Coverage>,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(library: &'a Library, insurer: &str, state: State, now: Timestamp) -> Self {
        let local = now.to_zoned(library.zone.clone()).datetime();
        let insurer = library.insurer(insurer).unwrap_or(&library.nobody);
        Self {
            library,
            insurer,
            state,
            now,
            local,
            effects: Vec::new(),
            parsed: None,
            talkative: false,
            meant: ClaimMeaning::default(),
            recognised: RefCell::default(),
            outlook: RefCell::default(),
            changes: Cell::new(0),
            read_out: None,
            preface: Vec::new(),
            recap: Vec::new(),
            served: false,
            coverage: None,
        }
    }

    pub(super) fn words(&self) -> Words<'a> {
        Words::new(self.library, self.state.language)
    }

    pub(super) fn listening(&self) -> Listening {
        Listening { now: self.local, language: self.state.language }
    }

    /// Parses a part of the message by itself.
    pub(super) fn read(&self, part: &str) -> ParsedMessage {
        match &self.parsed {
            Some(whole) if whole.said() == part => whole.clone(),
            _ => self.library.vocabulary.read(part, &self.listening()),
        }
    }

    /// What is known of a text without asking the classifier.
    pub(super) fn spelled(&self, parsed: &ParsedMessage) -> Rc<Recognised<'a>> {
        let known = self.recognised.borrow().iter().find(|known| known.text == parsed.said()).cloned();
        known.unwrap_or_else(|| {
            let classifier = self.library.intents().classifier();
            let spelled = classifier.spell_parsed(parsed);
            let rule = classifier.ruled(&spelled);
            let text = parsed.said().to_owned();
            let known = Rc::new(Recognised { text, spelled, rule, scores: OnceCell::new() });
            self.recognised.borrow_mut().push(known.clone());
            known
        })
    }

    /// As [`Library::recognise`], computed once for each text of the turn.
    pub(super) fn recognise(&self, parsed: &ParsedMessage) -> Rc<[IntentScore<'a>]> {
        self.spelled(parsed).scores.get_or_init(|| self.library.recognise(parsed).into()).clone()
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope { facts: &self.state.facts, insurer: self.insurer, today: self.local.date() }
    }

    /// Whether questions that can change nothing are passed over in this conversation.
    pub(super) fn passes_over(&self) -> bool {
        self.library.passes_over() && !self.outlook().is_in_full()
    }

    /// What the open answers can change.
    pub(super) fn outlook(&self) -> Rc<Outlook<'a>> {
        let basis = (self.changes.get(), self.state.skipped.len());
        if let Some((known, outlook)) = &*self.outlook.borrow()
            && *known == basis
        {
            return Rc::clone(outlook);
        }
        let first = self.state.first.as_deref().unwrap_or(FIRST_FLOW);
        let skipped = |fact: &FactName| self.state.skipped.contains(fact);
        let known = Known { scope: self.scope(), skipped: &skipped, policy: self.policy_answer() };
        let outlook = Rc::new(Outlook::look(self.library.parts(), first, known, Sinks::All));
        *self.outlook.borrow_mut() = Some((basis, Rc::clone(&outlook)));
        outlook
    }

    /// What the register answered to what is known now.
    fn policy_answer(&self) -> Option<bool> {
        let query = self.policy_query();
        match &self.state.policy {
            _ if query.number.is_none() && query.name.is_none() => Some(false),
            Some((asked, answer)) if *asked == query => *answer,
            _ => None,
        }
    }

    /// Whether this question is put before the claim is sent: always, or because its answer can still change something.
    pub(super) fn is_needed(&self, question: &Question) -> bool {
        if !self.library.passes_over() || question.is_always_asked() || self.is_completing() {
            return true;
        }
        let outlook = self.outlook();
        outlook.is_in_full() || outlook.needs(question.slot).is_some()
    }

    /// Notes why the current question is put or passed over, when transcripts are played.
    fn note_verdict(&mut self, question: &Question, asked: bool) {
        if self.coverage.is_none() || self.is_completing() {
            return;
        }
        let Some(flow) = self.state.stack.last().map(|frame| frame.flow.clone()) else { return };
        let why = self.outlook().needs(question.slot);
        let because = why.map(|why| why.to_string()).unwrap_or_default();
        let purpose = self.library.purpose(question);
        if let Some(coverage) = &mut self.coverage {
            coverage.judge(Verdict { flow, fact: question.fact.clone(), purpose, asked, because });
        }
    }

    /// Whether a step's condition holds. Once the claim is sent, what was passed over is not taken for missing: a
    /// condition that it could decide does not hold.
    pub(super) fn holds(&self, when: &Condition) -> bool {
        let sent = self.state.qualified && *when != Condition::always() && self.is_past_summary();
        if !sent || !self.library.passes_over() {
            return when.holds(&self.scope());
        }
        // What no missing fact can change needs no look at which of them are still open.
        if let Some(sure) = self.could(when, |slot| self.library.fills()[slot.0].by_the_flow()).sure() {
            return sure == Truth::True;
        }
        let outlook = self.outlook();
        if outlook.is_in_full() {
            return when.holds(&self.scope());
        }
        self.could(when, |slot| self.is_passed_over(&outlook, slot)).sure() == Some(Truth::True)
    }

    /// The truths that a condition may have while some of the missing facts are open.
    fn could(&self, when: &Condition, is_open: impl Fn(Slot) -> bool) -> Truths {
        when.could(&self.scope(), &|test: &Test| match self.state.facts.get(&test.fact) {
            Some(fact) => Domain::Is(Some(&fact.value)),
            None if is_open(test.slot()) => Domain::Any,
            None => Domain::Is(None),
        })
    }

    /// Whether the flow stands behind the summary. When it is run again after a correction, it first stands before it.
    fn is_past_summary(&self) -> bool {
        let scope = self.scope();
        self.state.stack.iter().any(|frame| {
            let Some(flow) = self.library.flow(&frame.flow) else { return false };
            let passed = flow.summaries.iter().take_while(|at| **at < frame.step);
            passed.filter_map(|at| flow.steps.get(*at)).any(|step| step.when.holds(&scope))
        })
    }

    /// Whether a question or a rule could still fill this fact, which is missing.
    fn is_passed_over(&self, outlook: &Outlook, slot: Slot) -> bool {
        outlook.is_open(slot) && self.library.fills()[slot.0].by_the_flow()
    }

    /// The missing facts that nobody was asked for, or that depend on such.
    fn passed_over(&self) -> Vec<FactName> {
        if !self.passes_over() {
            return Vec::new();
        }
        let outlook = self.outlook();
        let slots = self.library.slots();
        let open = (0..slots.len()).map(Slot).filter(|slot| self.is_passed_over(&outlook, *slot));
        open.map(|slot| slots.name(slot).clone()).filter(|fact| !self.state.facts.contains_key(fact)).collect()
    }

    /// The current step.
    pub(super) fn current(&self) -> Option<(&Frame, &'a Step)> {
        let library = self.library;
        let frame = self.state.stack.last()?;
        Some((frame, library.flow(&frame.flow)?.steps.get(frame.step)?))
    }

    /// The steps ahead of the current one.
    pub(super) fn look_ahead(&self) -> LookAhead<'a, '_> {
        let stands = self.state.stack.iter().map(|frame| (frame.flow.as_str(), frame.step));
        LookAhead::from(self.library, self.scope(), stands)
    }

    /// Goes to the beginning of the first flow.
    pub(super) fn begin(&mut self) {
        let flow = self.state.first.clone().unwrap_or_else(|| FIRST_FLOW.to_owned());
        self.state.stack.clear();
        self.enter(flow);
    }

    fn enter(&mut self, flow: String) {
        if let Some(peril) = self.library.flow(&flow).and_then(|flow| flow.peril.as_ref()) {
            if self.state.peril.as_ref() != Some(peril) {
                self.state.peril = Some(peril.clone());
                self.effects.push(Effect::OpenDossier { peril: peril.clone() });
            }
            if !self.state.facts.contains_key(&FactName::PERIL) {
                self.set_fact(FactName::PERIL, Value::Choice(peril.clone()), Source::Flow);
            }
        }
        self.state.stack.push(Frame { flow, step: 0 });
    }

    /// Runs steps until an answer is awaited, from the person or from the caller.
    pub(super) fn run(&mut self) {
        for _ in 0..MAX_STEPS {
            if !self.advance() {
                return;
            }
        }
        let text = self.words().say("flow_loop");
        self.hand_over(OwnReason::FlowLoop.code(), Priority::High, text, false);
    }

    /// Runs the current step. False when it waits for something.
    fn advance(&mut self) -> bool {
        let library = self.library;
        let Some(frame) = self.state.stack.last() else {
            self.finish();
            return false;
        };
        let Some(step) = library.flow(&frame.flow).and_then(|flow| flow.steps.get(frame.step)) else {
            self.state.stack.pop();
            self.next();
            return true;
        };
        if !self.holds(&step.when) {
            self.next();
            return true;
        }
        if let Some(coverage) = &mut self.coverage {
            coverage.reach(&frame.flow, frame.step);
        }
        match &step.kind {
            StepKind::Ask(question) => {
                if self.state.facts.contains_key(&question.fact) || self.state.skipped.contains(&question.fact) {
                    self.next();
                    return true;
                }
                if self.is_filling() {
                    self.next();
                    return true;
                }
                if self.talkative && self.read_out != Some(self.changes.get()) {
                    if self.extract_unprompted() {
                        return true;
                    }
                    self.read_out = Some(self.changes.get());
                }
                let needed = self.is_needed(question);
                self.note_verdict(question, needed);
                if !needed {
                    self.next();
                    return true;
                }
                self.ask(question);
                return false;
            }
            StepKind::Say(saying) => {
                if self.mark_done() {
                    self.say(saying);
                }
                self.next();
            }
            StepKind::Set(values) => {
                let first = self.mark_done();
                for Assignment { fact, value, .. } in values {
                    let known = self.state.facts.get(fact).map(|fact| &fact.source);
                    // A value that a person stated later is kept when the flow is run again.
                    if first || !matches!(known, Some(Source::Policyholder | Source::Handler(_))) {
                        self.set_fact(fact, value.clone(), Source::Flow);
                    }
                }
                self.next();
            }
            StepKind::Clear(facts) => {
                if self.mark_done() {
                    for fact in facts {
                        self.clear_fact(fact);
                    }
                }
                self.next();
            }
            StepKind::Goto(target) => self.jump(*target),
            StepKind::Branch { cases, otherwise } => {
                let target = cases.iter().find(|(when, _)| self.holds(when)).map(|(_, target)| *target);
                self.jump(target.unwrap_or(*otherwise));
            }
            StepKind::CheckPolicy { found, not_found } => {
                // The look-up ends this step, so the other answers in the message are taken first.
                if self.talkative && self.extract_unprompted() {
                    return true;
                }
                let query = self.policy_query();
                let answer = match &self.state.policy {
                    _ if query.number.is_none() && query.name.is_none() => Some(false),
                    Some((asked, Some(answer))) if *asked == query => Some(*answer),
                    _ => None,
                };
                let Some(answer) = answer else {
                    self.ask_register(query.clone());
                    self.flush();
                    self.effects.push(Effect::LookUpPolicy(query));
                    return false;
                };
                self.jump(if answer { *found } else { *not_found });
            }
            StepKind::CheckEvent => {
                self.check_event();
                self.next();
            }
            StepKind::Collect(collect) => {
                if !self.is_done() && self.collect(collect) && !self.is_filling() {
                    return false;
                }
                self.mark_done();
                self.next();
            }
            StepKind::Call(flow) => {
                if self.state.stack.len() >= MAX_DEPTH {
                    let text = self.words().say("flow_loop");
                    self.hand_over(OwnReason::FlowLoop.code(), Priority::High, text, false);
                    return false;
                }
                self.enter(flow.clone());
            }
            StepKind::Review => {
                if !self.is_done() {
                    // What was answered further on may have made an earlier question one that matters.
                    if self.passes_over() && self.outlook().is_due() {
                        self.begin();
                        return true;
                    }
                    self.review();
                    return false;
                }
                self.next();
            }
            // A handler's orientation is kept.
            StepKind::Orient(_)
                if matches!(
                    self.state.facts.get(&FactName::ORIENTATION).map(|fact| &fact.source),
                    Some(Source::Handler(_))
                ) =>
            {
                self.next();
            }
            StepKind::Orient(table) => {
                self.flush();
                let open = self.passed_over();
                self.effects.push(Effect::Orient { table: table.clone(), open });
                return false;
            }
            StepKind::HandOver { reason, priority, text, resume } => {
                let is_first = self.mark_done();
                self.next();
                if self.is_filling() {
                    return self.hand_over_filling((reason.as_str(), *priority, *resume), text.as_ref(), is_first);
                }
                if is_first {
                    if *resume && self.talkative {
                        self.learn_quietly();
                    }
                    let told = if *priority == Priority::Urgent { self.alerted_urgently() } else { self.alerted() };
                    let told = [("alerted", Name::from(told))];
                    let text = text.as_ref().map(|saying| self.render_with(saying, &told)).unwrap_or_default();
                    let text = self.with_promise(step.promise.as_deref(), text);
                    let text = if *resume { self.with_hours_for(text, *priority) } else { text };
                    self.hand_over(reason, *priority, text, *resume);
                    if !resume {
                        self.lead_to_status();
                        self.offer_completing();
                    }
                    return false;
                }
                if !resume && self.is_completing() {
                    self.completed();
                    return false;
                }
                // After a correction the flow comes here again: where only a person may go on, it waits again.
                if !resume {
                    self.hand_over(reason, *priority, String::new(), false);
                    return false;
                }
            }
            StepKind::End(text) => {
                let is_first = self.mark_done();
                if self.is_filling() {
                    if let Some(saying) = text.as_ref().filter(|_| is_first && self.is_news()) {
                        self.say(saying);
                        self.lead_to_status();
                    }
                    self.end_filling(None);
                    return false;
                }
                if !is_first && self.is_completing() {
                    self.completed();
                    return false;
                }
                if let Some(saying) = text {
                    let text = self.with_promise(step.promise.as_deref(), self.render(saying));
                    self.flush();
                    self.effects.push(Effect::Say { body: Body { text, ..Body::default() } });
                }
                self.finish();
                return false;
            }
        }
        true
    }

    fn finish(&mut self) {
        if self.is_filling() {
            self.end_filling(None);
            return;
        }
        self.flush();
        self.state.mode = ConversationMode::Ended;
        self.lead_to_status();
        self.offer_completing();
        self.effects.push(Effect::End);
    }

    /// Goes to the next step.
    pub(super) fn next(&mut self) {
        if let Some(frame) = self.state.stack.last_mut() {
            frame.step += 1;
        }
    }

    /// Goes to another step. After a jump back, the texts in between are said again.
    fn jump(&mut self, target: usize) {
        let Some(frame) = self.state.stack.last_mut() else { return };
        let from = std::mem::replace(&mut frame.step, target);
        for at in target..=from {
            self.state.done.remove(&format!("{}:{at}", frame.flow));
        }
    }

    /// Marks the current step as done, so that it is skipped when the flow is run again. True when it was not yet.
    pub(super) fn mark_done(&mut self) -> bool {
        self.mark().is_some_and(|mark| self.state.done.insert(mark))
    }

    fn is_done(&self) -> bool {
        self.mark().is_some_and(|mark| self.state.done.contains(&mark))
    }

    /// The current step, as it is marked.
    fn mark(&self) -> Option<String> {
        self.state.stack.last().map(|frame| format!("{}:{}", frame.flow, frame.step))
    }

    pub(super) fn set_fact(&mut self, name: impl Into<FactName>, value: Value, source: Source) {
        let name = name.into();
        let same = self.state.facts.get(&name).is_some_and(|fact| fact.value == value && fact.source == source);
        if same || (self.state.facts.len() >= MAX_FACTS && !self.state.facts.contains_key(&name)) {
            return;
        }
        if source == Source::Policyholder {
            self.state.passed_over = 0;
        }
        let fact = Arc::new(Fact { value, source });
        self.effects.push(Effect::SetFact { name: name.clone(), fact: fact.clone() });
        if name == FactName::PERIL
            && let Value::Choice(peril) | Value::Text(peril) = &fact.value
            && self.state.peril.as_ref() != Some(peril)
        {
            self.state.peril = Some(peril.clone());
            self.effects.push(Effect::OpenDossier { peril: peril.clone() });
        }
        self.state.unconfirmed.remove(&name);
        self.state.facts.insert(name, fact);
        self.changed();
    }

    /// Notes what the register is asked.
    fn ask_register(&mut self, query: PolicyQuery) {
        self.state.policy = Some((query, None));
        self.changed();
    }

    /// Notes that a fact changed, or what the register says.
    pub(super) fn changed(&self) {
        self.changes.set(self.changes.get() + 1);
    }

    /// Sets a fact that was not said in the conversation; it replaces another value.
    pub(super) fn learn_fact(&mut self, name: &FactName, fact: Arc<Fact>) {
        self.effects.push(Effect::SetFact { name: name.clone(), fact: fact.clone() });
        self.state.facts.insert(name.clone(), fact);
        self.changed();
    }

    pub(super) fn clear_fact(&mut self, name: &str) {
        self.state.skipped.remove(name);
        if let Some((name, _)) = self.state.facts.remove_entry(name) {
            self.effects.push(Effect::ClearFact { name });
            self.changed();
        }
    }

    /// Hands the conversation over to a person; the flow waits.
    pub(super) fn hand_over(&mut self, reason: &str, priority: Priority, text: String, resume: bool) {
        self.flush();
        if !text.is_empty() {
            let quick_replies = if resume { vec![self.button("cmd=resume", "button_resume")] } else { Vec::new() };
            let urgent = priority == Priority::Urgent;
            self.effects.push(Effect::Say { body: Body { text, quick_replies, urgent, ..Body::default() } });
        }
        self.state.failures = 0;
        self.state.aside = None;
        self.state.asked = false;
        self.state.mode = ConversationMode::Waiting { resume };
        self.effects.push(Effect::HandOver(Handover { reason: reason.to_owned(), priority }));
    }

    /// The text, and behind it what is promised, whose clock runs from now on.
    fn with_promise(&mut self, kind: Option<&str>, text: String) -> String {
        let Some(request) = kind.and_then(|kind| self.library.requests().get(kind)) else { return text };
        let promise = self.render(&request.text);
        self.effects.push(Effect::Request {
            at: None,
            kind: request.kind.clone(),
            text: promise.clone(),
            acknowledgement: None,
            since: None,
            promised: true,
        });
        format!("{text} {promise}").trim_start().to_owned()
    }

    pub(super) fn say(&mut self, saying: &Saying) {
        self.flush();
        let text = self.render(saying);
        self.effects.push(Effect::Say { body: Body { text, urgent: saying.urgent, ..Body::default() } });
    }

    /// Says the sentences that were kept for the next question, when there is none.
    pub(super) fn flush(&mut self) {
        let text = self.with_preface(String::new());
        if !text.is_empty() {
            self.effects.push(Effect::Say { body: Body { text, ..Body::default() } });
        }
    }

    /// The text after the sentences that were kept for it.
    pub(super) fn with_preface(&mut self, text: String) -> String {
        let mut parts = std::mem::take(&mut self.preface);
        parts.push(text);
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// Renders a text of the flow with the facts that it names. An unknown fact is left blank.
    pub(super) fn render(&self, saying: &Saying) -> String {
        self.render_with(saying, &[])
    }

    /// As [`Self::render`], with values for names of its own.
    pub(super) fn render_with(&self, saying: &Saying, own: &[(&str, Name)]) -> String {
        let words = self.words();
        let lookup = |name: &str| match name {
            name if own.iter().any(|(known, _)| *known == name) => {
                own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default()
            }
            "insurer" => self.insurer.view[self.state.language as usize].clone(),
            "dossier" => Name::from(BTreeMap::from([
                ("reference", self.state.reference.clone()),
                ("missing", self.missing_documents(true)),
            ])),
            "today" => words.day(self.local.date()).into(),
            "alerted" => self.alerted().into(),
            fact => match self.state.fact(fact) {
                None => Name::from(""),
                Some(Value::Bool(bool)) => Name::from(*bool),
                Some(value) => words.value(fact, value).into(),
            },
        };
        self.library.texts.render(&saying.text, self.state.language, lookup).unwrap_or_default()
    }

    fn policy_query(&self) -> PolicyQuery {
        let text = |fact: &str| match self.state.fact(fact) {
            Some(Value::Text(text) | Value::Choice(text)) => Some(text.clone()),
            _ => None,
        };
        let date = |fact: &str| match self.state.fact(fact) {
            Some(Value::Moment(moment)) => Some(moment.start.date()),
            _ => None,
        };
        let of_channel = |fact: &str| match self.state.facts.get(fact)?.as_ref() {
            Fact { value: Value::Phone(text) | Value::Email(text), source: Source::Channel } => Some(text.clone()),
            _ => None,
        };
        let (loss_postcode, at_insured_place) = match self.state.fact(&FactName::LOSS_PLACE) {
            Some(Value::Address(place)) => (place.postcode.clone(), place.insured && place.postcode.is_none()),
            _ => (None, false),
        };
        PolicyQuery {
            number: text(&FactName::POLICY_NUMBER),
            name: text(&FactName::LAST_NAME),
            birth_date: date(&FactName::BIRTH_DATE),
            phone: of_channel(&FactName::PHONE),
            email: of_channel(&FactName::EMAIL),
            postcode: text("postcode"),
            peril: text(&FactName::PERIL).or_else(|| self.state.peril.clone()),
            loss_date: date(&FactName::LOSS_DATE),
            known_on: self.known_on(),
            loss_postcode,
            at_insured_place,
        }
    }

    /// The day from which the delay for declaring runs, where it is not the day of loss: the day on which the person knew,
    /// or the last on which the loss can have happened ("entre le 21 et ce matin"). Of days that are told roughly the
    /// latest counts, so that nobody is called late on a doubtful day.
    fn known_on(&self) -> Option<civil::Date> {
        let last = |fact: &str| match self.state.fact(fact) {
            Some(Value::Moment(moment)) => Some(days_of(moment).1.min(self.local.date())),
            _ => None,
        };
        let happened = match self.state.fact(&FactName::LOSS_DATE) {
            Some(Value::Moment(moment)) => Some(moment.start.date()),
            _ => None,
        };
        last(&FactName::KNOWN_ON).or_else(|| last(&FactName::LOSS_DATE)).filter(|known| Some(*known) != happened)
    }

    /// Looks up a policy number as soon as it is known, wherever the flow is: a handler who opens the dossier early
    /// sees the policy, and what the policy tells need not be asked. Once the peril is known it is looked up again, for
    /// the cover of that peril and because there is a dossier then.
    pub(super) fn look_up_new_number(&mut self) {
        if self.state.is_over() || self.effects.last().is_some_and(Effect::needs_answer) {
            return;
        }
        let query = self.policy_query();
        let is_new = match &self.state.policy {
            None => true,
            Some((asked, _)) => asked.number != query.number || (asked.peril.is_none() && query.peril.is_some()),
        };
        if is_new && query.number.is_some() {
            self.ask_register(query.clone());
            self.state.policy_asked_beside = true;
            self.effects.push(Effect::LookUpPolicy(query));
        }
    }

    /// Handles the register's answer.
    pub(super) fn policy_looked_up(&mut self, answer: &PolicyAnswer) {
        let beside = std::mem::take(&mut self.state.policy_asked_beside);
        let Some((query, answered)) = &mut self.state.policy else { return };
        self.changes.set(self.changes.get() + 1);
        match answer {
            PolicyAnswer::Found { number, facts } => {
                *answered = Some(true);
                query.number = Some(number.clone());
                for (name, value) in facts {
                    self.set_fact(name, value.clone(), Source::Policy);
                }
                if !matches!(self.state.fact(&FactName::POLICY_NUMBER), Some(Value::Text(known)) if known == number) {
                    self.set_fact(FactName::POLICY_NUMBER, Value::Text(number.clone()), Source::Policy);
                }
            }
            PolicyAnswer::NotFound => {
                *answered = Some(false);
                let of_policy = |fact: &Fact| fact.source == Source::Policy;
                let stale: Vec<FactName> =
                    self.state.facts.iter().filter(|(_, fact)| of_policy(fact)).map(|(name, _)| name.clone()).collect();
                for name in stale {
                    self.clear_fact(&name);
                }
            }
        }
        if !beside {
            self.run();
            self.hush();
        }
    }

    /// Handles the table's answer.
    pub(super) fn oriented(&mut self, mode: Option<OrientationMode>, missing: &[FactName]) {
        let known = match self.state.fact(&FactName::ORIENTATION) {
            Some(Value::Choice(known)) => Some(known.as_str()),
            _ => None,
        };
        if known != mode.map(OrientationMode::name) {
            self.note_news();
        }
        match mode {
            Some(mode) => self.set_fact(FactName::ORIENTATION, Value::Choice(mode.name().to_owned()), Source::Flow),
            None => self.clear_fact(&FactName::ORIENTATION),
        }
        if missing.is_empty() {
            self.clear_fact(&FactName::ORIENTATION_MISSING);
        } else {
            let missing = missing.iter().map(FactName::to_string).collect();
            self.set_fact(FactName::ORIENTATION_MISSING, Value::Choices(missing), Source::Flow);
        }
        if matches!(self.current(), Some((_, Step { kind: StepKind::Orient(_), .. }))) {
            self.next();
        }
        self.run();
        self.hush();
    }
}
