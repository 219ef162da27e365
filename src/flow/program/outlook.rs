//! What the answers that are still open can change: of all questions of a claim, those whose answer may still lead to
//! another orientation, hand-over, urgent advice, required document or convention.
//!
//! The steps that may still be reached are judged with open facts ([`Condition::could`]), to the end of the claim and through
//! the flows that are called. A fact is open once a step that may be reached asks for it or sets it; where a step before read
//! it, the walk begins again. What the steps decide on together is what a question must serve: the open facts of their
//! conditions are needed, then the open facts of whatever asks or sets these, until nothing is added. A question whose fact
//! is not needed may be passed over: no answer to it changes what is decided. Too many may be needed, never too few.
//!
//! What a later look-up of the policy or a later document may bring counts as open, though no question brings it.

use std::{cell::Cell, collections::BTreeMap, fmt};

use super::{
    condition::{
        Condition, Scope, Slot, Slots, Test, Truth,
        could::{Domain, Truths},
    },
    facts::LOOKED_UP,
    purpose::Purpose,
    steps::{Assignment, Flow, Question, Step, StepKind},
    table::Table,
};
use crate::domain::{
    fact::{Fact, Value},
    fact_name::FactName,
    number::FiniteNumber,
    priority::Priority,
};

/// The facts by which a policy and its cover are looked up: who, when and where. `known_on` is none of them: it moves the
/// delay for declaring alone, by which nothing is decided.
pub(crate) const IDENTITY: [&str; 6] =
    ["policy_number", "last_name", "birth_date", "postcode", "loss_date", "loss_place"];

/// What is looked at: the files' flows and tables.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) flows: &'a BTreeMap<String, Flow>,
    pub(crate) tables: &'a BTreeMap<String, Table>,
    /// The places of the facts, and what fills each.
    pub(crate) slots: &'a Slots,
    pub(crate) landmarks: &'a Landmarks,
    pub(crate) fills: &'a [Fills],
}

/// The places of the facts that the outlook knows by name.
#[derive(Debug)]
pub(crate) struct Landmarks {
    looked_up: Vec<Slot>,
    /// By what the policy and its cover are looked up. The cover is that of the peril.
    identity: Vec<Slot>,
    orientation: Vec<Slot>,
    documents_complete: Option<Slot>,
}

impl Landmarks {
    pub(crate) fn new(slots: &Slots) -> Self {
        let all = |names: &[&str]| names.iter().filter_map(|name| slots.of(name)).collect();
        let peril = FactName::PERIL;
        let identity = [IDENTITY.as_slice(), &[peril.as_str()]].concat();
        Self {
            looked_up: all(&LOOKED_UP.map(|(name, _)| name)),
            identity: all(&identity),
            orientation: all(&[FactName::ORIENTATION.as_str(), FactName::ORIENTATION_MISSING.as_str()]),
            documents_complete: slots.of(&FactName::DOCUMENTS_COMPLETE),
        }
    }
}

/// What fills a fact.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fills {
    pub(crate) asked: bool,
    pub(crate) set: bool,
    /// Whether it is a decision itself.
    pub(crate) decision: bool,
}

impl Fills {
    pub(crate) fn by_the_flow(self) -> bool {
        self.asked || self.set
    }
}

/// What is known in a conversation.
#[derive(Clone, Copy)]
pub(crate) struct Known<'s> {
    pub(crate) scope: Scope<'s>,
    /// Whether the question of a fact was passed over by the person ("passer").
    pub(crate) skipped: &'s dyn Fn(&FactName) -> bool,
    /// What the register answered to what is known now: whether a policy was found; none while it was not asked.
    pub(crate) policy: Option<bool>,
}

/// What a conversation's open answers can change.
#[derive(Debug, Default)]
pub(crate) struct Outlook<'a> {
    /// Why a fact is needed, by its place.
    needed: Vec<Option<Why<'a>>>,
    /// Whether a question or a rule may still fill a fact, by its place.
    open: Vec<bool>,
    /// Whether a jump stands before the summary: everything is asked then.
    in_full: bool,
    /// Whether a question before the summary is to be asked in any case.
    is_due: bool,
    /// Whether a question is reached in any case and was not answered.
    is_unasked: bool,
    left: Left,
    /// The insurer's thresholds with which open facts are compared.
    limits: Vec<(Slot, FiniteNumber)>,
}

/// How many questions are left before the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// Those that are put whatever is answered.
    pub(crate) surely: u32,
    /// Those that other answers may lead to or spare.
    pub(crate) perhaps: u32,
}

/// What an open fact may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// The first open row of this table that reads it.
    Row {
        table: &'a str,
        row: &'a str,
    },
    HandOver(&'a str),
    /// Urgent advice, by the step's name.
    Advice(&'a str),
    /// A required document.
    Document(&'a str),
    /// A fact that is a decision itself, such as a convention.
    Decision(&'a FactName),
    /// Whether another question, which is needed, is put.
    Question(&'a FactName),
    /// What a rule sets, which is needed.
    Rule(&'a FactName),
    /// Whether a policy or an event is looked up.
    LookUp,
    /// Whether the conversation ends.
    End,
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Row { table, row: "" } => write!(f, "whether the table `{table}` decides"),
            Self::Row { table, row } => write!(f, "the row `{row}` of the table `{table}`"),
            Self::HandOver(reason) => write!(f, "the hand-over `{reason}`"),
            Self::Advice(step) => write!(f, "the urgent advice `{step}`"),
            Self::Document(kind) => write!(f, "the required document `{kind}`"),
            Self::Decision(fact) => write!(f, "the decision `{fact}`"),
            Self::Question(fact) => write!(f, "the question `{fact}`"),
            Self::Rule(fact) => write!(f, "the rule for `{fact}`"),
            Self::LookUp => f.write_str("a look-up"),
            Self::End => f.write_str("the end of the conversation"),
        }
    }
}

/// Which decisions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sinks {
    All,
    /// Urgent advice and urgent hand-overs alone.
    Urgent,
}

/// A step that may still be reached.
#[derive(Clone, Copy)]
struct Stop<'a> {
    step: &'a Step,
    /// The stop that called its flow.
    caller: Option<usize>,
    /// Whether a policy that was found leads past it.
    unless_found: bool,
    /// The jump forwards that leads past it.
    unless_jumped: Option<usize>,
    /// The last other jump before it: nobody knows whether it is reached.
    after_jump: Option<usize>,
    /// The truths of its condition, with those of its callers.
    truths: Truths,
}

/// What fills a fact: a stop, and the next one that fills the same fact.
#[derive(Clone, Copy)]
struct Producer {
    stop: usize,
    next: usize,
}

const NONE: usize = usize::MAX;

struct Builder<'a, 's> {
    parts: Parts<'a>,
    known: Known<'s>,
    facts: Vec<Option<&'s Fact>>,
    domains: Vec<OwnDomain<'s>>,
    /// The last rule that sets a fact in any case, by its stop, and to what: what stands behind it reads this value.
    settled: Vec<Option<(usize, &'s Value)>>,
    stops: Vec<Stop<'a>>,
    needed: Vec<Option<Why<'a>>>,
    todo: Vec<Slot>,
    /// The first producer of each fact.
    first: Vec<usize>,
    producers: Vec<Producer>,
    /// The number of stops before the summary.
    before_review: Option<usize>,
    /// Whether a question about the policy, the date or the place is still open: another look-up follows.
    asks_identity: bool,
    in_full: bool,
    /// Whether this walk opened more than the one before, and that was read before it was opened.
    widened: bool,
    /// The walk that read a fact last, by its place.
    read: Vec<Cell<usize>>,
    /// How many walks were begun.
    walks: usize,
    /// Whether the claim is over in any case here, or only a person goes on.
    over: bool,
    limits: Vec<(Slot, FiniteNumber)>,
}

/// What a fact may be, kept.
#[derive(Clone, Debug)]
enum OwnDomain<'s> {
    Is(Option<&'s Value>),
    Among(Vec<Option<&'s Value>>),
    Any,
}

impl<'a> Outlook<'a> {
    /// Looks from `first`, the conversation's first flow, to the end of the claim.
    pub(crate) fn look<'s>(parts: Parts<'a>, first: &str, known: Known<'s>, sinks: Sinks) -> Self
    where
        'a: 's,
    {
        let Some(flow) = parts.flows.get(first) else { return Self { in_full: true, ..Self::default() } };
        let mut builder = Builder::new(parts, known);
        builder.walk(flow);
        builder.note_producers();
        builder.decide(sinks);
        builder.spread();
        let open = (0..parts.slots.len()).map(|slot| builder.is_open(Slot(slot))).collect();
        let is_due = builder.is_due();
        let is_unasked = builder.is_unasked();
        let left = builder.left();
        let Builder { needed, in_full, limits, .. } = builder;
        Self { needed, open, in_full, is_due, is_unasked, left, limits }
    }

    /// What an answer for this fact can still change.
    pub(crate) fn needs(&self, slot: Slot) -> Option<Why<'a>> {
        *self.needed.get(slot.0)?
    }

    /// Whether a question or a rule may still fill this fact, or a later look-up may change it.
    pub(crate) fn is_open(&self, slot: Slot) -> bool {
        self.open.get(slot.0).copied().unwrap_or_default()
    }

    /// Whether a question before the summary is to be asked in any case.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due
    }

    /// Whether a question is reached in any case and was not answered.
    pub(crate) fn is_unasked(&self) -> bool {
        self.is_unasked
    }

    /// How many questions are left before the summary.
    pub(crate) fn left(&self) -> Left {
        self.left
    }

    /// The insurer's thresholds at which this open fact changes what is decided.
    pub(crate) fn limits(&self, slot: Slot) -> impl Iterator<Item = FiniteNumber> {
        self.limits.iter().filter(move |(of, _)| *of == slot).map(|(_, limit)| *limit)
    }

    /// Whether everything is asked, since a jump stands before the summary.
    pub(crate) fn is_in_full(&self) -> bool {
        self.in_full
    }
}

impl<'a, 's> Builder<'a, 's>
where
    'a: 's,
{
    fn new(parts: Parts<'a>, known: Known<'s>) -> Self {
        let slots = parts.slots;
        let mut facts = vec![None; slots.len()];
        for (name, fact) in known.scope.facts {
            if let Some(slot) = slots.of(name) {
                facts[slot.0] = Some(&**fact);
            }
        }
        let mut builder = Self {
            parts,
            known,
            domains: facts.iter().map(|fact| OwnDomain::Is(fact.map(|fact: &Fact| &fact.value))).collect(),
            settled: vec![None; slots.len()],
            stops: Vec::new(),
            needed: vec![None; slots.len()],
            todo: Vec::new(),
            first: vec![NONE; slots.len()],
            producers: Vec::new(),
            facts,
            before_review: None,
            asks_identity: false,
            in_full: false,
            widened: false,
            read: vec![Cell::new(0); slots.len()],
            walks: 0,
            over: false,
            limits: Vec::new(),
        };
        let landmarks = parts.landmarks;
        builder.opens(&landmarks.orientation);
        // What is missing may still come, and is then decided on again.
        if let Some(slot) = landmarks.documents_complete
            && builder.value(slot) != Some(&Value::Bool(true))
        {
            builder.opens(&[slot]);
        }
        if known.policy.is_none() {
            builder.opens(&landmarks.looked_up);
        }
        builder
    }

    /// What a fact is now.
    fn value(&self, slot: Slot) -> Option<&'s Value> {
        self.facts[slot.0].map(|fact| &fact.value)
    }

    /// The truths of a condition that is read at a stop.
    fn could(&self, condition: &Condition, at: usize) -> Truths {
        condition.could(&self.known.scope, &|test: &Test| self.read(test.slot(), at))
    }

    /// What a fact may be where it is read.
    fn read(&self, slot: Slot, at: usize) -> Domain<'_> {
        self.read[slot.0].set(self.walks);
        read_at(&self.domains, &self.settled, slot, at)
    }

    /// Notes whether a fact may be more than it might. What was judged in this walk before holds, where it did not read it.
    fn widens(&mut self, slot: Slot, is_news: bool) {
        self.widened |= is_news && self.read[slot.0].get() == self.walks;
    }

    /// The truths of a step's condition, those of the stop, together with what leads to it.
    fn reach(&self, stop: &Stop) -> Truths {
        let mut truths = stop.caller.map_or(Truths::from(true), |caller| self.stops[caller].truths);
        if stop.unless_found {
            truths = truths.and(match self.known.policy {
                Some(true) => Truths::from(false),
                Some(false) if !self.asks_identity => Truths::from(true),
                _ => Truths::default(),
            });
        }
        if let Some(jump) = stop.unless_jumped {
            let jumps = self.stops[jump].truths;
            truths = truths.and(match jumps.sure() {
                Some(truth) => Truths::from(truth != Truth::True),
                None if !jumps.may_be(Truth::True) => Truths::from(true),
                None => Truths::default(),
            });
        }
        if stop.after_jump.is_some() {
            truths = truths.and(Truths::default());
        }
        truths.and(stop.truths)
    }

    /// The truths of a step's condition. No question becomes due by its own answer: in its condition the fact counts as it is
    /// now ("once it was answered, or while both others are missing").
    fn condition_of(&self, step: &Step, at: usize) -> Truths {
        let StepKind::Ask(question) = &step.kind else { return self.could(&step.when, at) };
        step.when.could(&self.known.scope, &|test: &Test| {
            let slot = test.slot();
            if slot == question.slot { Domain::Is(self.value(slot)) } else { self.read(slot, at) }
        })
    }

    /// Goes through the steps that may be reached, and opens what they may fill, until nothing is opened that was read before.
    fn walk(&mut self, first: &'a Flow) {
        loop {
            self.widened = false;
            self.walks += 1;
            self.stops.clear();
            self.settled.fill(None);
            self.before_review = None;
            self.in_full = false;
            self.over = false;
            self.enter(first, None);
            let is_open = |slot: &Slot| self.is_open(*slot);
            if !self.asks_identity && self.parts.landmarks.identity.iter().any(is_open) {
                self.asks_identity = true;
                self.opens(&self.parts.landmarks.looked_up);
                self.widened = true;
            }
            if !self.widened {
                return;
            }
        }
    }

    /// Goes through the steps of a flow that may be reached, and of the flows that it calls.
    fn enter(&mut self, flow: &'a Flow, caller: Option<usize>) {
        // Where a policy that was found leads on.
        let mut found_at = 0;
        // The last jump forwards, and where it leads.
        let mut jump: Option<(usize, usize)> = None;
        let mut after_jump = None;
        for (at, step) in flow.steps.iter().enumerate() {
            if self.over {
                return;
            }
            if step.is_words() {
                continue;
            }
            jump = jump.filter(|(_, target)| at < *target);
            let stop = self.stops.len();
            let truths = self.condition_of(step, stop);
            let unless_jumped = jump.map(|(stop, _)| stop);
            let mut reached = Stop { step, caller, unless_found: at < found_at, unless_jumped, after_jump, truths };
            reached.truths = self.reach(&reached);
            let truths = reached.truths;
            if !truths.may_be(Truth::True) {
                continue;
            }
            self.stops.push(reached);
            let in_any_case = truths.sure() == Some(Truth::True);
            match &step.kind {
                StepKind::Call(name) => {
                    if let Some(called) = self.parts.flows.get(name) {
                        self.enter(called, Some(stop));
                        self.over |= in_any_case && always_ends(called, self.parts.flows);
                    }
                }
                StepKind::End(_) | StepKind::HandOver { resume: false, .. } => self.over |= in_any_case,
                StepKind::CheckPolicy { found, not_found } if *not_found == at + 1 && *found > at => {
                    found_at = found_at.max(*found);
                }
                StepKind::Goto(target) if *target > at && jump.is_none() => jump = Some((stop, *target)),
                StepKind::CheckPolicy { .. } | StepKind::Goto(_) | StepKind::Branch { .. } => {
                    after_jump = Some(stop);
                    self.in_full |= self.before_review.is_none();
                }
                // What it empties may be asked and set again.
                StepKind::Clear(_) => self.in_full |= self.before_review.is_none(),
                StepKind::Review => self.before_review = self.before_review.or(Some(stop)),
                StepKind::Ask(question) if self.is_unanswered(question) => {
                    let is_news = self.domains[question.slot.0].opens();
                    self.widens(question.slot, is_news);
                }
                StepKind::Set(values) => {
                    for Assignment { value, slot, .. } in values {
                        let is_news = self.domains[slot.0].may_become(value);
                        self.widens(*slot, is_news);
                        let sets = in_any_case && !self.is_stated(*slot);
                        self.settled[slot.0] = sets.then_some((stop, value));
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a fact may still become another than it is.
    fn is_open(&self, slot: Slot) -> bool {
        !matches!(self.domains[slot.0], OwnDomain::Is(_)) && self.settled[slot.0].is_none()
    }

    fn opens(&mut self, slots: &[Slot]) {
        for slot in slots {
            self.domains[slot.0].opens();
        }
    }

    /// Notes what fills each fact.
    fn note_producers(&mut self) {
        for stop in 0..self.stops.len() {
            match &self.stops[stop].step.kind {
                StepKind::Ask(question) => self.produces(stop, question.slot),
                StepKind::Set(values) => values.iter().for_each(|set| self.produces(stop, set.slot)),
                _ => {}
            }
        }
    }

    fn produces(&mut self, stop: usize, slot: Slot) {
        let next = std::mem::replace(&mut self.first[slot.0], self.producers.len());
        self.producers.push(Producer { stop, next });
    }

    /// Whether the person may still be asked for this fact.
    fn is_unanswered(&self, question: &Question) -> bool {
        self.facts[question.slot.0].is_none() && !(self.known.skipped)(&question.fact)
    }

    /// Whether a person stated this fact: a rule does not always overwrite it.
    fn is_stated(&self, slot: Slot) -> bool {
        self.facts[slot.0].is_some_and(|fact| fact.source.is_a_person())
    }

    /// Needs the open facts of the steps that decide something.
    fn decide(&mut self, sinks: Sinks) {
        let parts = self.parts;
        let mut decisions: Vec<(Slot, usize, &'a FactName)> = Vec::new();
        for at in 0..self.stops.len() {
            let Stop { step, truths, .. } = self.stops[at];
            if !truths.may_be(Truth::True) {
                continue;
            }
            let urgent = sinks == Sinks::Urgent;
            match &step.kind {
                StepKind::Say(saying) if saying.urgent => self.need_condition(at, Why::Advice(&step.id)),
                StepKind::HandOver { reason, priority, .. } if !urgent || *priority == Priority::Urgent => {
                    self.need_condition(at, Why::HandOver(reason));
                }
                StepKind::Collect(collect) if !urgent => {
                    for wanted in collect.documents.iter().filter(|wanted| wanted.required) {
                        let why = Why::Document(&wanted.kind);
                        if !truths.and(self.could(&wanted.when, at)).is_settled() {
                            self.need_condition(at, why);
                            self.need_open(&wanted.when, at, why);
                        }
                    }
                }
                StepKind::Orient(table) if !urgent => {
                    if let Some(table) = parts.tables.get(table) {
                        self.need_condition(at, Why::Row { table: &table.name, row: "" });
                        self.need_rows(table, at);
                    }
                }
                // Whether what follows is reached, and what is asked in any case.
                StepKind::End(_) if !urgent => self.need_condition(at, Why::End),
                StepKind::Ask(question)
                    if !urgent && question.is_identity_or_safety() && self.is_unanswered(question) =>
                {
                    self.need_condition(at, Why::Question(&question.fact));
                }
                StepKind::CheckPolicy { .. } | StepKind::CheckEvent if !urgent => self.need_condition(at, Why::LookUp),
                StepKind::Set(values) if !urgent => {
                    let decides = values.iter().filter(|set| parts.fills[set.slot.0].decision);
                    decisions.extend(decides.map(|set| (set.slot, at, &set.fact)));
                }
                _ => {}
            }
        }
        // The last rule that holds sets the fact: what stands before one that holds in any case changes nothing.
        let mut settled: Vec<Slot> = Vec::new();
        for (slot, at, fact) in decisions.into_iter().rev() {
            if settled.contains(&slot) {
                continue;
            }
            if self.stops[at].truths.sure().is_some() {
                settled.push(slot);
            } else {
                self.need_condition(at, Why::Decision(fact));
            }
        }
    }

    /// Needs what the table reads before the row that decides in any case. Rows just before it that decide the same
    /// change nothing.
    fn need_rows(&mut self, table: &'a Table, at: usize) {
        let mut open = Vec::new();
        let mut decided = None;
        for row in &table.rows {
            let truths = self.could(&row.when, at);
            match truths.sure() {
                Some(Truth::False) => {}
                Some(Truth::True) => {
                    decided = Some(&row.then);
                    break;
                }
                // It stops the table: the decision is to be completed.
                Some(Truth::Unknown) => break,
                None => open.push((row, truths)),
            }
        }
        while let (Some(then), Some((row, truths))) = (decided, open.last())
            && row.then == *then
            && !truths.may_be(Truth::Unknown)
        {
            open.pop();
        }
        for (row, _) in open {
            self.need_open(&row.when, at, Why::Row { table: &table.name, row: &row.id });
        }
    }

    /// Whether a question before the summary is reached in any case, and its answer needed.
    fn is_due(&self) -> bool {
        let before = self.before_review.unwrap_or(self.stops.len());
        self.stops[..before].iter().any(|stop| match &stop.step.kind {
            StepKind::Ask(question) if stop.truths.sure() == Some(Truth::True) => {
                self.is_unanswered(question) && (question.is_always_asked() || self.needed[question.slot.0].is_some())
            }
            _ => false,
        })
    }

    /// Counts the questions before the summary that were not answered and are needed. One that several steps put counts
    /// once.
    fn left(&self) -> Left {
        let before = self.before_review.unwrap_or(self.stops.len());
        let mut seen: Vec<(Slot, bool)> = Vec::new();
        for stop in &self.stops[..before] {
            let StepKind::Ask(question) = &stop.step.kind else { continue };
            let slot = question.slot;
            let is_needed = self.in_full || question.is_always_asked() || self.needed[slot.0].is_some();
            if !stop.truths.may_be(Truth::True) || !self.is_unanswered(question) || !is_needed {
                continue;
            }
            let surely = stop.truths.sure() == Some(Truth::True);
            match seen.iter_mut().find(|(known, _)| *known == slot) {
                Some((_, is_sure)) => *is_sure |= surely,
                None => seen.push((slot, surely)),
            }
        }
        let count =
            |sure: bool| u32::try_from(seen.iter().filter(|(_, is_sure)| *is_sure == sure).count()).unwrap_or(u32::MAX);
        Left { surely: count(true), perhaps: count(false) }
    }

    fn is_unasked(&self) -> bool {
        self.stops.iter().filter(|stop| stop.truths.sure() == Some(Truth::True)).any(|stop| match &stop.step.kind {
            StepKind::Ask(question) => self.is_unanswered(question),
            _ => false,
        })
    }

    /// Needs what the facts that are needed depend on: whether they are asked for or set.
    fn spread(&mut self) {
        while let Some(slot) = self.todo.pop() {
            let mut next = self.first[slot.0];
            while let Some(Producer { stop, next: after }) = self.producers.get(next).copied() {
                next = after;
                match &self.stops[stop].step.kind {
                    StepKind::Ask(question) if self.is_unanswered(question) => {
                        self.need_condition(stop, Why::Question(&question.fact));
                    }
                    StepKind::Ask(_) => {}
                    _ => self.need_condition(stop, Why::Rule(self.parts.slots.name(slot))),
                }
            }
        }
    }

    /// Needs the open facts of a stop's condition, of those of its callers, and of the jumps that may lead past them.
    fn need_condition(&mut self, stop: usize, why: Why<'a>) {
        let mut next = Some(stop);
        while let Some(at) = next {
            let Stop { step, caller, unless_jumped, after_jump, truths, .. } = self.stops[at];
            if truths.is_settled() {
                return;
            }
            self.need_open(&step.when, at, why);
            for jump in [unless_jumped, after_jump].into_iter().flatten() {
                let jumping = self.stops[jump].step;
                self.need_open(&jumping.when, jump, why);
                if let StepKind::Branch { cases, .. } = &jumping.kind {
                    for (when, _) in cases {
                        self.need_open(when, jump, why);
                    }
                }
            }
            next = caller;
        }
    }

    fn need_open(&mut self, condition: &Condition, at: usize, why: Why<'a>) {
        let Self { domains, settled, needed, todo, known, limits, .. } = self;
        let open = |test: &Test| read_at(domains, settled, test.slot(), at);
        condition.each_open(&known.scope, &open, &mut |test: &Test, decides: bool| {
            let slot = test.slot();
            if decides {
                limits.extend(test.thresholds(known.scope.insurer).map(|limit| (slot, limit)));
            }
            if needed[slot.0].is_none() {
                needed[slot.0] = Some(why);
                todo.push(slot);
            }
        });
    }
}

impl<'s> OwnDomain<'s> {
    fn borrowed(&self) -> Domain<'_> {
        match self {
            Self::Is(value) => Domain::Is(*value),
            Self::Among(values) => Domain::Among(values),
            Self::Any => Domain::Any,
        }
    }

    /// It may become anything. Whether that is news.
    fn opens(&mut self) -> bool {
        !matches!(std::mem::replace(self, Self::Any), Self::Any)
    }

    /// A rule may set this value. Whether that is news.
    fn may_become(&mut self, value: &'s Value) -> bool {
        match self {
            Self::Is(known) if *known == Some(value) => return false,
            Self::Is(known) => *self = Self::Among(vec![*known, Some(value)]),
            Self::Among(values) if !values.contains(&Some(value)) => values.push(Some(value)),
            Self::Among(_) | Self::Any => return false,
        }
        true
    }
}

/// What a fact may be where it is read.
fn read_at<'d>(
    domains: &'d [OwnDomain<'_>],
    settled: &[Option<(usize, &'d Value)>],
    slot: Slot,
    at: usize,
) -> Domain<'d> {
    match settled[slot.0] {
        Some((set_at, value)) if at > set_at => Domain::Is(Some(value)),
        _ => domains[slot.0].borrowed(),
    }
}

/// Whether nothing follows this flow: its last step, which every path comes to or ends before, leaves the conversation.
fn always_ends(flow: &Flow, flows: &BTreeMap<String, Flow>) -> bool {
    flow.steps.last().filter(|step| step.when == Condition::always()).is_some_and(|step| match &step.kind {
        StepKind::End(_) | StepKind::HandOver { resume: false, .. } => true,
        StepKind::Call(name) => flows.get(name).is_some_and(|called| always_ends(called, flows)),
        _ => false,
    })
}

impl Step {
    /// Whether it says something on which nothing depends.
    fn is_words(&self) -> bool {
        matches!(&self.kind, StepKind::Say(saying) if !saying.urgent)
    }
}

impl Question {
    /// Whether it is asked before the claim is sent whatever it can change.
    pub(crate) fn is_always_asked(&self) -> bool {
        self.before_sending || self.is_identity_or_safety()
    }

    fn is_identity_or_safety(&self) -> bool {
        matches!(self.purpose, Some(Purpose::Safety | Purpose::Identity)) || IDENTITY.contains(&self.fact.as_str())
    }
}

#[cfg(test)]
mod tests;
