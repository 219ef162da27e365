//! Changing one's mind: corrections, the review, cancelling, starting again.

use std::collections::BTreeSet;

use super::{
    effect::{Effect, Note},
    interpreter::Interpreter,
    state::{Aside, Mode},
};
use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        language::Text,
        message::Input,
    },
    flow::program::{
        library::FIRST_FLOW,
        steps::{Flow, Question, StepKind},
    },
    understanding::{Answer, ChoiceItem, ChoiceSet, ParsedMessage, Want},
};

/// How often facts may make each other void before it is taken for a circle.
const MAX_ROUNDS: usize = 20;

impl<'a> Interpreter<'a> {
    /// The person wants to change the answer to one question.
    pub(super) fn edit(&mut self, fact: &str) {
        if matches!(self.state.mode, Mode::Handler | Mode::Danger | Mode::Withdrawn) {
            return;
        }
        // Who corrects an answer goes on with the flow; where only a person may, the correction is all.
        if self.state.mode == (Mode::Waiting { resume: true }) {
            self.state.mode = Mode::Flow;
        }
        let Some(question) = self.question_of(fact) else {
            self.ask_pending();
            return;
        };
        self.state.failures = 0;
        self.state.aside = Some(Aside::Edit(fact.to_owned()));
        let text = self.words().say("correct_ask");
        self.preface.push(text);
        self.ask(question);
    }

    /// "Corriger", perhaps with the name of the answer, perhaps with the new answer itself.
    pub(super) fn correct_something(&mut self) {
        let library = self.library;
        let ctx = self.listening();
        let names = self.answered();
        let want = choice_of(&names);
        let named = self.reading.as_ref().map(|reading| library.vocabulary.answer(reading, &want, &ctx));
        let Some(Answer::Value(Value::Choice(fact))) = named else {
            self.ask_which();
            return;
        };
        let Some(question) = self.question_of(&fact) else {
            self.ask_which();
            return;
        };
        let said = self.reading.as_ref().and_then(|reading| {
            let want = self.wanting(question);
            library.vocabulary.extract_unprompted(reading, &want, &ctx)
        });
        match said {
            Some(value) => self.take_correction(question, value),
            None => self.edit(&fact),
        }
    }

    /// A new answer that came with the wish to correct one: asked back first where it is not certain.
    fn take_correction(&mut self, question: &Question, value: Value) {
        if self.reading.as_ref().is_some_and(|reading| reading.is_uncertain(&value)) {
            self.doubt(question, value);
            self.edit(&question.fact);
        } else {
            self.correct(&question.fact, value);
        }
    }

    /// "En fait c'était mardi": a new answer to a question that was answered before, when the message says that it takes
    /// something back and fits one known answer only. False when it is none.
    pub(super) fn amend(&mut self) -> bool {
        let Some(reading) = self.reading.as_ref().filter(|reading| reading.amends()) else { return false };
        let library = self.library;
        let ctx = self.listening();
        let mut found: Option<(&Question, Value)> = None;
        for line in self.summary_lines() {
            let Some(question) = self.question_of(&line.fact) else { continue };
            let Some(value) = library.vocabulary.extract_unprompted(reading, &self.wanting(question), &ctx) else {
                continue;
            };
            let changes = self.state.fact(&line.fact) != Some(&value);
            if question.asked_only || !changes || self.validation_error(&question.validate, &value).is_some() {
                continue;
            }
            if found.replace((question, value)).is_some() {
                return false;
            }
        }
        let Some((question, value)) = found else { return false };
        self.take_correction(question, value);
        true
    }

    /// The answers so far, by the names under which a person may mean them.
    fn answered(&self) -> ChoiceSet {
        ChoiceSet::new(self.summary_lines().into_iter().map(|line| {
            let label = Text { fr: line.label.clone(), en: line.label };
            ChoiceItem { value: line.fact, label, ..ChoiceItem::default() }
        }))
    }

    /// Writes the new answer, makes void what no longer follows, and walks the flow again from its top.
    pub(super) fn correct(&mut self, fact: &str, value: Value) {
        let words = self.words();
        let label = self.library.fact_label(fact, self.state.language);
        let names = [("label", label.into()), ("value", words.value(fact, &value).into())];
        let text = words.say_with("corrected", &names);
        self.preface.push(text);
        self.set_fact(fact, value, Source::Policyholder);
        self.walk_again();
    }

    /// After a correction: what the new answers make void is cleared, what they make due is asked.
    pub(super) fn walk_again(&mut self) {
        self.reading = None;
        self.state.aside = None;
        self.state.failures = 0;
        self.state.mode = Mode::Flow;
        self.clear_void();
        self.begin();
        self.run();
    }

    /// The flows that the answers lead to: those that are called where the call's own condition holds.
    fn reached(&self) -> BTreeSet<&'a str> {
        let library = self.library;
        let scope = self.scope();
        let mut reached = BTreeSet::new();
        let first = self.state.first.as_deref().unwrap_or(FIRST_FLOW);
        let mut todo: Vec<&'a Flow> = library.flow(first).into_iter().collect();
        while let Some(flow) = todo.pop() {
            if !reached.insert(flow.name.as_str()) {
                continue;
            }
            let due = flow.calls().filter(|(step, _)| step.when.holds(&scope));
            todo.extend(due.filter_map(|(_, name)| library.flow(name)));
        }
        reached
    }

    /// The question by which this fact is asked on the way that the answers lead; any that asks it, where none is.
    pub(super) fn question_of(&self, fact: &str) -> Option<&'a Question> {
        let (library, scope, reached) = (self.library, self.scope(), self.reached());
        let due = |flow: &Flow, at: usize| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope);
        let mut questions = library.questions_for(fact);
        let first = questions.next()?;
        let asked = std::iter::once(first).chain(questions).find(|(flow, at, _)| due(flow, *at)).unwrap_or(first);
        Some(asked.2)
    }

    fn clear_void(&mut self) {
        let library = self.library;
        for _ in 0..MAX_ROUNDS {
            let scope = self.scope();
            let reached = self.reached();
            let is_void = |name: &str, source: &Source| match source {
                Source::Policyholder => {
                    let mut due = library
                        .questions_for(name)
                        .map(|(flow, at, _)| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope));
                    let first = due.next();
                    first == Some(false) && !due.any(|due| due)
                }
                Source::Flow => {
                    let sets = |kind: &StepKind| matches!(kind, StepKind::Set(values) if values.iter().any(|(fact, _)| fact == name));
                    let mut steps = library
                        .flows()
                        .flat_map(|flow| flow.steps.iter().map(move |step| (flow, step)))
                        .filter(|(_, step)| sets(&step.kind))
                        .peekable();
                    steps.peek().is_some()
                        && !steps.any(|(flow, step)| reached.contains(flow.name.as_str()) && step.when.holds(&scope))
                }
                Source::Policy | Source::Channel | Source::Handler(_) => false,
            };
            let void: Vec<FactName> = self
                .state
                .facts
                .iter()
                .filter(|(name, fact)| is_void(name, &fact.source))
                .map(|(name, _)| name.clone())
                .collect();
            if void.is_empty() {
                return;
            }
            for name in void {
                self.clear_fact(&name);
            }
        }
    }

    /// The message as the answer to what is asked beside the flow. False when nothing is, or it is no answer to that.
    pub(super) fn answer_aside(&mut self) -> bool {
        let Some(aside) = self.state.aside.clone() else { return false };
        match aside {
            Aside::Edit(fact) => match self.question_of(&fact) {
                Some(question) if !self.answer(question) => self.not_understood(question),
                Some(_) => {}
                None => self.keep(),
            },
            Aside::Which => self.answer_which(),
            Aside::WhichClaim => self.ask_which_claim(),
            Aside::Cancel | Aside::Restart => match (self.yes_or_no(), aside) {
                (Some(true), Aside::Cancel) => self.withdraw(),
                (Some(true), _) => self.restart(),
                _ => self.keep(),
            },
        }
        true
    }

    fn answer_which(&mut self) {
        let names = self.answered();
        let ctx = self.listening();
        let Some(reading) = &self.reading else { return };
        match self.library.vocabulary.answer(reading, &choice_of(&names), &ctx) {
            Answer::Value(Value::Choice(fact)) => self.edit(&fact),
            _ => self.keep(),
        }
    }

    pub(super) fn yes_or_no(&self) -> Option<bool> {
        let want = Want { input: Input::YesNo, choices: None, prefer_past: true, policy_pattern: None };
        match self.library.vocabulary.answer(self.reading.as_ref()?, &want, &self.listening()) {
            Answer::Value(Value::Bool(yes)) => Some(yes),
            _ => None,
        }
    }

    /// "Non" and nothing else: to "Autre chose à ajouter ?" that is no text to keep.
    pub(super) fn says_no(&self) -> bool {
        self.reading.as_ref().is_some_and(ParsedMessage::is_short) && self.yes_or_no() == Some(false)
    }

    /// Nothing changes: back to the pending question.
    pub(super) fn keep(&mut self) {
        self.leave_aside("kept");
    }

    fn leave_aside(&mut self, key: &str) {
        self.state.aside = None;
        let text = self.words().say(key);
        self.preface.push(text);
        self.reading = None;
        if self.may_go_on() { self.run() } else { self.flush() }
    }

    pub(super) fn withdraw(&mut self) {
        self.state.aside = None;
        let text = self.words().say("cancelled");
        self.preface.push(text);
        self.flush();
        self.state.mode = Mode::Withdrawn;
        self.effects.push(Effect::Withdraw);
        self.effects.push(Effect::End);
    }

    /// Forgets the answers and begins again. What a handler wrote, and the documents, stay.
    pub(super) fn restart(&mut self) {
        let forgotten: Vec<FactName> = self
            .state
            .facts
            .iter()
            .filter(|(_, fact)| !matches!(fact.source, Source::Channel | Source::Handler(_)))
            .map(|(name, _)| name.clone())
            .collect();
        for name in forgotten {
            self.clear_fact(&name);
        }
        self.state.done.clear();
        self.state.skipped.clear();
        self.state.unconfirmed.clear();
        self.state.policy = None;
        self.state.qualified = false;
        self.effects.push(Effect::Note(Note::Restarted));
        let text = self.words().say("restarted");
        self.preface.push(text);
        self.walk_again();
    }

    pub(super) fn at_review(&self) -> bool {
        self.state.aside.is_none() && matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Review))
    }

    pub(super) fn answer_review(&mut self) {
        let library = self.library;
        let ctx = self.listening();
        let Some(reading) = &self.reading else { return };
        let chosen = library.vocabulary.answer(reading, &choice_of(&library.review_choices), &ctx);
        match (chosen, self.yes_or_no()) {
            (Answer::Value(Value::Choice(choice)), _) if choice == "send" => self.send(),
            (Answer::Value(_), _) | (_, Some(false)) => self.ask_which(),
            (_, Some(true)) => self.send(),
            _ => {
                if !self.amend() && !self.failed() {
                    let text = self.words().say("not_understood");
                    self.preface.push(text);
                    self.review();
                }
            }
        }
    }

    /// The person sends the summary: the dossier is qualified.
    pub(super) fn send(&mut self) {
        self.state.failures = 0;
        self.reading = None;
        if !self.state.qualified {
            self.state.qualified = true;
            self.effects.push(Effect::Qualify);
        }
        self.mark_done();
        self.next();
        self.run();
    }
}

fn choice_of(choices: &ChoiceSet) -> Want<'_> {
    Want { input: Input::Choice, choices: Some(choices), prefer_past: true, policy_pattern: None }
}
