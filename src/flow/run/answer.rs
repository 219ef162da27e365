//! Answers: to the pending question, and to questions that were not asked yet.

use super::{
    danger::SAFETY_FACTS,
    effect::Effect,
    interpreter::Interpreter,
    state::{Aside, Mode},
};
use crate::{
    domain::{
        fact::{Address, Source, Value},
        message::Input,
        priority::Priority,
    },
    flow::program::{
        condition::{Truth, days_of},
        handovers::OwnReason,
        lookahead::StepAhead,
        steps::{Question, StepKind, Validate},
    },
    understanding::{Answer, Command, ParsedMessage, Want},
};

/// How often a question is put before a person is called.
const MAX_FAILURES: u8 = 2;

impl Interpreter<'_> {
    pub(super) fn wanting<'q>(&'q self, question: &'q Question) -> Want<'q> {
        let today = self.local.date();
        let ahead = question.validate.from.is_some_and(|from| from.on(today) >= today);
        Want {
            input: question.input,
            choices: question.set.as_ref(),
            prefer_past: !ahead,
            policy_pattern: self.insurer.policy_number.as_ref(),
        }
    }

    /// Takes the message as the answer to a question. False when it is none.
    pub(super) fn answer(&mut self, question: &Question) -> bool {
        if question.input == Input::Text && (question.optional || question.unknown) && self.says_no() {
            return self.command(if question.unknown { Command::DontKnow } else { Command::Skip });
        }
        if let Some(yes) = self.says_whether(question) {
            self.confirmed(&question.fact, yes);
            return true;
        }
        // Whoever says it again in other words answers anew.
        self.state.unconfirmed.remove(&question.fact);
        let Some(reading) = &self.reading else { return false };
        let heard = self.library.vocabulary.answer(reading, &self.wanting(question), &self.listening());
        let heard = match (self.state.street.take(), heard) {
            (Some(street), heard) => self.with_street(question, street, heard),
            (None, Answer::Value(Value::Address(Address { line, postcode: None, .. }))) => {
                self.state.street = Some(line);
                self.state.failures = 0;
                let text = self.words().say("address_town");
                self.ask_saying(question, text);
                return true;
            }
            (None, heard) => heard,
        };
        match heard {
            Answer::Value(value) => {
                if let Some(error) = self.validation_error(&question.validate, &value) {
                    self.preface.push(error);
                    if !self.failed() {
                        self.ask(question);
                    }
                    return true;
                }
                if self.reading.as_ref().is_some_and(|reading| reading.is_uncertain(&value)) {
                    self.state.failures = 0;
                    self.doubt(question, value);
                    self.ask(question);
                    return true;
                }
                if question.input == Input::Text && question.asked_only {
                    // A name, a list of things: the telephone number in it is not the person's own.
                    self.reading = None;
                } else if let Some(reading) = &mut self.reading {
                    reading.take(&value);
                }
                self.accept(question, value);
                true
            }
            Answer::Unknown if question.unknown => {
                self.accept(question, Value::Unknown);
                true
            }
            Answer::Unknown | Answer::Nothing => false,
        }
    }

    /// The street that was said before, with the town that was said now; the street alone where there is none.
    fn with_street(&self, question: &Question, street: String, heard: Answer) -> Answer {
        let (vocabulary, ctx) = (&self.library.vocabulary, self.listening());
        // A whole address in its turn takes the place of the street.
        let anew = self
            .reading
            .as_ref()
            .and_then(|reading| vocabulary.extract_unprompted(reading, &self.wanting(question), &ctx));
        if let Some(Value::Address(Address { line, postcode: Some(postcode), .. })) = &anew
            && !line.is_empty()
            && !line.starts_with(postcode)
        {
            return anew.map_or(heard, Answer::Value);
        }
        let town = self.reading.as_ref().map(ParsedMessage::said).unwrap_or_default();
        let whole = vocabulary.read(&format!("{street}, {town}"), &ctx);
        let whole = vocabulary.extract_unprompted(&whole, &self.wanting(question), &ctx);
        match (whole, heard) {
            (Some(whole), _) => Answer::Value(whole),
            (None, Answer::Value(Value::Address(address))) if address.postcode.is_some() => {
                Answer::Value(Value::Address(address))
            }
            (None, Answer::Value(Value::Address(Address { line, .. }))) if line != street => {
                Answer::Value(Value::Address(Address { line: format!("{street}, {line}"), ..Address::default() }))
            }
            _ => Answer::Value(Value::Address(Address { line: street, ..Address::default() })),
        }
    }

    pub(super) fn accept(&mut self, question: &Question, value: Value) {
        self.state.failures = 0;
        if self.state.aside == Some(Aside::Edit(question.fact.clone())) {
            self.correct(&question.fact, value);
            return;
        }
        self.set_fact(&question.fact, value, Source::Policyholder);
        self.run();
    }

    /// Keeps an answer that was not certain until its question is asked.
    pub(super) fn doubt(&mut self, question: &Question, value: Value) {
        self.state.unconfirmed.insert(question.fact.clone(), value);
    }

    /// "J'ai compris : jeudi 19 novembre. C'est bien ça ?", where the answer to this question was not certain.
    pub(super) fn whether(&self, question: &Question) -> Option<String> {
        let value = self.state.unconfirmed.get(&question.fact)?;
        let words = self.words();
        Some(words.say_with("confirm_value", &[("value", words.value(&question.fact, value).into())]))
    }

    /// Yes or no to "C'est bien ça ?"; neither, where it was not asked or the message says the answer anew.
    pub(super) fn says_whether(&self, question: &Question) -> Option<bool> {
        self.state.unconfirmed.get(&question.fact)?;
        let reading = self.reading.as_ref()?;
        self.yes_or_no().filter(|yes| *yes || reading.values().is_empty())
    }

    /// "C'est bien ça" or "non" was pressed.
    pub(super) fn pressed_whether(&mut self, yes: bool) {
        match self.asked().map(|question| &question.fact).filter(|fact| self.state.unconfirmed.contains_key(*fact)) {
            Some(fact) => self.confirmed(fact, yes),
            None => self.ask_pending(),
        }
    }

    /// Whether the answer that was not certain was meant. If not, the question is put again.
    fn confirmed(&mut self, fact: &str, yes: bool) {
        let unconfirmed = self.state.unconfirmed.remove(fact);
        let Some((question, value)) = self.question_of(fact).zip(unconfirmed) else {
            self.ask_pending();
            return;
        };
        if yes {
            self.accept(question, value);
            return;
        }
        let text = self.words().say("confirm_again");
        self.preface.push(text);
        self.ask_again(question);
    }

    /// What is wrong with an answer, in words.
    pub(super) fn validation_error(&self, validate: &Validate, value: &Value) -> Option<String> {
        let words = self.words();
        let today = self.local.date();
        let say = |key: &str, limit: String| Some(words.say_with(key, &[("limit", limit.into())]));
        #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^52 cents")]
        let number = match value {
            Value::Number(number) => Some(*number),
            Value::Amount(cents) => Some(*cents as f64 / 100.0),
            Value::Duration(minutes) => Some(*minutes as f64),
            _ => None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "limits are small")]
        let limit = |limit: f64| match value {
            Value::Amount(_) => words.amount((limit * 100.0) as i64),
            _ => words.number(limit),
        };
        if let Some(number) = number {
            if let Some(min) = validate.min.filter(|min| number < *min) {
                return say("too_small", limit(min));
            }
            if let Some(max) = validate.max.filter(|max| number > *max) {
                return say("too_large", limit(max));
            }
        }
        if let Value::Moment(moment) = value {
            let (first, last) = days_of(moment);
            if let Some(from) = validate.from.map(|from| from.on(today)).filter(|from| last < *from) {
                return say("too_early", words.day(from));
            }
            if let Some(to) = validate.to.map(|to| to.on(today)).filter(|to| first > *to) {
                return say("too_late", words.day(to));
            }
        }
        if let Value::Text(text) = value {
            let length = text.chars().count();
            if validate.min_length.is_some_and(|min| length < min) {
                return say("too_short", String::new());
            }
            if let Some(max) = validate.max_length.filter(|max| length > *max) {
                return say("too_long", max.to_string());
            }
            if validate.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
                return say("wrong_format", String::new());
            }
        }
        None
    }

    /// Counts a question that was not answered; after two a person is called. True when one was.
    pub(super) fn failed(&mut self) -> bool {
        self.state.failures += 1;
        self.note_missed();
        let enough = self.state.failures >= MAX_FAILURES;
        if enough {
            self.preface.clear();
            let resume = self.may_go_on();
            let text = self.words().say("not_understood_human");
            let text = self.with_hours(text);
            self.hand_over(OwnReason::NotUnderstood.code(), Priority::Normal, text, resume);
            self.state.asked = resume;
        }
        enough
    }

    /// What was not understood is listed for whoever tends the examples.
    fn note_missed(&mut self) {
        if let Some(reading) = self.reading.as_ref().filter(|reading| !reading.is_empty()) {
            self.effects.push(Effect::Missed { text: reading.said().to_owned(), question: false });
        }
    }

    pub(super) fn not_understood(&mut self, question: &Question) {
        if self.state.failures == 0 && self.offer_two(question) {
            self.state.failures = 1;
            self.note_missed();
            return;
        }
        if !self.failed() {
            let text = self.words().say("not_understood");
            self.preface.push(text);
            self.ask_again(question);
        }
    }

    /// Takes answers to questions that were not asked yet from this turn's message. True when there were any.
    pub(super) fn extract_unprompted(&mut self) -> bool {
        let Some(mut reading) = self.reading.take() else { return false };
        let mut found = Vec::new();
        // What was just learnt may show the way to further questions that the message answers too.
        loop {
            let more = self.scan(&mut reading);
            if more.is_empty() {
                break;
            }
            for (fact, value, doubt) in &more {
                if *doubt {
                    self.state.unconfirmed.insert(fact.clone(), value.clone());
                } else {
                    self.set_fact(fact, value.clone(), Source::Policyholder);
                }
            }
            found.extend(more);
        }
        self.reading = Some(reading);
        if found.is_empty() {
            return false;
        }
        let language = self.state.language;
        let words = self.words();
        // What is not certain is confirmed when its question is reached.
        let list: Vec<String> = found
            .iter()
            .filter(|(_, _, doubt)| !doubt)
            .map(|(fact, value, _)| {
                format!("{} : {}", self.library.fact_label(fact, language), words.value(fact, value))
            })
            .collect();
        if !list.is_empty() {
            let text = words.say_with("noted", &[("list", list.join(" ; ").into())]);
            self.preface.push(text);
        }
        self.state.failures = 0;
        true
    }

    /// As [`Self::extract_unprompted`], without a word about it: the danger, or the person who is called, comes first.
    pub(super) fn learn_quietly(&mut self) {
        let (said, failures) = (self.preface.len(), self.state.failures);
        self.extract_unprompted();
        self.state.failures = failures;
        self.preface.truncate(said);
    }

    /// The answers that the message holds to questions ahead, each with whether it is well to confirm it.
    fn scan(&self, reading: &mut ParsedMessage) -> Vec<(String, Value, bool)> {
        let mut found: Vec<(String, Value, bool)> = Vec::new();
        for StepAhead { step, due, .. } in self.look_ahead() {
            let StepKind::Ask(question) = &step.kind else { continue };
            let just_found = |name: &str| found.iter().any(|(known, ..)| known == name);
            // What was just found may say that this question is not due: it is looked at anew, once that is known.
            if due == Truth::Unknown && !found.is_empty() {
                continue;
            }
            let fact = &question.fact;
            let is_known = self.state.facts.contains_key(fact.as_str()) || just_found(fact);
            // Whoever is in danger is asked about it in so many words.
            let is_safety = self.state.mode == Mode::Danger && SAFETY_FACTS.contains(&fact.as_str());
            if is_known || question.asked_only || is_safety {
                continue;
            }
            let want = self.wanting(question);
            let meant = |surely| self.meant.value(fact, surely).filter(|_| due == Truth::True);
            if let Some(value) = meant(true)
                .or_else(|| self.library.vocabulary.extract_unprompted(reading, &want, &self.listening()))
                .or_else(|| meant(false))
                && self.validation_error(&question.validate, &value).is_none()
            {
                let doubt = reading.is_uncertain(&value);
                reading.take(&value);
                // One doubt is enough: only what is certain takes its place before it is confirmed.
                if !(doubt && self.state.unconfirmed.contains_key(fact)) {
                    found.push((fact.clone(), value, doubt));
                }
            }
        }
        found
    }
}
