//! What a handler corrects: facts, and with them what kind of claim it is. It goes the way of a correction by the person: what it
//! makes void is cleared, and what follows is decided again. The person is told only what is decided otherwise.

use jiff::Timestamp;

use super::{
    effect::Effect,
    interpreter::Interpreter,
    state::{Completing, ConversationMode, State},
};
use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
    },
    flow::program::{
        library::{FIRST_FLOW, Library},
        steps::{Flow, StepKind},
    },
};

/// The fact of the question what happened.
const INCIDENT: &str = "incident";

/// Facts with their values; without one, they are taken back.
type Corrections = Vec<(FactName, Option<Value>)>;

/// The answers that make a claim one of a peril: what happened and, where that alone does not say it, of which kind. None where no
/// answer does. Pure, as [`super::step::step`].
pub fn answers_for(
    library: &Library,
    insurer: &str,
    state: &State,
    peril: &str,
    now: Timestamp,
) -> Option<Corrections> {
    // What was said of another kind of claim is taken back, whoever said it.
    let told = Interpreter::new(library, insurer, state.clone(), now);
    let kinds: Vec<FactName> =
        told.kinds().into_iter().filter(|kind| told.state.facts.contains_key(*kind)).cloned().collect();
    let interpreter = |answers: &[(FactName, &str)]| {
        let mut interpreter = Interpreter::new(library, insurer, state.clone(), now);
        for kind in &kinds {
            interpreter.clear_fact(kind);
        }
        for (fact, value) in answers {
            interpreter.set_fact(fact.clone(), Value::Choice((*value).to_owned()), Source::Policyholder);
        }
        interpreter.clear_void();
        interpreter
    };
    let found = |answers: &[(FactName, &str)]| {
        let is_it = interpreter(answers).peril_that_is_set().as_deref() == Some(peril);
        let given = answers.iter().map(|(fact, value)| (fact.clone(), Some(Value::Choice((*value).to_owned()))));
        let gone = kinds.iter().filter(|kind| !answers.iter().any(|(fact, _)| fact == *kind));
        is_it.then(|| gone.map(|kind| (kind.clone(), None)).chain(given).collect())
    };
    let incident = FactName::from(INCIDENT);
    let incidents = library.choices_of(INCIDENT);
    let alone = incidents.iter().find_map(|(value, _)| found(&[(incident.clone(), value)]));
    alone.or_else(|| {
        incidents.iter().find_map(|(value, _)| {
            let first = (incident.clone(), value.as_str());
            let asked = interpreter(std::slice::from_ref(&first));
            let kinds = asked.kinds_asked();
            kinds.into_iter().find_map(|kind| {
                let choices = library.choices_of(&kind).iter();
                choices.into_iter().find_map(|(value, _)| found(&[first.clone(), (kind.clone(), value)]))
            })
        })
    })
}

impl<'a> Interpreter<'a> {
    /// Takes what a handler corrects.
    pub(super) fn correct_as_handler(&mut self, facts: &[(FactName, Option<Value>)], by: &str) {
        for (fact, value) in facts {
            match value {
                Some(value) => self.set_fact(fact.clone(), value.clone(), Source::Handler(by.to_owned())),
                None => self.clear_fact(fact),
            }
            self.state.skipped.remove(fact);
        }
        match self.state.mode {
            ConversationMode::Flow if self.state.aside.is_none() => self.ask_what_is_left(),
            ConversationMode::Flow | ConversationMode::Danger | ConversationMode::Withdrawn => self.clear_void(),
            ConversationMode::Handler | ConversationMode::Waiting { .. } | ConversationMode::Ended
                if self.state.qualified =>
            {
                self.decide_again();
            }
            ConversationMode::Handler | ConversationMode::Waiting { .. } | ConversationMode::Ended => {
                self.clear_void();
                if let Some(peril) = self.peril_that_is_set() {
                    self.set_fact(FactName::PERIL, Value::Choice(peril), Source::Flow);
                }
                // Where the flow goes on later, it asks what is open then.
                self.begin();
            }
        }
    }

    /// Runs the flow again while the person is being asked. The question that waits for them is not put twice.
    fn ask_what_is_left(&mut self) {
        let asked = self.state.stack.clone();
        self.clear_void();
        self.begin();
        self.run();
        if self.state.mode == ConversationMode::Flow && self.state.stack == asked {
            self.preface.clear();
            self.effects.retain(|effect| !matches!(effect, Effect::Say { body } if !body.urgent));
        }
    }

    /// Decides the claim again that was sent. Nothing is asked.
    fn decide_again(&mut self) {
        let over = self.state.mode;
        self.state.completing = Some(Completing::Filled { over, is_news: false });
        self.state.mode = ConversationMode::Flow;
        self.state.failures = 0;
        self.clear_void();
        self.begin();
        self.run();
        self.hush();
        // It may stand where only an answer leads on.
        if self.is_filling() && !self.effects.last().is_some_and(Effect::needs_answer) {
            self.end_filling(None);
        }
    }

    /// The peril that the answers lead to, by the flow's own steps.
    fn peril_that_is_set(&self) -> Option<String> {
        let scope = self.scope();
        let steps = self.library.flow(FIRST_FLOW).into_iter().flat_map(|flow| &flow.steps);
        steps.filter(|step| step.when.holds(&scope)).find_map(|step| match &step.kind {
            StepKind::Set(values) => values.iter().find_map(|set| match &set.value {
                Value::Choice(peril) | Value::Text(peril) if set.fact == FactName::PERIL => Some(peril.clone()),
                _ => None,
            }),
            _ => None,
        })
    }

    /// The questions of which kind it is that are due by the answers: those by which the first flow tells one peril from another.
    fn kinds_asked(&self) -> Vec<FactName> {
        let (library, scope, reached) = (self.library, self.scope(), self.reached());
        let is_due =
            |(flow, at): (&Flow, usize)| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope);
        let is_asked = |fact: &FactName| library.questions_for(fact).any(|(flow, at, _)| is_due((flow, at)));
        self.kinds().into_iter().filter(|fact| is_asked(fact)).cloned().collect()
    }

    /// The facts by which the first flow tells one peril from another, beside what happened.
    fn kinds(&self) -> Vec<&'a FactName> {
        let library = self.library;
        let sets_peril = |kind: &StepKind| matches!(kind, StepKind::Set(values) if values.iter().any(|set| set.fact == FactName::PERIL));
        let steps = library.flow(FIRST_FLOW).into_iter().flat_map(|flow| &flow.steps);
        let mut kinds: Vec<&FactName> = Vec::new();
        for fact in steps.filter(|step| sets_peril(&step.kind)).flat_map(|step| step.when.facts()) {
            if *fact != INCIDENT && !kinds.contains(&fact) {
                kinds.push(fact);
            }
        }
        kinds
    }
}
