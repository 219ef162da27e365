//! Corrections, the review, cancelling, and starting again.

use std::collections::BTreeSet;

use super::{
    effect::{Effect, Handover, Note},
    interpreter::Interpreter,
    state::{Aside, ConversationMode},
};
use crate::{
    domain::{
        fact::{Address, Source, Value},
        fact_name::FactName,
        language::Text,
        message::Input,
        priority::Priority,
    },
    flow::program::{
        handovers::OwnReason,
        library::FIRST_FLOW,
        steps::{Flow, Question, StepKind},
    },
    understanding::{Answer, ChoiceItem, ChoiceSet, ParsedMessage, Want},
};

/// The fact of the question what happened.
const INCIDENT: &str = "incident";

/// The shortest word of a label by which an answer is named.
const LEAST_LABEL: usize = 4;

/// How many rounds of facts that make each other void are followed before it counts as a circle.
const MAX_ROUNDS: usize = 20;

impl<'a> Interpreter<'a> {
    /// Handles the wish to change one answer.
    pub(super) fn edit(&mut self, fact: &FactName) {
        if matches!(self.state.mode, ConversationMode::Handler | ConversationMode::Danger | ConversationMode::Withdrawn)
        {
            return;
        }
        // A correction goes on with the flow, unless only a person may go on.
        if self.state.mode == (ConversationMode::Waiting { resume: true }) {
            self.state.mode = ConversationMode::Flow;
        }
        let Some(question) = self.question_of(fact) else {
            self.ask_pending();
            return;
        };
        self.state.failures = 0;
        self.state.aside = Some(Aside::Edit(fact.clone()));
        let text = self.words().say("correct_ask");
        self.preface.push(text);
        self.ask(question);
    }

    /// Handles "corriger", perhaps with the name of the answer or with the new answer itself.
    pub(super) fn correct_something(&mut self) {
        let library = self.library;
        let ctx = self.listening();
        let names = self.answered();
        let want = choice_of(&names);
        let named = self.parsed.as_ref().map(|parsed| library.vocabulary.answer(parsed, &want, &ctx));
        let Some(Answer::Value(Value::Choice(fact))) = named else {
            self.ask_which();
            return;
        };
        let fact = FactName::from(fact);
        let Some(question) = self.question_of(&fact) else {
            self.ask_which();
            return;
        };
        let said = self.parsed.as_ref().and_then(|parsed| {
            let want = self.wanting(question);
            library.vocabulary.extract_unprompted(parsed, &want, &ctx)
        });
        match said {
            Some(value) => self.take_correction(question, value),
            None => self.edit(&fact),
        }
    }

    /// Takes a new answer that came with the wish to correct one; an uncertain one is confirmed first.
    fn take_correction(&mut self, question: &Question, value: Value) {
        if self.parsed.as_ref().is_some_and(|parsed| parsed.is_uncertain(&value)) {
            self.await_confirmation(question, value);
            self.edit(&question.fact);
        } else {
            self.correct(&question.fact, value);
        }
    }

    /// Takes what changes a yes or a no after the end, said in the words of its question: the case is decided again, and its
    /// handler called where something urgent is to be said. False when the message changes nothing.
    pub(super) fn news(&mut self) -> bool {
        let Some(parsed) = &self.parsed else { return false };
        let (library, ctx) = (self.library, self.listening());
        let asks = library.faq().search().parsed_asks(parsed);
        let mut found: Vec<(FactName, Value)> = Vec::new();
        for name in self.reached() {
            for (at, question) in library.flow(name).into_iter().flat_map(Flow::questions) {
                let tells = question.input == Input::YesNo && question.set.is_some() && !question.asked_only;
                let due = library.flow(name).is_some_and(|flow| flow.steps[at].when.holds(&self.scope()));
                if !tells || !due || found.iter().any(|(fact, _)| *fact == question.fact) {
                    continue;
                }
                let known = self.state.fact(&question.fact);
                let value = library.vocabulary.extract_unprompted(parsed, &self.wanting(question), &ctx);
                if let Some(value) = value.filter(|value| known.is_some_and(|known| known != value)) {
                    found.push((question.fact.clone(), value));
                }
            }
        }
        if found.is_empty() || asks {
            return false;
        }
        let language = self.state.language;
        let words = self.words();
        let list: Vec<String> = found
            .iter()
            .map(|(fact, value)| language.named(library.fact_label(fact, language), &words.value(fact, value)))
            .collect();
        let text = words.say_with("noted", &[("list", language.listed(&list).into())]);
        self.preface.push(text);
        for (fact, value) in found {
            self.set_fact(fact, value, Source::Policyholder);
        }
        let before = self.effects.len();
        self.run_again();
        let urgent = |effect: &Effect| matches!(effect, Effect::Say { body } if body.urgent);
        if self.effects[before..].iter().any(urgent) {
            let handover = Handover { reason: OwnReason::Danger.code().to_owned(), priority: Priority::Urgent };
            self.effects.insert(before, Effect::HandOver(handover));
        }
        true
    }

    /// Takes another peril than the one that is being asked about, which the message denies: "c'est pas une fuite c'est une
    /// INONDATION". What was asked about the other one is void.
    pub(super) fn changes_peril(&mut self) -> bool {
        let incident = FactName::from(INCIDENT);
        let (Some(parsed), Some(question)) = (&self.parsed, self.question_of(&incident)) else { return false };
        let (Some(Value::Choice(known)), Some(set)) = (self.state.fact(&incident), &question.set) else { return false };
        let vocabulary = &self.library.vocabulary;
        if !set.denied(parsed, vocabulary).contains(&known.as_str()) {
            return false;
        }
        let told = vocabulary.extract_unprompted(parsed, &self.wanting(question), &self.listening());
        let Some(value) = told.filter(|value| *value != Value::Choice(known.clone())) else { return false };
        let words = self.words();
        let text = words.say_with("peril_changed", &[("value", words.value(&incident, &value).into())]);
        self.preface.push(text);
        self.state.failures = 0;
        self.state.aside = None;
        self.set_fact(incident, value, Source::Policyholder);
        self.clear_void();
        self.begin();
        self.run();
        true
    }

    /// Handles "la date c'est samedi soir, pas dimanche": the one answer that the message names by its label, with its new value.
    /// False when it names none, or several.
    fn correct_named(&mut self) -> bool {
        let Some(parsed) = &self.parsed else { return false };
        let (library, ctx) = (self.library, self.listening());
        let said = parsed.words();
        let lines = self.summary_lines();
        let labels: Vec<Vec<String>> =
            lines.iter().map(|line| library.vocabulary.read(&line.label, &ctx).words()).collect();
        let telling = |word: &String| {
            word.len() >= LEAST_LABEL && labels.iter().filter(|label| label.contains(word)).count() == 1
        };
        let named = labels
            .iter()
            .zip(&lines)
            .filter(|(label, _)| label.iter().any(|word| telling(word) && said.contains(word)));
        let facts: Vec<FactName> = named.map(|(_, line)| line.fact.clone()).collect();
        let [fact] = facts.as_slice() else { return false };
        let Some(question) = self.question_of(fact) else { return false };
        let want = self.wanting(question);
        let whole = library.vocabulary.extract_unprompted(parsed, &want, &ctx);
        // "…, c'est le rond-point": what follows the last "c'est".
        let rest =
            || match library.vocabulary.answer(&library.vocabulary.read(parsed.after_being()?, &ctx), &want, &ctx) {
                Answer::Value(value) => Some(value),
                _ => None,
            };
        let Some(value) = whole.or_else(rest) else { return false };
        let value = match (value, self.state.fact(fact)) {
            // Another spot in the same town.
            (Value::Address(spot), Some(Value::Address(known))) if spot.postcode.is_none() && spot.city.is_none() => {
                Value::Address(Address { line: spot.line, insured: false, ..known.clone() })
            }
            (value, _) => value,
        };
        if self.state.fact(fact) == Some(&value) || self.validation_error(&question.validate, &value).is_some() {
            return false;
        }
        self.take_correction(question, value);
        true
    }

    /// Handles "en fait c'était mardi": a message that says that it corrects something and fits exactly one known
    /// answer. False when it is none.
    pub(super) fn amend(&mut self) -> bool {
        let Some(parsed) = self.parsed.as_ref().filter(|parsed| parsed.amends() || parsed.denies()) else {
            return false;
        };
        if parsed.denies() && self.correct_named() {
            return true;
        }
        let Some(parsed) = &self.parsed else { return false };
        let library = self.library;
        let ctx = self.listening();
        let mut found: Option<(&Question, Value)> = None;
        for line in self.summary_lines() {
            let Some(question) = self.question_of(&line.fact) else { continue };
            let Some(value) = library.vocabulary.extract_unprompted(parsed, &self.wanting(question), &ctx) else {
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

    /// The answers so far as choices, by the labels by which a person may name them.
    fn answered(&self) -> ChoiceSet {
        let items = self.summary_lines().into_iter().map(|line| {
            let label = Text { fr: line.label.clone(), en: line.label };
            ChoiceItem { value: line.fact.to_string(), label, ..ChoiceItem::default() }
        });
        ChoiceSet::new(items, self.library.vocabulary.small_words())
    }

    /// Sets the new answer, clears the facts that it makes void, and runs the flow again from its beginning.
    pub(super) fn correct(&mut self, fact: &FactName, value: Value) {
        let words = self.words();
        let label = self.library.fact_label(fact, self.state.language);
        let names = [("label", label.into()), ("value", words.value(fact, &value).into())];
        let text = words.say_with("corrected", &names);
        self.preface.push(text);
        self.set_fact(fact, value, Source::Policyholder);
        self.run_again();
    }

    /// Runs the flow again after a correction: facts that became void are cleared, questions that became due are asked.
    pub(super) fn run_again(&mut self) {
        self.parsed = None;
        self.state.aside = None;
        self.state.failures = 0;
        self.state.mode = ConversationMode::Flow;
        self.clear_void();
        self.begin();
        self.run();
    }

    /// The flows that the answers lead to: those of calls whose condition holds.
    pub(super) fn reached(&self) -> BTreeSet<&'a str> {
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

    /// The question for this fact that is due by the answers; any question for it, where none is due.
    pub(super) fn question_of(&self, fact: &FactName) -> Option<&'a Question> {
        let (library, scope, reached) = (self.library, self.scope(), self.reached());
        let due = |flow: &Flow, at: usize| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope);
        let mut questions = library.questions_for(fact);
        let first = questions.next()?;
        let asked = std::iter::once(first).chain(questions).find(|(flow, at, _)| due(flow, *at)).unwrap_or(first);
        Some(asked.2)
    }

    pub(super) fn clear_void(&mut self) {
        let library = self.library;
        for _ in 0..MAX_ROUNDS {
            let scope = self.scope();
            let reached = self.reached();
            let is_void = |name: &FactName, source: &Source| match source {
                Source::Policyholder => {
                    let mut due = library
                        .questions_for(name)
                        .map(|(flow, at, _)| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope));
                    let first = due.next();
                    first == Some(false) && !due.any(|due| due)
                }
                Source::Flow => {
                    let sets = |kind: &StepKind| matches!(kind, StepKind::Set(values) if values.iter().any(|set| set.fact == *name));
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

    /// Reads the message as the answer to what is asked beside the flow. False when nothing is, or it is no answer to
    /// that.
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
            Aside::Files => self.ask_about_files(),
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
        let Some(parsed) = &self.parsed else { return };
        match self.library.vocabulary.answer(parsed, &choice_of(&names), &ctx) {
            Answer::Value(Value::Choice(fact)) => self.edit(&fact.into()),
            _ => self.keep(),
        }
    }

    pub(super) fn yes_or_no(&self) -> Option<bool> {
        let want = Want { input: Input::YesNo, choices: None, prefer_past: true, partly: None, policy_pattern: None };
        match self.library.vocabulary.answer(self.parsed.as_ref()?, &want, &self.listening()) {
            Answer::Value(Value::Bool(yes)) => Some(yes),
            _ => None,
        }
    }

    /// Whether the message is "non" and nothing else, which answers "Autre chose à ajouter ?" without a text to keep.
    pub(super) fn says_no(&self) -> bool {
        self.parsed.as_ref().is_some_and(ParsedMessage::is_short) && self.yes_or_no() == Some(false)
    }

    /// Changes nothing and goes back to the pending question.
    pub(super) fn keep(&mut self) {
        self.leave_aside("kept");
    }

    fn leave_aside(&mut self, key: &str) {
        self.state.aside = None;
        let text = self.words().say(key);
        self.preface.push(text);
        self.parsed = None;
        if self.may_go_on() { self.run() } else { self.flush() }
    }

    pub(super) fn withdraw(&mut self) {
        self.state.aside = None;
        let text = self.words().say("cancelled");
        self.preface.push(text);
        self.flush();
        self.state.mode = ConversationMode::Withdrawn;
        self.effects.push(Effect::Withdraw);
        self.effects.push(Effect::End);
    }

    /// Forgets the answers and begins again. Facts that a handler set, and the documents, stay.
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
        self.changed();
        self.state.qualified = false;
        self.effects.push(Effect::Note(Note::Restarted));
        let text = self.words().say("restarted");
        self.preface.push(text);
        self.run_again();
    }

    pub(super) fn at_review(&self) -> bool {
        self.state.aside.is_none() && matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Review))
    }

    pub(super) fn answer_review(&mut self) {
        let library = self.library;
        let ctx = self.listening();
        let Some(parsed) = &self.parsed else { return };
        let chosen = library.vocabulary.answer(parsed, &choice_of(&library.review_choices), &ctx);
        match (chosen, self.yes_or_no()) {
            (Answer::Value(Value::Choice(choice)), _) if choice == "send" => self.send(),
            (Answer::Value(_), _) | (_, Some(false)) => self.ask_which(),
            (_, Some(true)) => self.send(),
            _ => {
                if self.correct_named() || self.amend() {
                    return;
                }
                if self.served {
                    self.review();
                } else if !self.failed() {
                    let text = self.words().say("not_understood");
                    self.preface.push(text);
                    self.review();
                }
            }
        }
    }

    /// The person sent the summary: the dossier is qualified.
    pub(super) fn send(&mut self) {
        self.state.failures = 0;
        self.parsed = None;
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
    Want { input: Input::Choice, choices: Some(choices), prefer_past: true, partly: None, policy_pattern: None }
}
